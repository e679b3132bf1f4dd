"""What the linter and the formatter have to say of generated code."""

from __future__ import annotations

import subprocess
import sys


def complaints(text: str) -> str:
    """Their words on a script as it would be saved; "" where they would change nothing."""
    found = []
    for command in (["check", "-"], ["format", "--diff", "-"]):
        arguments = [sys.executable, "-m", "ruff", *command, "--isolated"]
        result = subprocess.run(arguments, input=text, capture_output=True, text=True, check=False)
        found += [result.stdout + result.stderr] if result.returncode else []
    return "".join(found)
