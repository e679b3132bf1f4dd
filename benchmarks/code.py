"""Code that is edited: how long it takes until the canvas has it, and until the code has what the canvas did.

Prints milliseconds of the processor for one changed argument, and how many times what Python takes to parse the text
that is; beside it LibCST's parser, where it is installed. “Canvas to code” is all that is done after an edit of the
canvas: generating, and bringing a text with comments of a person up to date.
"""

from __future__ import annotations

import ast
import sys
import time
from collections.abc import Callable
from importlib import import_module, util
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.networks import document, skipping
from models.document import Document
from models.document.content import CODE
from models.document.edits import SetSection
from models.sources import code_of, read
from models.sources.plain.outlining import outline
from models.storage import templates

GOAL = 8.0
"""Times what parsing takes."""


def timed(work: Callable[[], object]) -> float:
    """Milliseconds that something takes, by the processor's clock, of nine times the middle one."""
    found = []
    for _ in range(9):
        outline.cache_clear()
        start = time.process_time()
        work()
        found.append((time.process_time() - start) * 1e3)
    return median(found)


def measured(name: str, opened: Document) -> bool:
    """Print one network; tells whether reading it keeps to the goal."""
    code = code_of(opened, "Net")
    edited = code.text.replace("kernel_size=3", "kernel_size=5", 1).replace("(64, 10)", "(64, 12)", 1)
    assert edited != code.text, "there is something to edit"
    parsing = timed(lambda: ast.parse(edited))
    reading = timed(lambda: read(edited, code.before, code.text))
    opened.apply(SetSection(CODE, {"text": code.text.replace("import torch\n", "import torch  # mine\n", 1)}))
    weaving = timed(lambda: code_of(opened, "Net"))
    peer = ""
    if util.find_spec("libcst"):
        peer = f", LibCST's parser {timed(lambda: import_module('libcst').parse_module(edited)):.1f} ms"
    lines = code.text.count("\n")
    print(f"{name}, {len(opened.network):,} layers, {lines:,} lines: parsed in {parsing:.1f} ms{peer}")
    print(f"  code to canvas {reading:.1f} ms, {reading / parsing:.1f} times; canvas to code {weaving:.1f} ms")
    return reading <= GOAL * parsing


def main() -> int:
    """Measure a usual network and a large one."""
    large = document(skipping(1_000))
    return 0 if all([measured("small-resnet", templates.load("small-resnet")), measured("skipping", large)]) else 1


if __name__ == "__main__":
    raise SystemExit(main())
