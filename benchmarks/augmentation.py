"""What augmenting a batch costs beside the step that trains on it: 256×3×32×32, flips, crop and erase, a small CNN.

python -m benchmarks.augmentation

Prints the milliseconds of both, paired, on the CPU with one thread and with all, and their ratio: at most 10 % is the
goal. Further rows are of other augmentations, each by itself.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import torch
from torch import nn

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from models.training import AUGMENTATIONS, Augmentation

GOAL = 0.10
ROUNDS = 15
USUAL = ("RandomHorizontalFlip", "RandomCrop", "RandomErasing")
ENDS = torch.full((3, 1, 1), -2.0), torch.full((3, 1, 1), 2.0)


def small_cnn() -> nn.Sequential:
    """Two convolutions, as in the first lesson on color images."""
    return nn.Sequential(
        nn.Conv2d(3, 32, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(32, 64, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(64 * 8 * 8, 10),
    )


def changed(spec: Augmentation, x: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """A batch as a training changes it."""
    kind, settings = type(spec), spec.settings(all_fields=True)
    drawn = kind.draw(x, generator, **settings)
    found: torch.Tensor = kind.change(x, drawn, *(() if kind.mixes else ENDS), **settings)
    return found


def seconds(work: Callable[[], object]) -> float:
    """How long a call takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def measure(threads: int) -> float:
    """Print the rows for so many threads; gives the ratio of the usual three."""
    torch.set_num_threads(threads)
    torch.manual_seed(0)
    x, y = torch.randn(256, 3, 32, 32), torch.randint(10, (256,))
    model = small_cnn().to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    optimizer = torch.optim.Adam(model.parameters(), fused=True)
    generator = torch.Generator().manual_seed(0)

    def step() -> None:
        optimizer.zero_grad()
        nn.functional.cross_entropy(model(x), y).backward()  # type: ignore[no-untyped-call]
        optimizer.step()

    def usual() -> None:
        batch = x
        for name in USUAL:
            batch = changed(AUGMENTATIONS[name](), batch, generator)

    step(), usual()
    pairs = [(seconds(usual), seconds(step)) for _ in range(ROUNDS)]
    ratio = statistics.median(one / other for one, other in pairs)
    cost, whole = (1000 * statistics.median(times) for times in zip(*pairs, strict=True))
    print(f"{threads} thread{'s' * (threads > 1)}: a step {whole:.1f} ms")
    print(f"  {' + '.join(USUAL):56} {cost:6.1f} ms  {ratio:6.1%}")
    for kind in AUGMENTATIONS.values():
        spec = kind()
        if not spec.misfit((3, 32, 32)):
            changed(spec, x, generator)
            alone = statistics.median(seconds(lambda spec=spec: changed(spec, x, generator)) for _ in range(5))  # type: ignore[misc]
            print(f"  {kind.kind:56} {1000 * alone:6.1f} ms  {1000 * alone / whole:6.1%}")
    return ratio


def main() -> None:
    """Measure with one thread and with all."""
    most = torch.get_num_threads()
    ratios = [measure(threads) for threads in sorted({1, most})]
    print(f"flips, crop and erase: {max(ratios):.1%} of a step at most (goal: {GOAL:.0%})")


if __name__ == "__main__":
    main()
