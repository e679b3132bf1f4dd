#!/usr/bin/env bash
# See that the system has what pip cannot bring, and install it where we may:
#   tools/system.sh window   the libraries that Qt's xcb platform needs
#   tools/system.sh test     those, and a virtual screen with a mouse and a keyboard
#   tools/system.sh venv     Python's venv module, which Debian packs apart
# Root installs through the package manager; anybody else is told the one command to run.
set -euo pipefail
cd "$(dirname "$0")/.."

purpose=${1:?window, test or venv}

qt_is_complete() {
    local qt libraries
    qt=$(echo .venv/lib/python3*/site-packages/PySide6/Qt)
    # In a variable: a grep that ends early would break ldd's pipe, which pipefail takes for "nothing was found".
    libraries=$(ldd "$qt/plugins/platforms/libqxcb.so" "$qt/plugins/platforms/libqoffscreen.so" \
        "$qt/lib/libQt6Widgets.so.6" 2>&1) && [[ $libraries != *"not found"* ]]
}

has_commands() {
    local name
    for name in "$@"; do
        command -v "$name" >/dev/null || return 1
    done
}

is_complete() {
    case $purpose in
    window) qt_is_complete ;;
    test) has_commands Xvfb xvfb-run xauth xdotool && qt_is_complete ;;
    venv) false ;;
    esac
}

apt_packages() {
    case $purpose in
    window)
        echo libegl1 libgl1 libglib2.0-0 libfontconfig1 libfreetype6 libxkbcommon0 libx11-6 libdbus-1-3 \
            libx11-xcb1 libxcb-cursor0 libxcb-icccm4 libxcb-image0 libxcb-keysyms1 libxcb-randr0 libxcb-render-util0 \
            libxcb-shape0 libxcb-sync1 libxcb-xfixes0 libxcb-xkb1 libxkbcommon-x11-0 fonts-dejavu-core
        ;;
    test) echo "$(purpose=window apt_packages)" xvfb xauth xdotool ;;
    venv) echo python3-venv ;;
    esac
}

dnf_packages() {
    case $purpose in
    window)
        echo libglvnd-egl libglvnd-glx glib2 fontconfig freetype dbus-libs libX11 libX11-xcb libxcb \
            libxkbcommon libxkbcommon-x11 xcb-util-cursor xcb-util-image xcb-util-keysyms xcb-util-renderutil xcb-util-wm
        ;;
    test) echo "$(purpose=window dnf_packages)" xorg-x11-server-Xvfb xorg-x11-xauth xdotool ;;
    venv) echo python3 ;;
    esac
}

pacman_packages() {
    case $purpose in
    window)
        echo libglvnd glib2 fontconfig freetype2 dbus libx11 libxcb libxkbcommon libxkbcommon-x11 \
            xcb-util-cursor xcb-util-image xcb-util-keysyms xcb-util-renderutil xcb-util-wm
        ;;
    test) echo "$(purpose=window pacman_packages)" xorg-server-xvfb xorg-xauth xdotool ;;
    venv) echo python ;;
    esac
}

zypper_packages() {
    case $purpose in
    window)
        echo libglvnd libglib-2_0-0 libfontconfig1 libfreetype6 libdbus-1-3 libX11-6 libX11-xcb1 libxkbcommon0 \
            libxkbcommon-x11-0 libxcb-cursor0 libxcb-icccm4 libxcb-image0 libxcb-keysyms1 libxcb-render-util0
        ;;
    test) echo "$(purpose=window zypper_packages)" xorg-x11-server-Xvfb xauth xdotool ;;
    venv) echo python3 ;;
    esac
}

install_command() {
    if command -v apt-get >/dev/null; then
        echo apt-get install --yes --no-install-recommends "$(apt_packages)"
    elif command -v dnf >/dev/null; then
        echo dnf install --assumeyes "$(dnf_packages)"
    elif command -v pacman >/dev/null; then
        echo pacman --sync --needed --noconfirm "$(pacman_packages)"
    elif command -v zypper >/dev/null; then
        echo zypper --non-interactive install "$(zypper_packages)"
    fi
}

install() {
    local command
    command=$(install_command)
    if [ -z "$command" ]; then
        echo "Install what Qt 6 needs for X11 (the libraries of Debian's $(apt_packages)) with your package manager." >&2
        exit 1
    elif [ "$(id -u)" -ne 0 ]; then
        echo "System packages are missing; run this once, then try again: sudo $command" >&2
        exit 1
    fi
    echo "Installing system packages: $command"
    [[ $command != apt-get* ]] || DEBIAN_FRONTEND=noninteractive apt-get update -qq
    # shellcheck disable=SC2086  # the command is a list of words
    DEBIAN_FRONTEND=noninteractive $command >/dev/null
}

[ "$(uname -s)" = Linux ] || exit 0
is_complete || install
