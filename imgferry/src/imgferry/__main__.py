"""`python -m imgferry`."""

from imgferry.cli import main

main()
