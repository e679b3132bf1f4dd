"""The process that runs a file which gives data: limits first, then the file, then its samples as arrays."""

from __future__ import annotations

import json
import os
import random
import sys
from pathlib import Path
from typing import Any

import numpy as np
import torch

from studio.worker.importing.child import fail, write
from studio.worker.importing.limits import limit, places_of_python
from studio.worker.importing.loading import arguments_from, load_file
from studio.worker.reading.finding import find_maker, made_by
from studio.worker.reading.watching import Watched
from studio.worker.reading.writing import Columns, write_arrays


def main() -> None:
    """Read the order in the folder that the command line names, obey it and write ``answer.json`` there."""
    folder = Path(sys.argv[1])
    order = json.loads((folder / "order.json").read_text())
    file = Path(order["file"])
    columns = Columns(folder)
    sys.excepthook = lambda kind, error, trace: fail(folder, file, error, trace, during=columns.during)
    own = [file.parent, *([Path(order["folder"])] if order["folder"] else [])]
    python = places_of_python()
    limit(order["seconds"], order["memory"], [*python, *own], [folder, Path("/dev/null")])
    watched = Watched(folder, own, python)
    name = _work(order, file, folder, columns)
    write(folder, {"name": name, **watched.seen()})


def _work(order: dict[str, Any], file: Path, folder: Path, columns: Columns) -> str:
    """Leave the arrays in the folder; gives the name of what made them."""
    arguments = arguments_from(order["arguments"])
    random.seed(0)
    np.random.seed(0)
    torch.manual_seed(0)
    os.chdir(file.parent)
    module = load_file(file)
    name, maker = find_maker(module, order["name"], arguments)
    made = made_by(name, maker, arguments)
    write_arrays(made, order["samples"], columns, folder / "made.npz")
    return name
