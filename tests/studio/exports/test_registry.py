"""What every export promises, asked of the registry."""

from __future__ import annotations

from pathlib import Path

import pytest

from studio.exports import EXPORTS, ByProcess, ByWorker, Export, OfDocument, OfRun, for_file
from studio.worker.probes import PROBES

kinds = pytest.mark.parametrize("kind", EXPORTS.values(), ids=list(EXPORTS))


@kinds
def test_it_says_what_it_is(kind: type[Export]) -> None:
    assert kind.title and kind.help.endswith(".") and issubclass(kind, OfDocument | OfRun | ByWorker | ByProcess)
    assert bool(kind.suffix) == bool(kind.files), "a folder has no pattern, a file has one"
    assert all(field.help for field in kind.fields.values())


@kinds
def test_a_file_called_so_chooses_it_or_must_be_asked_for(kind: type[Export]) -> None:
    if kind.suffix:
        chosen = for_file(Path(f"out{kind.suffix.upper()}"))
        assert (chosen is kind) != kind.on_request


@kinds
def test_a_probe_takes_its_settings_and_a_path(kind: type[Export]) -> None:
    if issubclass(kind, ByWorker):
        question = kind().question(Path("run"), "best", Path("there"))
        assert question.arguments.keys() == PROBES[kind.probe].example.keys()
        assert "there" in question.arguments.values() and question.kind == kind.probe


def test_no_file_is_called_like_a_folder() -> None:
    assert for_file(Path("folder")) is None and for_file(Path("file.xyz")) is None
