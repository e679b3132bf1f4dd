"""The process that runs a file: limits first, then the file, then its network as a document in an answer file."""

from __future__ import annotations

import json
import sys
import traceback
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from models.importers import ImportFailed, Report
from studio.worker.importing.limits import limit, places_of_python

if TYPE_CHECKING:
    from studio.worker.importing.network import Imported

INTEGERS = " Integers are asked for by --input 128:int."


def main(isolated: bool) -> None:
    """Read the order in the folder that the command line names, obey it and write ``answer.json`` there."""
    folder = Path(sys.argv[1])
    order = json.loads((folder / "order.json").read_text())
    file = Path(order["file"])
    sys.excepthook = lambda kind, error, trace: fail(folder, file, error, trace, INTEGERS)
    given = [Path(order["weights"])] if order["weights"] else []
    readable, writable = [*places_of_python(), file.parent, *given], [folder, Path("/dev/null")]
    files, resources = limit(order["seconds"], order["memory"], readable, writable)
    answer = {"limits": {"network": isolated, "files": files, "resources": resources}}
    made = _work(order, file, folder)
    write(folder, answer | {"report": made.report.as_json()})
    sys.excepthook = lambda kind, error, trace: write(folder, {"failure": _sentence(error)}, "compared")
    made.compare()
    write(folder, {"report": made.report.as_json()}, "compared")


def _work(order: dict[str, Any], file: Path, folder: Path) -> Imported:
    """Import what is asked for; the document and its weights lie in the folder then."""
    from safetensors.torch import save_file

    from models.storage.writing import to_json
    from studio.worker.importing.loading import arguments_from, find_network, load_file, make_network
    from studio.worker.importing.network import Asked, import_network, take_weights

    arguments = arguments_from(order["arguments"])
    found = find_network(load_file(file), order["name"])
    network, rest = make_network(found, arguments)
    inputs = [Asked(name, tuple(shape), dtype) for name, shape, dtype in order["inputs"]]
    title = order["name"] or type(network).__name__
    report = Report(file.name)
    if order["weights"]:
        take_weights(network, Path(order["weights"]), report)
    made = import_network(network, inputs, rest, title, file, report)
    (folder / "document.json").write_text(json.dumps(to_json(made.folded.document)))
    save_file({name: weight.contiguous() for name, weight in made.weights.items()}, folder / "weights.safetensors")
    return made


def write(folder: Path, answer: dict[str, Any], name: str = "answer") -> None:
    """Leave an answer in the folder, whole or not at all: somebody looks whether it is there."""
    (folder / f"{name}.part").write_text(json.dumps(answer, default=str))
    (folder / f"{name}.part").replace(folder / f"{name}.json")


def fail(
    folder: Path, file: Path, error: BaseException, trace: TracebackType | None, integers: str = "", during: str = ""
) -> None:
    """Answer with what ended the work ``during`` something, and where in the file; ``integers`` says how to ask for
    them."""
    lines = [frame.lineno for frame in traceback.extract_tb(trace) if frame.filename == str(file)]
    place = f"line {lines[-1]}" if lines else ""
    if isinstance(error, SyntaxError) and error.filename == str(file):
        place = f"line {error.lineno}"
    write(folder, {"failure": f"{during}{_sentence(error, integers)}", "place": place})


def _sentence(error: BaseException, integers: str = INTEGERS) -> str:
    if isinstance(error, ImportFailed):
        return str(error)
    if isinstance(error, ModuleNotFoundError):
        return f"needs the package {error.name}, which is not installed: pip install {error.name}"
    if isinstance(error, MemoryError) or "can't allocate memory" in str(error):
        return "needs more memory than it may take"
    if isinstance(error, OSError):
        what = error.filename or "a file or the network"
        return f"was not allowed, or not able, to use {what}: {error.strerror or error}"
    first = (str(error).strip().splitlines() or [""])[0]
    wants_integers = any(word in first for word in ("dtype", "Long", "indices"))
    return f"{type(error).__name__}: {first[:300]}{integers if wants_integers else ''}"
