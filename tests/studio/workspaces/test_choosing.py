"""The run that a page shows: the chosen one, or the newest of the open document."""

from __future__ import annotations

from pathlib import Path

import pytest
from documents import mlp

from studio.running.launch import new_run
from studio.runs.index import RunIndex
from studio.runs.summary import RunSummary
from studio.workspaces.choosing import run_to_show


@pytest.fixture
def runs(tmp_path: Path) -> list[RunSummary]:
    """Two of one document, then two of another, the latest first."""
    for name in ("own", "own", "other", "other"):
        new_run(mlp(), tmp_path / f"{name}.netloom", tmp_path / "runs")
    index = RunIndex(tmp_path / "runs")
    index.refresh()
    return list(index.runs())


def test_at_first_it_is_the_newest_of_the_document_else_of_all(runs: list[RunSummary]) -> None:
    own = next(run for run in runs if run.document_path.endswith("own.netloom"))
    assert run_to_show(runs, "", own.document_path, "") == own.id
    assert run_to_show(runs, "", "", "") == run_to_show(runs, "", "never trained.netloom", "") == runs[0].id
    assert run_to_show(runs, "gone", own.document_path, own.document_path) == own.id
    assert run_to_show([], "gone", own.document_path, "") == ""


def test_a_choice_stays_until_another_document_has_runs_of_its_own(runs: list[RunSummary]) -> None:
    own = [run for run in runs if run.document_path.endswith("own.netloom")]
    here, chosen = own[0].document_path, runs[0].id
    assert chosen not in {run.id for run in own}
    assert run_to_show(runs, chosen, here, here) == chosen
    assert run_to_show(runs, chosen, "never trained.netloom", here) == chosen
    assert run_to_show(runs, chosen, here, "") == own[0].id
    assert run_to_show(runs, own[1].id, here, "") == own[1].id


def test_what_was_trained_here_goes_first(runs: list[RunSummary]) -> None:
    assert run_to_show(runs, "", runs[-1].document_path, "", runs[0].id) == runs[0].id
    assert run_to_show(runs, "", "", "", "gone") == runs[0].id
