"""The screen of the window tests is there and has the size that the pictures are drawn for."""

from __future__ import annotations

import os
import subprocess

import pytest


@pytest.mark.end_to_end
def test_the_screen_has_the_size_of_the_pictures(xvfb_display: str) -> None:
    size = subprocess.run(
        ["xdotool", "getdisplaygeometry"],
        env=os.environ | {"DISPLAY": xvfb_display},
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert size.stdout.split() == ["1600", "1000"]
