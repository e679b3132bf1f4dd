"""``netloom runs``: past trainings as a table and for other programs."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from studio import cli
from studio.runs.folder import RunFolder


def test_the_list_is_json_whatever_the_values(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = RunFolder.create(tmp_path, b"{}", "", {"name": "Diverged", "settings": {"rate": math.inf, "all": [math.nan]}})
    with run.metric_writer() as writer:
        for name, value in (("train/loss", math.inf), ("validation/loss", math.nan), ("validation/r2", -math.inf)):
            writer.record(name, 1, 1.0, value)
    assert cli.main(["runs", "--runs", str(tmp_path), "--format", "json"]) == 0

    def refuse(constant: str) -> None:
        raise AssertionError(f"{constant} is no JSON")

    (row,) = json.loads(capsys.readouterr().out, parse_constant=refuse)
    assert row["last"] == {"train/loss": "Infinity", "validation/loss": "NaN", "validation/r2": "-Infinity"}
    assert row["settings"] == {"rate": "Infinity", "all": ["NaN"]} and row["path"] == str(tmp_path / row["id"])
