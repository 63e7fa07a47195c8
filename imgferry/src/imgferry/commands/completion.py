"""`imgferry completion`."""

import click
from click.shell_completion import get_completion_class


@click.command(
    epilog="""
\b
Examples:
  eval "$(imgferry completion bash)"              in ~/.bashrc
  eval "$(imgferry completion zsh)"               in ~/.zshrc, after compinit
  imgferry completion fish > ~/.config/fish/completions/imgferry.fish
"""
)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Print what makes SHELL complete commands, options and file names."""
    completer = get_completion_class(shell)
    if completer:
        main = ctx.find_root().command
        click.echo(completer(main, {}, "imgferry", "_IMGFERRY_COMPLETE").source())
