"""Models of other programs as documents: read without running them, and compared where their runtime is there."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from studio.running.apart import Order, carried_out
from studio.runs.errors import RunError
from studio.runs.files.tensors import packed

if TYPE_CHECKING:
    from studio.running.importing import Outcome

KERAS = "models.importers.keras"
READERS = {".onnx": "models.importers.onnx", ".keras": KERAS, ".h5": KERAS, ".hdf5": KERAS,
           ".pt2": "models.importers.exported"}  # fmt: skip
"""By the ending of a file, the package whose ``read`` makes records and weights of it."""
COMPARED: dict[str, tuple[str, tuple[str, ...], str]] = {
    ".onnx": ("studio.worker.onnx.comparing", ("onnxruntime",), "onnx"),
    **dict.fromkeys((".keras", ".h5", ".hdf5"), ("studio.worker.onnx.comparing", ("onnxruntime",), "onnx")),
    ".pt2": ("studio.worker.importing.programs", (), ""),
}
"""What runs the original and the import side by side, the packages that it needs, and the extra with them."""
Sizes = Mapping[str, tuple[int, ...]]


def import_model(path: Path, sizes: Sizes) -> Outcome:
    """The document of a file, with its weights and a report; outputs are compared by `Outcome.compare`. ``sizes`` are
    those of inputs that the file leaves open, by name, "" for the only one. Raises `ImportFailed`."""
    from models.importers import ImportFailed, Report, fold
    from studio.running.importing import Outcome

    if not path.is_file():
        raise ImportFailed(f"there is no file {path.name}.")
    report = Report(path.name)
    read = import_module(READERS[path.suffix.lower()]).read(path, report, sizes)
    folded = fold(read.recorded, report)
    arrays = folded.arrays(read.weights, report)
    folder = Path(tempfile.mkdtemp(prefix="netloom-import-"))
    outcome = Outcome(folded.document, report, folder)
    if read.model:
        (folder / "model.onnx").write_bytes(read.model)
    if arrays:
        outcome.rest = partial(_compare, path, read.batch)
    outcome.weights.write_bytes(packed(arrays))
    return outcome


def _compare(path: Path, batch: int, outcome: Outcome, given_up: Callable[[], bool]) -> None:
    """Put into the report how far outputs lie apart, or why that is not known."""
    from models.storage import files

    report = outcome.report
    module, packages, extra = COMPARED[path.suffix.lower()]
    model = outcome.folder / "model.onnx"
    original = model if model.exists() else path.absolute()
    about: dict[str, Any] = {"original": str(original), "weights": str(outcome.weights), "batch": batch}
    about["document"] = files.to_json(outcome.document)
    try:
        report.difference = carried_out(Order(module, about, packages, extra), given_up)["difference"]
    except RunError as error:
        report.uncompared = str(error).rstrip(".")
