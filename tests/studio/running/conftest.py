"""Workers that are ready, workers that start, and runs for them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from queued_worker import New, Worker

from studio.running.launch import new_run


@pytest.fixture
def new(tmp_path: Path) -> New:
    return lambda document: new_run(document, None, tmp_path / "runs")


@pytest.fixture(scope="module")
def kept() -> Iterator[Worker]:
    made = Worker()
    made.client.start()
    yield made
    made.client.close()


@pytest.fixture
def worker(kept: Worker) -> Iterator[Worker]:
    """One that is ready: a process does for many tests, unless it dies in one of them."""
    kept.be_ready()
    yield kept
    kept.rest()
