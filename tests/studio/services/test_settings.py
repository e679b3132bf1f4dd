"""What is remembered between starts, in the test's own settings file."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QByteArray, QSettings
from pytestqt.qtbot import QtBot

from studio.services.settings import RECENT_LIMIT, Settings


@pytest.fixture
def settings(qtbot: QtBot) -> Iterator[Settings]:
    settings = Settings()
    yield settings
    settings.flush()


def at_the_next_start(settings: Settings) -> Settings:
    settings.flush()
    return Settings()


def store() -> QSettings:
    return QSettings(QSettings.Format.IniFormat, QSettings.Scope.UserScope, "Netloom", "netloom")


def test_an_unknown_text_is_the_default(settings: Settings) -> None:
    assert settings.text("theme", "system") == "system"


def test_texts_outlive_the_object(settings: Settings) -> None:
    settings.set_text("theme", "light")
    assert at_the_next_start(settings).text("theme", "system") == "light"


def test_state_outlives_the_object(settings: Settings) -> None:
    settings.set_state("window/geometry", QByteArray(b"\x01\x02\x00"))
    assert at_the_next_start(settings).state("window/geometry") == QByteArray(b"\x01\x02\x00")


@pytest.mark.parametrize("value", ["text", 7, QByteArray()])
def test_state_of_another_kind_counts_as_absent(settings: Settings, value: object) -> None:
    store().setValue("window/geometry", value)
    assert Settings().state("window/geometry") is None


@pytest.mark.parametrize(("text", "scale"), [("1.2", 1.2), ("9", 1.5), ("0.1", 1.0), ("large", 1.0), ("", 1.0)])
def test_text_size_stays_within_its_limits(settings: Settings, text: str, scale: float) -> None:
    settings.set_text("scale", text)
    assert settings.scale == scale


def test_text_size_is_remembered(settings: Settings) -> None:
    settings.scale = 1.3
    assert at_the_next_start(settings).scale == 1.3


def test_recent_files_come_latest_first_and_once(settings: Settings, tmp_path: Path) -> None:
    a, b = tmp_path / "a.netloom", tmp_path / "b.netloom"
    for file in (a, b):
        file.touch()
    for file in (a, b, a):
        settings.add_recent(file)
    assert at_the_next_start(settings).recent() == [a, b]


def test_one_recent_file_is_a_list_too(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "a.netloom").touch()
    settings.add_recent(tmp_path / "a.netloom")
    assert at_the_next_start(settings).recent() == [tmp_path / "a.netloom"]


def test_what_another_window_added_stays_recent(settings: Settings, tmp_path: Path) -> None:
    a, b, c = (tmp_path / f"{name}.netloom" for name in "abc")
    other = Settings()
    settings.add_recent(a)
    settings.flush()
    other.add_recent(b)
    other.flush()
    settings.add_recent(c)
    assert settings.recent() == [c, a]
    assert at_the_next_start(settings).recent() == [c, b, a]


def test_what_one_does_many_times_is_all_written(settings: Settings) -> None:
    for number in range(200):
        settings.set_text(f"key{number % 10}", str(number))
    later = at_the_next_start(settings)
    assert [later.text(f"key{number}") for number in range(10)] == [str(190 + number) for number in range(10)]
    assert not [thread for thread in threading.enumerate() if thread.name == "settings"]


def test_only_so_many_are_recent(settings: Settings, tmp_path: Path) -> None:
    for number in range(RECENT_LIMIT + 5):
        file = tmp_path / f"{number}.netloom"
        file.touch()
        settings.add_recent(file)
    assert len(settings.recent()) == RECENT_LIMIT
    assert settings.recent()[0].stem == str(RECENT_LIMIT + 4)


@pytest.mark.parametrize("value", [7, ["", 3], {"a": 1}])
def test_nonsense_in_the_file_counts_as_nothing_recent(settings: Settings, value: object) -> None:
    store().setValue("recent", value)
    assert Settings().recent() == []
