#!/usr/bin/env bash
# Open the studio, or pass the arguments on to it. Without a screen, train the bundled example here in the terminal.
set -euo pipefail
cd "$(dirname "$0")/.."

has_screen() {
    [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ] || [ "$(uname -s)" != Linux ]
}

opens_window() {
    [ $# -eq 0 ] || { [ $# -eq 1 ] && [[ $1 == *.netloom ]]; }
}

if [ $# -eq 0 ] && ! has_screen; then
    echo "No display was found, so Netloom trains its bundled example here in the terminal."
    set -- train resources/examples/digits.netloom
elif opens_window "$@"; then
    bash tools/system.sh window
fi
exec .venv/bin/python main.py "$@"
