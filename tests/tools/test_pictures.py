from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image
from PySide6.QtGui import QColor, QImage
from pytestqt.qtbot import QtBot

from support import ROOT
from tools.pictures import (
    EXACT_COLORS,
    FULL_HD,
    LAPTOP,
    SHOTS,
    SIZES,
    Colors,
    Shot,
    few_colors,
    main,
    screens,
    wait_until,
    write_small,
)

palettes = st.integers(1, 400).flatmap(lambda count: arrays(np.int32, (count, 3), elements=st.integers(0, 255)))


def test_a_file_is_called_after_screen_theme_and_size() -> None:
    assert Shot("dark", (1600, 1000), 1.0).file("design") == "design-dark-1600x1000.png"
    assert Shot("light", (1280, 800), 1.5).file("data") == "data-light-1280x800-text150.png"
    assert Shot("light", (1366, 768), 1.5, True).file("data") == "data-light-1366x768-text150-contrast.png"
    names = [shot.file(screen) for screen in screens() for shot in SHOTS]
    assert len(set(names)) == len(names)


def test_every_size_is_drawn_in_both_themes_and_large_text_too() -> None:
    assert {(shot.mode, shot.size) for shot in SHOTS if shot.scale == 1} == {
        (mode, size) for mode in ("dark", "light") for size in SIZES
    }
    large = {shot.size: shot.contrast for shot in SHOTS if shot.scale == 1.5}
    assert large == {SIZES[0]: False, LAPTOP: True, FULL_HD: False}


@settings(max_examples=50, deadline=None)
@given(palettes)
def test_each_color_gets_the_nearest_of_at_most_256(parts: Colors) -> None:
    parts = np.unique(parts, axis=0)
    counts = np.arange(len(parts), 0, -1)
    palette, nearest = few_colors(parts, counts)
    assert len(palette) == min(256, len(parts))
    assert (palette[: min(EXACT_COLORS, len(parts))] == parts[: min(EXACT_COLORS, len(parts))]).all()
    distances = ((parts[:, None] - palette[None]) ** 2).sum(axis=2)
    assert (distances[np.arange(len(parts)), nearest] == distances.min(axis=1)).all()


def test_a_picture_of_few_colors_stays_exactly_as_it_is(tmp_path: Path) -> None:
    picture = QImage(37, 21, QImage.Format.Format_ARGB32)
    picture.fill(QColor("#EFF0F3"))
    picture.setPixelColor(3, 4, QColor("#276ED2"))
    write_small(picture, tmp_path / "picture.png")
    image = Image.open(tmp_path / "picture.png").convert("RGB")
    assert image.size == (37, 21)
    assert (image.getpixel((0, 0)), image.getpixel((3, 4))) == ((0xEF, 0xF0, 0xF3), (0x27, 0x6E, 0xD2))


def test_a_picture_of_many_colors_comes_near(tmp_path: Path) -> None:
    picture = QImage(64, 64, QImage.Format.Format_RGB32)
    for x in range(64):
        for y in range(64):
            picture.setPixelColor(x, y, QColor(x * 4, y * 4, 128))
    write_small(picture, tmp_path / "picture.png")
    written = Image.open(tmp_path / "picture.png")
    assert len(written.getcolors() or []) <= 256
    found = np.asarray(written.convert("RGB")).astype(int)
    wanted = np.stack(np.broadcast_arrays(np.arange(64)[None] * 4, np.arange(64)[:, None] * 4, 128), axis=2)
    assert abs(found - wanted).max() <= 40


def test_waiting_ends_with_the_condition(qtbot: QtBot) -> None:
    asked: list[int] = []
    wait_until(lambda: len(asked) >= 3 or bool(asked.append(1)))
    assert len(asked) == 3


@pytest.mark.parametrize("arguments", [[], ["folder", "nowhere"]])
def test_it_says_what_screens_there_are(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 2
    assert "quick-add" in capsys.readouterr().err


@pytest.mark.slow
def test_the_real_program_is_drawn_away_from_the_users_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path / "home"
    home.mkdir()
    for variable in ("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME"):
        monkeypatch.setenv(variable, str(home))
    command = [sys.executable, "-m", "tools.pictures", str(tmp_path / "pictures"), "empty"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=200, check=False)
    assert done.returncode == 0, done.stderr
    for shot in SHOTS:
        image = Image.open(tmp_path / "pictures" / shot.file("empty"))
        assert image.size == shot.size
        assert len(image.getcolors() or []) > 20
    assert not list(home.iterdir())
