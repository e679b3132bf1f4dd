"""A screen of its own for the tests that drive the real window with a real mouse and keyboard."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator

import pytest


@pytest.fixture(scope="session")
def xvfb_display() -> Iterator[str]:
    """The name of a display (``:7``) of 1600 x 1000 pixels; the server chooses a number that is free."""
    reading, writing = os.pipe()
    command = ["Xvfb", "-displayfd", str(writing), "-screen", "0", "1600x1000x24", "-nolisten", "tcp", "-noreset"]
    server = subprocess.Popen(command, pass_fds=[writing], stderr=subprocess.DEVNULL)
    os.close(writing)
    try:
        with os.fdopen(reading) as answer:
            number = answer.readline().strip()
        assert number, f"Xvfb ended with status {server.wait()} before it opened a display"
        yield f":{number}"
    finally:
        server.terminate()
        server.wait(timeout=60)
