"""An optimizer, a metric and a data set are one class each: everywhere at once, and gone again at the end."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from documents import Layers, chain
from pytestqt.qtbot import QtBot

from models.specs.fields import Float, Int, Text
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


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The digits as 64 numbers, and a linear layer."""
    layers: Layers = [
        ("input1", "Input", {"shape": [1, 8, 8]}),
        ("flatten1", "Flatten", {}),
        ("fc1", "Linear", {"out_features": 10}),
        ("output1", "Output", {}),
    ]
    files.write(chain(layers, "digits"), tmp_path / "thin.netloom")
    return tmp_path / "thin.netloom"


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
    network = ["input1.shape=1", "output1.loss=CrossEntropyLoss", "fc1.out_features=2"]
    settings = [part for text in ("data.source=ramp", "training.epochs=1", *network) for part in ("--set", text)]
    assert main(["train", str(file), *settings, "--runs", str(tmp_path / "runs")]) == 0


# Nothing is left


@pytest.mark.parametrize(
    "registry, name",
    [(OPTIMIZERS, "SignSGD"), (METRICS, "Confidence"), (DATASETS, "ramp"), (DATASETS, "numbers")],
)
def test_what_was_registered_is_gone(registry: Any, name: str) -> None:
    assert name not in registry
