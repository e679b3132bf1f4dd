"""A layer kind is one class in one file: one that is defined here is everywhere at once, and gone again at the end.

The same holds for optimizers, metrics and data sets; `test_new_check` shows it for checks.
"""

from __future__ import annotations

import importlib.util
import inspect
import json
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import torch
from pytestqt.qtbot import QtBot

from models.codegen.module import generate
from models.document import Document
from models.document.edits import AddNode, Batch, Connect, Edit, SetParam
from models.kinds.explain import multiply_adds, parameters, steps
from models.kinds.layer import Formula, Layer, ShapeError, TensorType, Weight, Window, call
from models.layers import LAYERS
from models.network import Edge, Node
from models.specs.fields import Bool, Float, Int, Text
from models.storage import files
from models.training import METRICS, OPTIMIZERS, Metric, Optimizer, TrainingSettings
from studio.cli import main
from studio.data import DATASETS, Dataset, dataset_from
from studio.data.data import Progress, Raw
from studio.data.paths import located
from studio.running.launch import training_script
from studio.runs.events import read_events
from studio.runs.folder import RunFolder
from studio.runs.metrics.reader import read_metrics
from studio.runs.summary import summarize
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


# An optimizer


class SignSGD(Optimizer):
    """Steps of one length along the sign of each gradient (Bernstein et al. 2018)."""

    title = "Sign descent"
    synonyms = ("signum",)
    help = "Steps along the sign of the gradient alone."
    has_fused = False
    shrink = Float(0.0, minimum=0.0, maximum=1.0, help="Share of the weights that is taken away.")


class _SignSGD(torch.optim.Optimizer):
    """What a later PyTorch might bring along."""

    def __init__(self, parameters: Any, lr: float = 0.001, shrink: float = 0.0) -> None:
        super().__init__(parameters, {"lr": lr, "shrink": shrink})

    @torch.no_grad()
    def step(self, closure: Any = None) -> Any:
        for group in self.param_groups:
            for weight in group["params"]:
                weight.mul_(1 - group["shrink"]).sub_(weight.grad.sign(), alpha=group["lr"])


@pytest.fixture
def signed(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[SignSGD]]:
    monkeypatch.setattr(torch.optim, "SignSGD", _SignSGD, raising=False)
    OPTIMIZERS.register(SignSGD)
    yield SignSGD
    OPTIMIZERS.unregister("SignSGD")


def test_an_optimizer_is_one_class(signed: type[SignSGD], file: Path, tmp_path: Path, qtbot: QtBot) -> None:
    from widgets.forms.spec_form import SpecForm

    settings, problems = TrainingSettings.read({"optimizer": {"kind": "SignSGD", "params": {"shrink": 0.5}}})
    assert not problems
    form = SpecForm()
    qtbot.addWidget(form)
    form.set_spec(settings)
    assert form.editor("optimizer").findChildren(type(form))
    document, _ = files.read(file)
    document.content.set_section("training", {"optimizer": "SignSGD", "epochs": 1})
    script = training_script(document, None)
    assert "torch.optim.SignSGD(" in script
    chosen = [
        "--set",
        "training.optimizer=SignSGD",
        "--set",
        "training.optimizer.shrink=0.5",
        "--set",
        "training.epochs=1",
    ]
    assert main(["train", str(file), *chosen, "--runs", str(tmp_path / "runs")]) == 0


# A metric


class Confidence(Metric):
    """How far the largest score is above the others' mean."""

    title = "Confidence"
    help = "How far the largest score stands out."
    name = "confidence"
    needs = frozenset({"classes"})

    @staticmethod
    def parts(outputs: Any, targets: Any) -> tuple[Any, ...]:
        """The largest score above the mean."""
        return ((outputs.amax(1) - outputs.mean(1)).reshape(-1, 1),)

    @staticmethod
    def value(count: int, sums: list[float]) -> float:
        """The mean over the answers."""
        return sums[0] / count


@pytest.fixture
def confidence() -> Iterator[type[Confidence]]:
    METRICS.register(Confidence)
    yield Confidence
    METRICS.unregister("Confidence")


def test_a_metric_is_one_class(
    confidence: type[Confidence], file: Path, tmp_path: Path, qtbot: QtBot, capsys: pytest.CaptureFixture[str]
) -> None:
    runs = tmp_path / "runs"
    chosen = ["--set", "training.metrics=Confidence, Accuracy", "--set", "training.epochs=2"]
    assert main(["train", str(file), *chosen, "--runs", str(runs)]) == 0
    assert "validation confidence " in capsys.readouterr().out
    assert main(["runs", "--runs", str(runs)]) == 0
    assert "confidence " in capsys.readouterr().out
    (path,) = [folder for folder in runs.iterdir() if (folder / "run.json").exists()]
    summary = summarize(RunFolder.open(path))
    best = summary.best["validation/confidence"]
    assert best > 0 and best == max(read_metrics(path / "metrics.bin")["validation/confidence"].values)

    from studio.workspaces.train.run_curves import RunCurves
    from studio.workspaces.train.run_rows import row_of
    from widgets.runs.run_log import sentence_of

    assert row_of(summary).value == f"{best:.4g}"
    epochs = [event for event in read_events(path / "events.jsonl") if event["event"] == "epoch"]
    assert "confidence" in sentence_of(epochs[0])
    curves = RunCurves()
    curves.add(path, live=False)
    qtbot.waitUntil(lambda: not curves.is_reading)
    assert [chart.accessibleName() for chart in curves.metrics] == ["Confidence chart", "Accuracy chart"]
    curves.close()
    for chart in curves.charts():
        chart.close()
        chart.deleteLater()

    document, _ = files.read(path / "document.netloom")
    names: dict[str, Any] = {"__name__": "script"}
    exec(compile(training_script(document, None), "script.py", "exec"), names)
    assert [values["validation/confidence"] for values in names["main"]()] == [
        event["values"]["validation/confidence"] for event in epochs
    ]


# A data set


class Ramp(Dataset, kind="ramp"):
    """Points on a line, in two classes: below and above its middle."""

    title = "Ramp"
    help = "Numbers from 0 to 1 in two classes."
    is_bundled = True
    points = Int(100, minimum=10, help="How many.")

    def read_arrays(self, base: Path | None, progress: Progress | None) -> Raw:
        import numpy as np

        x = np.linspace(0, 1, self.points, dtype=np.float32)[:, None]
        return Raw.simple(x, (x[:, 0] > 0.5).astype(np.int64), ("low", "high"))

    def read_source(self, base: Path | None) -> str:
        return (
            "def read_data():\n"
            f"    x = np.linspace(0, 1, {self.points}, dtype=np.float32)[:, None]\n"
            "    return x, (x[:, 0] > 0.5).astype(np.int64)\n"
        )


@pytest.fixture
def ramp() -> Iterator[type[Ramp]]:
    DATASETS.register(Ramp)
    yield Ramp
    DATASETS.unregister("ramp")


class Numbers(Dataset, kind="numbers"):
    """Integers, one a line, in two classes: even and odd."""

    title = "Lines of numbers"
    help = "A file with an integer in each line."
    icon = "db"
    suffixes = (".numbers",)
    path = Text(label="File", path=True, help="A file of numbers.")

    def read_arrays(self, base: Path | None, progress: Progress | None) -> Raw:
        import numpy as np

        numbers = np.loadtxt(located(self.path, base, "file of numbers"), dtype=np.int64)
        return Raw.simple(numbers[:, None].astype(np.float32), numbers % 2, ("even", "odd"))

    def read_source(self, base: Path | None) -> str:
        return f"""
def read_data():
    numbers = np.loadtxt({str(located(self.path, base, "file of numbers"))!r}, dtype=np.int64)
    return numbers[:, None].astype(np.float32), numbers % 2
"""


@pytest.fixture
def numbers(tmp_path: Path) -> Iterator[Path]:
    DATASETS.register(Numbers)
    (tmp_path / "a.numbers").write_text("\n".join(map(str, range(50))))
    yield tmp_path / "a.numbers"
    DATASETS.unregister("numbers")


def test_a_data_set_of_a_file_is_one_class(numbers: Path, qtbot: QtBot) -> None:
    """Dropped on the window it becomes the document's data; lists, dialogs and scripts know it."""
    from PySide6.QtWidgets import QFileDialog

    from studio.controllers.documents import DocumentController
    from studio.services.settings import Settings
    from studio.window.file_drop import is_data
    from studio.workspaces.data.workspace import DataWorkspace

    assert is_data(numbers) and not is_data(numbers.with_suffix(".other"))
    controller = DocumentController()
    workspace = DataWorkspace(controller, Settings())
    qtbot.addWidget(workspace, before_close_func=lambda _: controller.close())
    workspace.show()
    row = workspace.sources.rows["numbers"].source
    assert (row.title, row.icon, row.adds) == ("Lines of numbers", "db", True)
    with qtbot.waitSignal(workspace.loader.loaded, timeout=60_000) as answer:
        workspace.use_file(numbers)
    assert answer.args and answer.args[0].title == "a.numbers"
    assert controller.document.data == {"source": "numbers", "path": str(numbers)}
    workspace.sources.chosen.emit("numbers")
    dialog = next(found for found in workspace.findChildren(QFileDialog) if found.isVisible())
    assert dialog.nameFilters()[0] == "Lines of numbers (*.numbers)"
    dialog.reject()
    names: dict[str, Any] = {}
    exec(dataset_from(controller.document.data)[0].script_source(), names)
    assert len(names["load_data"]()[0]) == 40


def test_a_data_set_is_one_class(ramp: type[Ramp], file: Path, tmp_path: Path) -> None:
    from studio.workspaces.data import sources

    assert any(Ramp in kinds for _, kinds in sources.groups())
    assert sources.detail_of(Ramp) == "100 rows, 2 classes"
    dataset, problems = dataset_from({"source": "ramp", "points": 50})
    assert not problems
    assert len(dataset.load().train.x) == 40
    network = ["input1.shape=1", "output1.loss=CrossEntropyLoss", "lowrank1.out_features=2"]
    settings = [part for text in ("data.source=ramp", "training.epochs=1", *network) for part in ("--set", text)]
    assert main(["train", str(file), *settings, "--runs", str(tmp_path / "runs")]) == 0


# Nothing is left


@pytest.mark.parametrize(
    "registry, name",
    [(LAYERS, "LowRank"), (OPTIMIZERS, "SignSGD"), (METRICS, "Confidence"), (DATASETS, "ramp"), (DATASETS, "numbers")],
)
def test_what_was_registered_is_gone(registry: Any, name: str) -> None:
    assert name not in registry
