"""Full analysis of ResNet-152, flat and drawn with blocks, against torchinfo's summary of it; edits; cost per node.

Prints the ratios to torchinfo on the CPU and on the meta device (where no numbers are computed), all measured in this
run, then what an edit near the output costs of a full analysis, and the cost per node of chains of growing length.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.blocks import opened as opened_with
from benchmarks.blocks import with_blocks
from benchmarks.networks import chain, document, resnet
from models.analysis import Analysis, reports
from models.analysis.blocks import Block
from models.document.edits import SetParam
from models.network import Network

GOAL, EDIT_GOAL, FLAT_GOAL = 50.0, 0.1, 2.0


def best_of(action: Callable[[], object], repeats: int = 20, clock: Callable[[], float] = time.perf_counter) -> float:
    """The shortest time of some repeats by a clock, in milliseconds."""
    times = []
    for _ in range(repeats):
        start = clock()
        action()
        times.append(clock() - start)
    return min(times) * 1e3


def torchinfo_times() -> dict[str, float]:
    """Milliseconds of torchinfo's summary of ResNet-152 by device."""
    import torch
    import torchinfo

    from models.codegen.module import generate

    opened = document(resnet(152))
    names: dict[str, type[torch.nn.Module]] = {}
    source = generate(opened.network, opened.analysis, "resnet")
    exec(source.text, names)
    times = {}
    for device in ("cpu", "meta"):
        with torch.device(device):
            model = names[source.class_name]()
        model.eval()

        def summarize(model: torch.nn.Module = model, device: str = device) -> object:
            return torchinfo.summary(model, input_size=(1, 3, 224, 224), device=device, verbose=0)

        times[device] = best_of(summarize, 3)
    return times


def cold_with_blocks() -> float:
    """Milliseconds of an analysis of ResNet-152 drawn with blocks of which nothing is remembered."""
    value, times = with_blocks(152), []
    for _ in range(10):
        # A document of its own each time: what is known of blocks is remembered by their kinds.
        network = opened_with(value).network
        reports.forget()
        forget_insides(network)
        start = time.perf_counter()
        Analysis(network)
        times.append(time.perf_counter() - start)
    return min(times) * 1e3


def forget_insides(network: Network) -> None:
    """Forget what the kinds of a network know of their insides."""
    for node in network:
        if isinstance(node.layer, Block):
            for known in (node.layer._insides, node.layer._parts, node.layer._answers):
                known.clear()


def main() -> int:
    """Measure and print; exit code 1 if a goal is missed."""
    opened = document(resnet(152))

    def cold() -> None:
        reports.forget()
        Analysis(opened.network)

    cold_time, warm_time = best_of(cold), best_of(lambda: Analysis(opened.network))
    blocks_time = cold_with_blocks()
    print(f"ResNet-152, {len(opened.network)} nodes: {cold_time:.2f} ms cold, {warm_time:.2f} ms warm")
    print(f"the same drawn with blocks: {blocks_time:.2f} ms cold")
    missed = False
    for device, peer in torchinfo_times().items():
        flat, blocks = peer / cold_time, peer / blocks_time
        missed |= min(flat, blocks) < GOAL
        print(f"torchinfo on {device}: {peer:.0f} ms = {flat:.0f}× cold, {peer / warm_time:.0f}× warm, "
              f"{blocks:.0f}× with blocks, cold (goal {GOAL:.0f}×)")  # fmt: skip
    sizes = iter(range(10, 10_000))
    edit_time = best_of(lambda: opened.apply(SetParam("fc1", "out_features", next(sizes))))
    missed |= edit_time > EDIT_GOAL * warm_time
    print(
        f"edit near the output: {edit_time:.3f} ms = {edit_time / warm_time:.3f} of a full analysis (goal {EDIT_GOAL})"
    )
    costs = {}
    for count in (100, 1_000, 10_000):
        long = document(chain(count))
        # By the processor's clock: what else the computer does counts for long networks more than for short ones.
        time_taken = best_of(lambda long=long: Analysis(long.network), 12, time.process_time)  # type: ignore[misc]
        costs[count] = time_taken / count * 1e3
        print(f"chain of {count:,}: {costs[count]:.1f} µs a node")
    flat = max(costs.values()) / min(costs.values())
    print(f"largest to smallest cost per node: {flat:.2f} (goal {FLAT_GOAL})")
    return int(missed or flat > FLAT_GOAL)


if __name__ == "__main__":
    sys.exit(main())
