#!/usr/bin/env bash
# Make .venv ready: `tools/setup.sh run` for using Netloom, `tools/setup.sh dev` for tests and checks as well.
# A torch from 2.6 on that is already there, in .venv or in the Python it grows from, is used and never replaced.
set -euo pipefail
cd "$(dirname "$0")/.."

purpose=${1:?run or dev}
venv=.venv
python=$venv/bin/python

fail() {
    echo "$1" >&2
    exit 1
}

is_supported() {
    "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' 2>/dev/null
}

is_venv() {
    is_supported "$python" && "$python" -c 'import sys, pip; sys.exit(sys.prefix == sys.base_prefix)' 2>/dev/null
}

has_torch() {
    "$1" - <<'PY' 2>/dev/null
import re, sys
from importlib.metadata import version
major, minor = map(int, re.match(r"(\d+)\.(\d+)", version("torch")).groups())
sys.exit((major, minor) < (2, 6))
PY
}

find_python() {
    local candidate
    for candidate in ${PYTHON:-} python3 python3.13 python3.12 python3.11 python; do
        if is_supported "$candidate"; then
            echo "$candidate"
            return
        fi
    done
    fail "Netloom needs Python 3.11, 3.12 or 3.13, and none was found: install one, or name it with make PYTHON=/path/to/python."
}

make_venv() {
    local base flags=()
    base=$(find_python)
    has_torch "$base" && flags=(--system-site-packages)
    if ! "$base" -c 'import ensurepip, venv' 2>/dev/null; then
        bash tools/system.sh venv
    fi
    "$base" -m venv --clear "${flags[@]}" "$venv"
}

install() {
    local constraints target=.
    constraints=$(mktemp)
    # shellcheck disable=SC2064
    trap "rm -f '$constraints'" EXIT
    if has_torch "$python"; then
        echo "Using the torch that is already there."
        grep -v '^torch==' constraints.txt >"$constraints"
    else
        cp constraints.txt "$constraints"
    fi
    [ "$purpose" = dev ] && target='.[dev]'
    pip=("$python" -m pip install --quiet --disable-pip-version-check --constraint "$constraints")
    "${pip[@]}" hatchling
    "${pip[@]}" --no-build-isolation --editable "$target"
}

is_venv || make_venv
echo "Installing what Netloom needs into $venv; the first time takes some minutes."
install
