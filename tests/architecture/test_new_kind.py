"""A layer kind is one class in one file: one that is defined here is everywhere at once, and gone again at the end.

The same holds for optimizers, metrics and data sets (`test_new_parts`) and for checks (`test_new_check`).
"""

from __future__ import annotations

import importlib.util
import inspect
import json
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from models.codegen.module import generate
from models.document import Document
from models.document.edits import AddNode, Batch, Connect, Edit, SetParam
from models.kinds.explain import multiply_adds, parameters, steps
from models.kinds.layer import Formula, Layer, ShapeError, TensorType, Weight, Window, call
from models.layers import LAYERS
from models.network import Edge, Node
from models.specs.fields import Bool, Int
from models.storage import files
from studio.cli import main
from support import ROOT, run_python


class LowRank(Layer):
    """Two thin linear maps in place of a wide one: W = A·B. PyTorch has no such module, and Netloom none so far."""

    family = "Linear"
    title = "Low-rank linear layer"
    synonyms = ("factorized", "bottleneck map")
    help = "Passes all inputs through a few numbers before they meet the outputs: far fewer parameters."
    url = "https://docs.pytorch.org/docs/stable/generated/torch.nn.Linear.html"

    out_features = Int(10, minimum=1, label="Features", role="channels", help="Number of outputs.")
    rank = Int(2, minimum=1, help="Numbers in the middle.")
    bias = Bool(True, help="Adds a learned number to each output.", advanced=True)

    def infer(self, inputs: tuple[TensorType, ...]) -> tuple[TensorType, ...]:
        if not inputs[0].shape:
            raise ShapeError("LowRank needs a vector, but it receives one number.", expected="features", found="1")
        return (TensorType((*inputs[0].shape[:-1], self.out_features)),)

    def weights(self, inputs: tuple[TensorType, ...]) -> tuple[Weight, ...]:
        thin = Weight("0.weight", (self.rank, inputs[0].shape[-1])), Weight("1.weight", (self.out_features, self.rank))
        return (*thin, Weight("1.bias", (self.out_features,))) if self.bias else thin

    def multiply_adds(self, inputs: tuple[TensorType, ...], outputs: tuple[TensorType, ...]) -> int:
        rows = 1
        for size in inputs[0].shape[:-1]:
            rows *= size
        return rows * self.rank * (inputs[0].shape[-1] + self.out_features)

    def window(self, inputs: tuple[TensorType, ...]) -> Window | None:
        return None

    def module(self, inputs: tuple[TensorType, ...]) -> str:
        first = call("nn.Linear", inputs[0].shape[-1], self.rank, bias=False)
        second = call("nn.Linear", self.rank, self.out_features, **({} if self.bias else {"bias": False}))
        return f"nn.Sequential({first}, {second})"

    def formulas(self, inputs: tuple[TensorType, ...], outputs: tuple[TensorType, ...]) -> tuple[Formula, ...]:
        width, out = inputs[0].shape[-1], (self.out_features, "channels")
        counts = self.rank, "·(", (width, "size"), " + ", out, ")"
        rows = tuple(part for size in inputs[0].shape[:-1] for part in ((size, "size"), "·"))
        bias = (" + ", out) if self.bias else ()
        cost = self.multiply_adds(inputs, outputs)
        return (
            *parameters(self.weights(inputs), steps(*counts, *bias)),
            *multiply_adds(cost, steps(*rows, *counts)),
        )

    def summary(self) -> str:
        return f"{self.out_features} features · rank {self.rank}"


COUNT = 2 * (64 + 10) + 10
"""Parameters of a `LowRank` of rank 2 from 64 inputs to 10 outputs."""


@pytest.fixture
def low_rank() -> Iterator[type[LowRank]]:
    LAYERS.register(LowRank)
    yield LowRank
    LAYERS.unregister("LowRank")


@pytest.fixture
def document(low_rank: type[LowRank]) -> Document:
    """The digits as 64 numbers, the new kind, and an output."""
    document = Document()
    nodes = [
        Node("input1", "Input", {"shape": [1, 8, 8]}),
        Node("flatten1", "Flatten", {}),
        Node("lowrank1", "LowRank", {"rank": 2}),
        Node("output1", "Output", {}),
    ]
    edits: list[Edit] = [AddNode(node) for node in nodes]
    for before, after in pairwise(nodes):
        edits.append(Connect(Edge(before.id, before.outputs[0], after.id, after.inputs[0].name)))
    document.apply(Batch("Build", edits))
    document.content.set_section("data", {"source": "digits"})
    return document


@pytest.fixture
def file(document: Document, tmp_path: Path) -> Path:
    files.write(document, tmp_path / "thin.netloom")
    return tmp_path / "thin.netloom"


# The window


def test_the_palette_lists_and_finds_it(low_rank: type[LowRank], qtbot: QtBot) -> None:
    from widgets.kinds.palette import Palette

    palette = Palette()
    qtbot.addWidget(palette)
    palette.set_expanded_families(["Linear"])
    assert "LowRank" in palette.kinds_in_sight()
    palette.search.setText("factorized")
    assert palette.kinds_in_sight() == ["LowRank"]


def test_the_quick_search_shows_the_shape_it_would_give(document: Document, qtbot: QtBot) -> None:
    from widgets.kinds.quick_add import offer

    assert offer(LowRank, TensorType((64,)), connected=True).shape == "10"


def test_the_inspector_has_its_fields_and_explains_its_numbers(document: Document, qtbot: QtBot) -> None:
    from widgets.inspector import Inspector

    def apply(edit: Edit, merge: bool = False) -> bool:
        document.apply(edit, merge=merge)
        return True

    inspector = Inspector(apply)
    qtbot.addWidget(inspector)
    inspector.set_document(document)
    inspector.set_selection(["lowrank1"])
    page = inspector.node_page
    page.form.editor("rank")
    page.form.changed.emit("rank", 3)
    assert document.network["lowrank1"].params["rank"] == 3
    assert [block.title.text() for block in page.explain.blocks()] == [
        "Parameters",
        "Multiply-adds",
        "Bytes of the output",
    ]
    inspector.set_document(None)


def test_the_table_of_layers_has_its_row(document: Document, qtbot: QtBot) -> None:
    from widgets.drawer.layer_model import LayerModel

    model = LayerModel()
    model.set_document(document)
    row = [cell.exact for cell in model.cells("lowrank1")]
    assert row[:3] == ["lowrank1", "LowRank", "10"]
    assert str(COUNT) in row
    model.deleteLater()


def test_the_canvas_draws_its_card(document: Document, qtbot: QtBot) -> None:
    from widgets.canvas import CanvasView

    canvas = CanvasView(lambda edit: True)
    qtbot.addWidget(canvas)
    canvas.set_document(document)
    canvas.select(["lowrank1"])
    assert canvas.selection() == {"lowrank1"}
    canvas.set_document(None)


# Without a window


def test_the_analysis_knows_it(document: Document) -> None:
    report = document.analysis["lowrank1"]
    assert (report.shape, report.parameters, report.multiply_adds) == ((10,), COUNT, 2 * (64 + 10))
    document.apply(SetParam("lowrank1", "rank", 5))
    assert document.analysis["lowrank1"].parameters == 5 * 74 + 10


def test_its_code_runs_without_netloom(document: Document) -> None:
    source = generate(document.network, document.analysis, "Thin").text
    program = f"""
import sys
exec(compile({source!r}, "thin.py", "exec"))
model = next(kind for kind in list(globals().values()) if isinstance(kind, type) and kind.__name__ == "Thin")()
assert tuple(model(sys.modules["torch"].randn(2, 1, 8, 8)).shape) == (2, 10)
assert not {{"models", "studio"}} & set(sys.modules)
print(sum(weight.numel() for weight in model.parameters()))
"""
    done = run_python(program)
    assert done.stdout.strip() == str(COUNT), done.stderr


def test_documents_keep_it(document: Document) -> None:
    read, problems = files.from_json(files.to_json(document))
    assert not problems
    assert read.network["lowrank1"].layer == LowRank(rank=2)


def test_the_command_line_counts_it(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["summary", str(file), "--format", "json"]) == 0
    node = next(node for node in json.loads(capsys.readouterr().out)["nodes"] if node["id"] == "lowrank1")
    assert (node["kind"], node["output_shapes"], node["parameters"]) == ("LowRank", [[10]], COUNT)
    assert main(["check", str(file)]) == 0
    assert main(["export", str(file)]) == 0
    assert "nn.Sequential(" in capsys.readouterr().out


def test_it_trains(file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["train", str(file), "--set", "training.epochs=1", "--runs", str(tmp_path / "runs")]) == 0
    assert "Finished after 1 epoch" in capsys.readouterr().out


def conformance() -> list[Callable[[str], None]]:
    """The tests that run over the registry, one call a kind."""
    path = ROOT / "tests" / "models" / "layers" / "test_conformance.py"
    spec = importlib.util.spec_from_file_location("conformance_of_new_kinds", path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    tests = [function for name, function in vars(module).items() if name.startswith("test_")]
    return [test for test in tests if list(inspect.signature(test).parameters) == ["kind"]]


def test_the_conformance_suite_compares_it_with_torch(low_rank: type[LowRank]) -> None:
    tests = conformance()
    assert len(tests) >= 3
    for test in tests:
        test("LowRank")


def test_the_conformance_suite_catches_a_wrong_count(low_rank: type[LowRank], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(LowRank, "weights", lambda self, inputs: (Weight("0.weight", (1, 1)),))
    with pytest.raises(AssertionError):
        for test in conformance():
            test("LowRank")


# Nothing is left


def test_what_was_registered_is_gone() -> None:
    assert "LowRank" not in LAYERS
