#!/bin/sh
# Uploads an image through Imgferry and prints its link: FILE, or what Flameshot captures.
# The link goes to the clipboard too, where wl-copy or xclip is there.
#
#   flameshot-imgferry [FILE]

set -eu

url={{ url }}
key={{ key }}

shot=$(mktemp)
trap 'rm -f "$shot"' EXIT
file=${1:-$shot}
[ $# -gt 0 ] || flameshot gui --raw > "$shot"
if [ ! -s "$file" ]; then
  echo "There is no image." >&2
  exit 1
fi

# The key goes through a pipe: arguments can be read by everybody on this machine.
answer=$(
  { [ -z "$key" ] || printf 'Authorization: Bearer %s\n' "$key"; } |
    curl --silent --show-error --max-time 60 --header @- --form "image=@$file" "$url"
)
member() { printf '%s' "$answer" | sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p"; }

link=$(member link)
if [ -z "$link" ]; then
  detail=$(member detail)
  echo "${detail:-It takes longer than usual, and goes on without us: $answer}" >&2
  exit 1
fi
echo "$link"
echo "Delete it: $(member deletionUrl)" >&2
if command -v wl-copy > /dev/null && [ -n "${WAYLAND_DISPLAY:-}" ]; then
  printf '%s' "$link" | wl-copy
elif command -v xclip > /dev/null && [ -n "${DISPLAY:-}" ]; then
  printf '%s' "$link" | xclip -selection clipboard
fi
