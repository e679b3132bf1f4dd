"""Runs that are trained once, and somebody to ask about them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest
import torch
from trained_runs import DOCUMENTS, Asking, trained

from studio.runs.folder import RunFolder

Run = Callable[[str], RunFolder]


@pytest.fixture(scope="session")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A trained run by its name in `trained_runs.DOCUMENTS`; nobody may change it."""
    folder = tmp_path_factory.mktemp("runs")
    return cache(lambda name: trained(DOCUMENTS[name](), folder, name))


@pytest.fixture
def asking(tmp_path: Path) -> Iterator[Asking]:
    """A desk of this test's own."""
    threads = torch.get_num_threads()
    yield Asking(tmp_path)
    torch.set_num_threads(threads)
