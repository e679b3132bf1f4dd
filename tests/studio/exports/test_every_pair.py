"""Every export of every sort of run: what is written is opened again, or runs. ``make soak`` goes through all pairs."""

from __future__ import annotations

import ast
import importlib
import io
import json
import sys
from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from trained_runs import DOCUMENTS, Asking, asking, run

from models.storage import files
from studio.exports import EXPORTS, ByWorker, Export, OfDocument, OfRun
from studio.runs.folder import RunFolder
from studio.worker.exporting.subject import inputs_for, tupled
from support import SOAK

__all__ = ["asking", "run"]

Run = Callable[[str], RunFolder]
HERE = [kind for kind in EXPORTS.values() if issubclass(kind, OfDocument | OfRun | ByWorker)]
"""All but those that take a process of their own: `tests/studio/worker/onnx` opens what that writes."""
PAIRS = [
    (kind, name)
    for place, (kind, name) in enumerate(product(HERE, DOCUMENTS))
    if SOAK or (place % len(DOCUMENTS) == place // len(DOCUMENTS) % len(DOCUMENTS) and kind.suffix != ".pt2")
]
"""A sort of run for each export, another each time, but for `torch.export`, which takes seconds and has tests of its
own; with ``make soak`` all of them."""


NOTHING_TO_PRUNE = {("pruned", "switch"), ("pruned", "tokens")}
"""Networks without a layer whose filters could go: what is said then."""


def opened_program(path: Path) -> Callable[..., Any]:
    if path.suffix == ".pt2":
        program: Callable[..., Any] = torch.export.load(path).module()
        return program
    loaded: Callable[..., Any] = torch.jit.load(io.BytesIO(path.read_bytes()))
    return loaded


def opened_package(place: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    (source,) = place.glob("*/network.py")
    monkeypatch.syspath_prepend(str(place))
    for name in [name for name in sys.modules if name.partition(".")[0] == source.parent.name]:
        monkeypatch.delitem(sys.modules, name)
    network: Callable[..., Any] = importlib.import_module(f"{source.parent.name}.network").load()
    return network


def check_text(kind: type[Export], path: Path) -> None:
    """Source is Python, a notebook has cells of it, a card has headings."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".ipynb":
        for cell in json.loads(text)["cells"]:
            if cell["cell_type"] == "code":
                ast.parse("".join(cell["source"]))
    elif path.suffix == ".py":
        assert any(isinstance(part, ast.ClassDef) for part in ast.parse(text).body)
    else:
        assert text.count("\n## ") >= 5, kind.kind


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize(("kind", "name"), PAIRS, ids=lambda value: getattr(value, "kind", value))
def test_what_is_written_is_opened_again(
    kind: type[Export], name: str, run: Run, asking: Asking, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, export, place = run(name), kind(), tmp_path / f"out{kind.suffix}"
    if isinstance(export, OfDocument):
        document = files.read_whole(folder.document_path)
        files.save_text(export.made(document, folder.document_path, name).text.encode(), place)
        check_text(kind, place)
    elif isinstance(export, OfRun):
        export.write(folder, "best", place)
        check_text(kind, place)
    else:
        assert isinstance(export, ByWorker)
        question = export.question(folder.path, "best", place)
        if (kind.kind, name) in NOTHING_TO_PRUNE:
            assert "filter" in asking.failure(question.kind, folder, **question.arguments)
            return
        facts = export.told(asking.ask(question.kind, folder, **question.arguments).facts)
        assert all(Path(written).exists() for written in facts["wrote"])
        if kind.kind != "pruned":
            check_answers(place, asking, monkeypatch)
        else:
            assert files.read_whole(place / "network.netloom").analysis.totals().parameters > 0


def check_answers(place: Path, asking: Asking, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was written answers to examples as they are."""
    opened = opened_package(place, monkeypatch) if place.is_dir() else opened_program(place)
    inputs = inputs_for(asking.bench, 3)
    with torch.inference_mode():
        outputs = tupled(opened(*inputs))
    assert all(len(values) == 3 and np.isfinite(values.numpy()).all() for values in outputs)
