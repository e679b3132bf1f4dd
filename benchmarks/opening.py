"""Large data in the Data workspace: when its first examples are seen, when all of it is, and how the window fares.

    QT_QPA_PLATFORM=offscreen python benchmarks/opening.py [--rows 1000000] [--columns 20] [--images 100000]
        [--frames 400000] [--turns 3]

A CSV table of random numbers with a class, a folder of links to a hundred images, and a folder of spectrograms, each
opened in a window of its own process. Seconds until the first rows stand in it (goal ≤ 0.3) and the first images or
recordings (goal ≤ 0.5), until all is there, the longest time in which the window did nothing else (goal ≤ 50 ms), the
longest in which its own thread computed (which other programs on the same cores hardly lengthen), and the most memory
that came on top, for a table over the bytes of the data that is kept (goal ≤ 2; images stay files). All are medians;
the longest pause stands beside that of a window that waits.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

FIRST = {"csv": " (goal 0.3)", "image_folder": " (goal 0.5)", "frames": " (goal 0.5)"}
"""Goals in seconds."""


def resident(which: str) -> int:
    """Bytes of memory that this process has, or had at most (“VmHWM”)."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return 1024 * int(next(line for line in lines if line.startswith(f"{which}:")).split()[1])


def opened(kind: str, path: str) -> dict[str, float]:
    """What was seen of a window that opens some data."""
    from studio.app import SWITCH_INTERVAL, import_unread

    import_unread()
    from PySide6.QtWidgets import QApplication

    from models.document.edits import SetSection
    from studio.controllers.documents import DocumentController
    from studio.services.garbage import GarbageCollector
    from studio.services.settings import Settings
    from studio.workspaces.data.workspace import DataWorkspace
    from widgets.theme import theme

    sys.setswitchinterval(SWITCH_INTERVAL)
    application = QApplication([])
    theme().apply(application)
    GarbageCollector(application)  # as in the window: between two turns of the event loop
    controller = DocumentController()
    controller.apply(SetSection("data", {"source": "iris"}))
    workspace = DataWorkspace(controller, Settings())
    workspace.resize(1280, 724)
    workspace.show()
    gaps: list[float] = []
    computed: list[float] = []

    def wait(until: Any) -> float:
        """Let the window live until then; gives the seconds."""
        start = last = time.perf_counter()
        while not until():
            begun = time.thread_time()
            application.processEvents()
            computed.append(time.thread_time() - begun)
            now = time.perf_counter()
            gaps.append(now - last)
            last = now
            time.sleep(0.0005)
        return time.perf_counter() - start

    wait(lambda: workspace.preview is not None and not workspace.is_busy)
    idle_from = time.perf_counter()
    gaps.clear()
    wait(lambda: time.perf_counter() - idle_from > 1)
    idle, before = max(gaps), resident("VmRSS")
    gaps.clear()
    computed.clear()
    controller.apply(SetSection("data", {"source": kind, "path": path}))
    first = wait(lambda: len(workspace.page.samples.examples()) > 0 and workspace.page.samples.isVisible())
    whole = first + wait(lambda: workspace.preview is not None and not workspace.is_busy)
    settled = time.perf_counter()
    wait(lambda: time.perf_counter() - settled > 1)
    assert workspace.preview is not None
    memory = resident("VmHWM") - before
    return {
        "first": first,
        "whole": whole,
        "gap": 1000 * max(gaps),
        "computed": 1000 * max(computed),
        "idle": 1000 * idle,
        "memory": memory / 1e6,
        "ratio": memory / workspace.preview.size,
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    for name, value in (("rows", 1_000_000), ("columns", 20), ("images", 100_000), ("frames", 400_000), ("turns", 3)):
        parser.add_argument(f"--{name}", type=int, default=value)
    parser.add_argument("--open", nargs=2, metavar=("KIND", "PATH"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.open:
        print(json.dumps(opened(*given.open)))
        return
    from benchmarks.frames import recorded
    from benchmarks.tables import write_images, write_table

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_table(folder / "a.csv", given.rows, given.columns)
        write_images(folder, given.images)
        recorded(folder / "frames", given.frames)
        for kind, path in (
            ("csv", folder / "a.csv"),
            ("image_folder", folder / "images"),
            ("frames", folder / "frames"),
        ):
            command = [sys.executable, __file__, "--open", kind, str(path)]
            environment = os.environ | {"HOME": name}
            runs = [
                json.loads(subprocess.run(command, check=True, capture_output=True, text=True, env=environment).stdout)
                for _ in range(given.turns)
            ]
            found = {what: median(run[what] for run in runs) for what in runs[0]}
            of_data = f", {found['ratio']:.2f} of the data (goal 2)" if kind == "csv" else ""
            print(
                f"{kind}: first examples after {found['first']:.2f} s{FIRST[kind]}, all after "
                f"{found['whole']:.2f} s; longest pause {found['gap']:.0f} ms (goal 50; {found['idle']:.0f} ms when "
                f"idle), at most {found['computed']:.0f} ms computed in a turn; {found['memory']:.0f} MB more "
                f"memory{of_data}"
            )


if __name__ == "__main__":
    main()
