"""Whatever lies in a run's folder: the charts, the log and the list show it or say why not, and are painted."""

from __future__ import annotations

import shutil
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hostile_runs import Attack, attacks, make_run
from hypothesis import HealthCheck, given, settings
from PySide6.QtWidgets import QApplication
from waiting import read

from studio.runs.errors import RunError
from studio.runs.events import read_events
from studio.runs.index import RunIndex
from studio.workspaces.train.run_curves import RunCurves
from studio.workspaces.train.run_rows import after, row_of
from support import scaled
from widgets.runs.run_list import RunList
from widgets.runs.run_log import RunLog


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sound run, to be copied."""
    return make_run(tmp_path_factory.mktemp("sound")).path


@given(attacks())
@settings(max_examples=scaled(4_000, 0.01), suppress_health_check=list(HealthCheck))
def test_a_hostile_run_is_shown(qapp: QApplication, template: Path, attack: Attack) -> None:
    curves, log, rows = RunCurves(), RunLog(), RunList()
    told: list[str] = []
    curves.failed.connect(told.append)
    try:
        with TemporaryDirectory() as runs:
            run = Path(runs) / template.name
            shutil.copytree(template, run)
            attack(run)
            with RunIndex(Path(runs)) as index:
                index.refresh()
                summaries = index.runs()
            rows.set_rows([row_of(summary) for summary in summaries])
            with suppress(RunError):
                events = read_events(run / "events.jsonl")
                log.show_run(run.name)
                log.add(events)
                for summary in summaries:
                    row_of(after(summary, events))
            curves.add(run, live=True)
            curves.finish(run.name)
            read(curves)
        for widget in (*curves.charts(), log, rows):
            widget.resize(300, 200)
            assert not widget.grab().isNull()
        assert all(text.endswith(".") for text in told)
    finally:
        curves.close()
        for widget in (*curves.charts(), log, rows):
            widget.deleteLater()
        curves.deleteLater()
