"""``netloom ensemble``: the table, the sentences, the module, and runs that do not fit."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest
from ensembles import members

from studio import cli
from studio.runs.folder import RunFolder

__all__ = ["members"]

Members = Mapping[str, RunFolder]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def ids(members: Members, *names: str) -> list[str]:
    return [members[name].path.name for name in names]


def runs(members: Members) -> list[str]:
    return ["--runs", str(members["one"].path.parent)]


def test_each_member_has_a_line_and_the_average_a_sentence(
    members: Members, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["ensemble", *ids(members, "bag1", "bag2", "bag3"), *runs(members), "-o", "out"]) == 0
    said = capsys.readouterr().out
    for words in ("bag1", "average", "Accuracy", "ECE", "Together", "Out-of-bag error", "ensemble.safetensors"):
        assert words in said, said
    assert Path("out/ensemble.py").is_file()


def test_all_figures_come_as_json(members: Members, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["ensemble", *ids(members, "numbers1", "numbers2"), *runs(members), "--format", "json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert facts["kind"] == "numbers" and len(facts["errors"]) == 3


def test_a_run_that_does_not_fit_is_said_and_the_others_go_on(
    members: Members, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["ensemble", *ids(members, "one", "two", "other split"), *runs(members)]) == 1
    said = capsys.readouterr()
    assert "is left out: It was validated on other examples" in said.err and "Together" in said.out


@pytest.mark.parametrize("names", [("one",), ("one", "one"), ("one", "other data")])
def test_fewer_than_two_that_fit_are_refused(
    names: tuple[str, ...], members: Members, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["ensemble", *ids(members, *names), *runs(members), "-o", "out"]) == 2
    assert "two" in capsys.readouterr().err and not Path("out").exists()
