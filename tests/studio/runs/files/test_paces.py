"""What was measured of this computer's devices: kept, and read without trust."""

from __future__ import annotations

import json
import platform
from pathlib import Path
from typing import Any

import pytest

from models.analysis.pace import Pace
from studio.runs.files.paces import known_paces, pace_from, remember_paces

PACE = Pace(1e9, 2e9, 1e8, 1e8, 1e5, 1e3)


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    return tmp_path / "netloom" / "paces.json"


def test_paces_come_back_in_their_order(file: Path) -> None:
    assert known_paces() == {}
    remember_paces({"cuda:0": PACE, "cpu": PACE._replace(products=5.0)})
    assert list(known_paces().items()) == [("cuda:0", PACE), ("cpu", PACE._replace(products=5.0))]


def test_a_home_may_be_that_of_many_computers(file: Path) -> None:
    file.parent.mkdir()
    file.write_text(json.dumps({"elsewhere": {"cpu": [*PACE]}}))
    assert known_paces() == {}
    remember_paces({"cpu": PACE})
    assert set(json.loads(file.read_text())) == {"elsewhere", platform.node()}


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"NODE": 3}', '{"NODE": {"cpu": [1, 2]}}', "[" * 5_000])
def test_a_damaged_file_is_as_good_as_none(file: Path, text: str) -> None:
    file.parent.mkdir()
    file.write_text(text.replace("NODE", platform.node()))
    assert known_paces() == {}
    remember_paces({"cpu": PACE})
    assert known_paces() == {"cpu": PACE}


@pytest.mark.parametrize("numbers", [None, [1.0] * 5, [1.0] * 7, [0.0] * 6, [-1.0] * 6, ["1"] * 6, [float("inf")] * 6])
def test_what_is_no_pace_is_none(numbers: Any) -> None:
    assert pace_from(numbers) is None
