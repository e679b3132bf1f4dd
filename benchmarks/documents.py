"""Opening and saving a document of 5,000 nodes, against `json.loads` and `json.dumps` of the same data alone.

Opening means: reading the file, checking it, building the network and analyzing all of it.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.networks import chain, resnet
from models.analysis import reports
from models.storage import files

NODES = 5_000
GOAL_SECONDS, GOAL_RATIO = 0.3, 60.0


def best_of(action: Callable[[], object], repeats: int = 7) -> float:
    """The shortest time of some repeats, in seconds."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        action()
        times.append(time.perf_counter() - start)
    return min(times)


def varied(count: int) -> dict[str, object]:
    """ResNet-152 over and over: many settings, many shapes, skips; every layer with a position."""
    nodes: list[object] = []
    edges: list[object] = []
    block = resnet(152).value()["network"]
    while len(nodes) < count:
        copy = len(nodes)
        nodes += [node | {"id": f"{node['id']}_{copy}", "position": [copy, 72 * place]}
                  for place, node in enumerate(block["nodes"])]  # fmt: skip
        edges += [[f"{source}_{copy}", f"{target}_{copy}"] for source, target in block["edges"]]
    return {"netloom": 1, "network": {"nodes": nodes, "edges": edges}}


def main() -> int:
    """Measure and print; exit code 1 if a goal is missed."""
    missed = False
    with tempfile.TemporaryDirectory() as folder:
        for name, value in (("a chain", chain(NODES).value()), ("ResNet-152 over and over", varied(NODES))):
            path = Path(folder, "document.netloom")
            path.write_bytes(files.format_json(value))
            text = path.read_text()
            alone = best_of(lambda text=text: json.loads(text))  # type: ignore[misc]

            def open_anew(path: Path = path) -> object:
                reports.forget()
                return files.read(path)

            opening = best_of(open_anew)
            document, _ = files.read(path)
            saving = best_of(lambda: files.write(document, path))  # noqa: B023
            writing = best_of(lambda: json.dumps(value))  # noqa: B023
            print(f"{name}: {len(document.network):,} nodes, {len(text) / 1e6:.1f} MB")
            print(
                f"  opened and analyzed in {opening * 1e3:.0f} ms (goal {GOAL_SECONDS * 1e3:.0f}), "
                f"{opening / alone:.0f}× json.loads (goal {GOAL_RATIO:.0f})"
            )
            print(f"  save {saving * 1e3:.0f} ms = {saving / writing:.1f}× json.dumps, with the disk's part")
            missed |= opening > GOAL_SECONDS or opening / alone > GOAL_RATIO
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
