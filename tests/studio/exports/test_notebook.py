"""Notebooks: their cells run one after the other, train as the script does and draw curves, in nbformat's form."""

from __future__ import annotations

import json
import re
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from data_examples import GOOD
from documents import cnn, mlp, two_ended

from models.codegen.trained.notebook import LOADED, READ
from models.document import Document
from studio.data import DATASETS, dataset_from
from studio.exports import EXPORTS, OfDocument
from studio.running.launch import training_script


def notebook_of(document: Document, title: str = "flowers") -> dict[str, Any]:
    export = EXPORTS["notebook"]()
    assert isinstance(export, OfDocument)
    found: dict[str, Any] = json.loads(export.made(document, None, title).text)
    return found


def run_cells(notebook: dict[str, Any]) -> dict[str, Any]:
    """What the code of a notebook leaves behind, cell by cell."""
    module = ModuleType("notebook")
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            exec(compile("".join(cell["source"]), cell["id"], "exec"), vars(module))
    return vars(module)


@pytest.mark.parametrize("make", [mlp, cnn, two_ended], ids=["table", "images", "several"])
def test_its_cells_train_as_the_script_does(make: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    document = make(tmp_path, epochs=2) if make is two_ended else make(epochs=2)
    left = run_cells(notebook_of(document))
    script = ModuleType("script")
    exec(compile(training_script(document, None, "flowers"), "script", "exec"), vars(script))
    assert left["history"] == script.main() and len(left["history"]) == 2
    assert "training examples of" in capsys.readouterr().out
    drawn = left["Curves"](left["history"], "loss")._repr_svg_()
    assert drawn.count("<polyline") == 2 and not re.search(r"nan|inf", drawn)


@pytest.mark.parametrize("kind", DATASETS)
def test_its_data_cell_says_what_came_of_every_kind_of_data(
    kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = GOOD[kind](tmp_path) if kind in GOOD else {}
    dataset, _ = dataset_from({"source": kind, **made})
    source = dataset.script_source(tmp_path) + READ.format(load=LOADED)
    exec(compile(source, "cell", "exec"), {"__name__": "cell"})
    train = dataset.load(tmp_path).train.x
    assert capsys.readouterr().out == f"{len(train)} training examples of {train.shape[1:]}\n"


def test_it_is_a_notebook_as_the_format_has_it() -> None:
    notebook = notebook_of(mlp(), "Blüten")
    assert (notebook["nbformat"], notebook["nbformat_minor"]) == (4, 5)
    ids = [cell["id"] for cell in notebook["cells"]]
    assert len(set(ids)) == len(ids) and all(re.fullmatch(r"[a-zA-Z0-9-_]{1,64}", id) for id in ids)
    for cell in notebook["cells"]:
        wanted = {"cell_type", "id", "metadata", "source"}
        wanted |= {"execution_count", "outputs"} if cell["cell_type"] == "code" else set()
        assert set(cell) == wanted and all(line.endswith("\n") for line in cell["source"][:-1])
    assert notebook["cells"][0]["source"][0] == "# Blüten\n"
    headings = [cell["source"][0].strip() for cell in notebook["cells"] if cell["cell_type"] == "markdown"]
    assert headings[1:] == ["## Data", "## Network", "## Training", "## Curves"]


def test_what_cannot_be_trained_is_a_sentence() -> None:
    broken = mlp(data={"source": "csv", "path": "nothing.csv"})
    with pytest.raises(Exception, match="nothing is there"):
        notebook_of(broken)
