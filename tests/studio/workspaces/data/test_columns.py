"""Columns of the data: bound to inputs and outputs, looked at in pairs, and taken as they are chosen."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from data_page import Open, mend, notes, settle
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot
from waiting import until

from models.document.edits import AddNode, Batch, Connect, SetSection
from models.network import Edge, Node
from studio.controllers.documents import DocumentController
from studio.data.data import Progress, Raw
from studio.data.kinds import tables as tables_kind


def two_of_each() -> Batch:
    """A network with the Inputs scan and years and the Outputs kind and mass."""
    size: dict[str, Any] = {"out_features": 3}
    nodes = [
        Node("scan", "Input", {"shape": [1, 4, 4]}),
        Node("years", "Input", {"shape": [1]}),
        Node("flatten1", "Flatten", {}),
        Node("concat1", "Concat", {}),
        Node("fc1", "Linear", size),
        Node("fc2", "Linear", {"out_features": 1}),
        Node("kind", "Output", {"loss": {"kind": "CrossEntropyLoss"}}),
        Node("mass", "Output", {"loss": {"kind": "MSELoss"}}),
    ]
    by_id = {node.id: node for node in nodes}
    wires = ["scan flatten1", "flatten1 concat1", "years concat1", "concat1 fc1", "concat1 fc2", "fc1 kind", "fc2 mass"]
    pairs = [[by_id[id] for id in wire.split()] for wire in wires]
    edges = [Edge(first.id, first.outputs[0], then.id, then.inputs[0].name) for first, then in pairs]
    return Batch("Build", [*map(AddNode, nodes), *map(Connect, edges)])


@pytest.fixture
def patients(tmp_path: Path) -> Path:
    generator = np.random.default_rng(0)
    image, label = generator.integers(0, 255, (90, 4, 4), dtype=np.uint8), np.arange(90) % 3
    numbers = generator.uniform(1, 90, (2, 90, 1))
    np.savez(tmp_path / "patients.npz", image=image, age=numbers[0], label=label, weight=numbers[1])
    return tmp_path / "patients.npz"


def test_columns_are_bound_where_there_are_several(
    qtbot: QtBot, controller: DocumentController, open_workspace: Open, patients: Path
) -> None:
    workspace = open_workspace(None)
    controller.apply(two_of_each())
    workspace.use_file(patients)
    settle(qtbot, workspace)
    fields = workspace.details.columns.fields
    assert list(fields) == [("inputs", "scan"), ("inputs", "years"), ("targets", "kind"), ("targets", "mass")]
    assert notes(workspace)[0][1].startswith("patients.npz: expected an array x")
    mend(qtbot, workspace)  # what suggests itself: no array is called as a second target
    assert controller.document.data["inputs"] == {"scan": "image", "years": "age"}
    assert controller.document.data["targets"] == {"kind": "label"}
    assert any("mass" in text for _, text in notes(workspace))
    choice = workspace.details.columns.fields["targets", "mass"]
    choice.set_value("weight")
    choice.changed.emit("weight")
    settle(qtbot, workspace)
    assert controller.document.data["targets"] == {"kind": "label", "mass": "weight"}
    assert notes(workspace) == [("good", "Fits the network input 1×4×4 and 1")]
    assert workspace.page.line.text().startswith("90 examples · 1×4×4 and 1 · 3 classes and 1 number · ")
    controller.undo()
    settle(qtbot, workspace)
    assert choice.value() == ""


def test_any_pair_of_columns_can_be_looked_at(
    qtbot: QtBot, controller: DocumentController, open_workspace: Open, patients: Path
) -> None:
    workspace = open_workspace(None)
    controller.apply(two_of_each())
    sides = {"inputs": {"scan": "image", "years": "age"}, "targets": {"kind": "label", "mass": "weight"}}
    controller.apply(SetSection("data", {"source": "numpy", "path": str(patients), **sides}))
    settle(qtbot, workspace)
    page = workspace.page.samples
    assert page.view() is page.grid
    assert workspace.details.normalization.text().startswith("mean 1")
    page.inputs.set_value("years")
    page.targets.set_value("mass")
    page.pair_changed.emit("years", "mass")
    assert page.view() is page.table
    assert page.bars is not None and not page.classes.isVisible()


def test_one_input_and_one_output_are_not_asked_for_columns(open_workspace: Open) -> None:
    assert not open_workspace().details.columns_section.isVisible()


def test_sequences_of_tokens_are_called_so(open_workspace: Open) -> None:
    workspace = open_workspace(data={"source": "word_tags"})
    page = workspace.page
    assert page.line.text().startswith("2,000 sequences · 32 tokens · 12 classes")
    assert page.samples.bars is not None and page.samples.bars.title.text() == "Tokens per class"
    heads = [page.samples.table.model().headerData(place, Qt.Orientation.Horizontal) for place in (2, 3)]
    assert heads == ["Token 1", "Token 2"]


def test_a_column_of_a_table_is_taken_as_it_is_chosen_and_undo_brings_it_back(
    open_workspace: Open, controller: DocumentController, qtbot: QtBot, tmp_path: Path
) -> None:
    rows = "".join(f"{i},{'fm'[i % 2]},{'ab'[i % 3 > 0]}\n" for i in range(40))
    (tmp_path / "a.csv").write_text("age,sex,kind\n" + rows)
    workspace = open_workspace(data={"source": "csv", "path": str(tmp_path / "a.csv")})
    fields = workspace.details.columns.fields
    assert {id: field.value() for (side, id), field in fields.items() if side == "types"} == {"age": "", "sex": ""}
    assert workspace.preview is not None and workspace.preview.facts.shape == (3,)
    fields["types", "sex"].changed.emit("left out")
    settle(qtbot, workspace)
    assert controller.document.data["types"] == {"sex": "left out"}
    assert workspace.preview.facts.shape == (1,)
    controller.undo()
    settle(qtbot, workspace)
    assert "types" not in controller.document.data and workspace.preview.facts.shape == (3,)


def test_facts_are_looked_for_when_somebody_wants_to_see_them(qtbot: QtBot, open_workspace: Open) -> None:
    workspace = open_workspace("iris-mlp", {"source": "iris", "test": 0.2})
    assert workspace.looking.found is None and workspace.page.samples.order.isHidden()
    assert [label.text() for label in workspace.details.split_bar.numbers] == ["90 · 60 %", "30 · 20 %", "30 · 20 %"]
    workspace.page.show_view("facts")
    until(lambda: workspace.looking.found is not None)
    assert {"classes", "columns", "inputs", "exact"} <= set(workspace.page.facts.tables)
    (note,) = workspace.page.facts.notes
    assert note.text().startswith("1 pair of equal examples.")
    qtbot.mouseClick(note.buttons[0], Qt.MouseButton.LeftButton)
    assert workspace.controller.document.data["duplicates"] == "drop"
    settle(qtbot, workspace)
    until(lambda: workspace.looking.found is not None and not workspace.looking.is_busy)
    assert not workspace.page.facts.notes and workspace.page.view() == "facts"
    workspace.controller.undo()
    settle(qtbot, workspace)
    until(lambda: len(workspace.page.facts.notes) == 1)
    workspace.looking.close()


def test_rows_of_facts_lead_to_their_examples(qtbot: QtBot, open_workspace: Open) -> None:
    workspace = open_workspace("iris-mlp", {"source": "iris"})
    workspace.page.show_view("facts")
    until(lambda: workspace.looking.found is not None)
    facts, samples = workspace.page.facts, workspace.page.samples
    facts.chosen.emit("classes", "2")
    assert workspace.page.view() == "samples" and samples.chosen_class() == 2
    facts.chosen.emit("exact", facts.tables["exact"].lines()[0].key)
    assert len(samples.examples()) == 2 and samples.order.currentText() == "These two"
    samples.order.set_value("far")
    samples.order.changed.emit("far")
    assert len(samples.examples()) == 60
    workspace.looking.close()


def test_nothing_is_normalized_of_text(open_workspace: Open) -> None:
    with pytest.raises(KeyError):
        open_workspace(data={"source": "reviews"}).details.form.editor("normalize")
    assert open_workspace(data={"source": "iris"}).details.form.editor("normalize")


def test_the_first_rows_of_a_large_table_stand_there_while_the_rest_is_read(
    qtbot: QtBot, open_workspace: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tables_kind, "GLANCED_FROM", 1_000)
    (tmp_path / "a.csv").write_text(
        "size,age,rooms,kind\n" + "".join(f"{row},{row % 7},3.{row},{'ab'[row % 2]}\n" for row in range(999))
    )
    workspace = open_workspace()
    page = workspace.page
    seen: list[tuple[int, str, bool]] = []
    workspace.loader.glimpsed.connect(
        lambda _: seen.append((len(page.samples.examples()), page.line.text(), page.views.isVisible()))
    )
    read_arrays, shown = tables_kind.Csv.read_arrays, threading.Event()
    workspace.loader.glimpsed.connect(lambda _: shown.set())

    def read_later(dataset: tables_kind.Csv, base: Path | None, progress: Progress | None) -> Raw:
        assert shown.wait(60)
        return read_arrays(dataset, base, progress)

    monkeypatch.setattr(tables_kind.Csv, "read_arrays", read_later)
    workspace.controller.apply(SetSection("data", {"source": "csv", "path": str(tmp_path / "a.csv")}))
    settle(qtbot, workspace)
    assert seen == [(200, "The first 200 rows; all are being read.", False)]
    assert workspace.preview and sum(workspace.preview.counts) == 999
    assert page.line.text().startswith("999 rows") and page.views.isVisible() and page.samples.bars is not None
    workspace.load(fresh=True)
    settle(qtbot, workspace)
    assert len(seen) == 2 and seen[1][1].startswith("999 rows"), "what was read stays in sight"
