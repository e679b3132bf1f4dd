"""Sequences that are read off, as CTC has them: what is told of them names the blanks that are counted."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from documents import suited
from trained_runs import trained

from studio.workspaces.inspect.workspace import InspectWorkspace


def test_the_blanks_behind_the_end_are_named(page_of: Callable[..., InspectWorkspace], tmp_path: Path) -> None:
    trained(suited("CTCLoss"), tmp_path, "reader")
    page = page_of(tmp_path, "reader")
    assert page.results is not None and page.results.about.reads
    first, *_ = page.results.facts()
    assert first.name == "Places right" and first.more.endswith(", with blanks")
