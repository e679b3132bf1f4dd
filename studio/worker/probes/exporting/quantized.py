"""A network in less memory, as a file, with what that costs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

from torch import nn

from models.basics.quantities import bytes_text
from studio.runs.probes.answer import Answer
from studio.worker.exporting.smaller import METHODS, milliseconds, smaller
from studio.worker.exporting.subject import inputs_for, network_of, with_scale, write_whole
from studio.worker.exporting.traced import opened_again, traced
from studio.worker.probing.asked import Asked
from studio.worker.probing.base import Steps, probe
from studio.worker.probing.bench import Bench
from studio.worker.probing.errors import ProbeError
from studio.worker.pruning.measuring import Score, scores_of
from studio.worker.training.loop import Tensors

TIMED = 32
"""Examples in a batch whose time is taken."""
CALIBRATING = 16
"""Batches of training by which a static quantization finds the spans of values."""


@probe(is_timed=True, method="int8 dynamic", scaled=True, path="")
def quantized(asked: Asked) -> Steps:
    """Facts alone: ``wrote``, ``notes`` and ``figures`` (before and after: size of the file, time of a batch, accuracy
    if there is one, loss). The file is TorchScript, opened again before it is kept, and must answer as it did."""
    method, path, scaled = asked.text("method", METHODS[0]), asked.text("path"), asked.switch("scaled", True)
    bench = asked.bench
    if method not in METHODS:
        raise ProbeError(f"Expected one of {', '.join(METHODS)} for “method”, found {method!r:.30}.")
    if bench.device.type != "cpu":
        raise ProbeError("Smaller networks run on the CPU. Choose the CPU as device.")
    whole = network_of(bench, scaled=False)
    made = smaller(whole, method, lambda: _training(asked))
    scores = yield from scores_of(asked, (whole, made), 2)
    inputs = inputs_for(bench, TIMED)
    times = [milliseconds(network, inputs) for network in (whole, made)]
    ready = [_wrapped(network, bench, scaled=scaled) for network in (whole, made)]
    contents = [traced(network, inputs_for(bench, 2)) for network in ready]
    figures = [
        ["Size", *(bytes_text(len(content)) for content in contents)],
        [f"Milliseconds a batch of {TIMED}", *(f"{value:.3g}" for value in times)],
        *figures_of(scores),
    ]
    notes = [opened_again(bench, ready[1], contents[1])]
    return Answer({}, {"wrote": write_whole(path, contents[1]), "notes": notes, "figures": figures})


def figures_of(scores: list[Score]) -> list[list[str]]:
    """Accuracy, where there is one, and loss, before and after."""
    found = [["Loss", *(f"{score.loss:.4g}" for score in scores)]]
    accuracies = [score.accuracy for score in scores]
    if None in accuracies:
        return found
    return [["Accuracy", *(f"{accuracy:.2%}" for accuracy in accuracies)], *found]


def _training(asked: Asked) -> Iterator[Tensors]:
    """Some batches of the training part."""
    question = replace(asked.question, part="training")
    rows = asked.bench.rows(question, asked.control, asked.told)
    return (inputs for inputs, _ in islice(rows.batches(asked.bench.batch_size), CALIBRATING))


def _wrapped(network: nn.Module, bench: Bench, *, scaled: bool) -> nn.Module:
    if not scaled:
        return network
    if bench.scale is None:
        raise ProbeError(bench.unscaled)
    return with_scale(network, bench, bench.scale).eval()
