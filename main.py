"""Start Netloom from a checkout: ``python main.py`` does what the installed ``netloom`` command does."""

from __future__ import annotations

import sys

from studio.cli import entry

if __name__ == "__main__":
    sys.exit(entry())
