"""A network with some of its weights pruned: what it comes to, and as files."""

from __future__ import annotations

import zlib
from pathlib import Path

from safetensors.torch import save
from torch import Tensor, nn

from models.analysis.blocks import Block
from models.codegen.module import generate
from models.document import Document
from models.storage import files
from models.storage.atomic import replace_file
from models.training.settings import BY_FILTER
from studio.runs.checkpoints import WEIGHTS
from studio.runs.errors import disk_error
from studio.runs.probes.answer import Answer
from studio.worker.exporting.smaller import milliseconds
from studio.worker.exporting.subject import inputs_for
from studio.worker.probing.asked import Asked
from studio.worker.probing.base import Steps, probe
from studio.worker.probing.errors import ProbeError
from studio.worker.pruning.measuring import names_by, scores_of, with_zeros
from studio.worker.pruning.shrinking import Shrunk, shrink

TIMED = 32
"""Examples in a batch whose time is taken."""
SAMPLES = 32
"""Examples on which a smaller network must answer as the one with zeros."""


@probe(sparsity=0.5, by="filter", folder="")
def pruned(asked: Asked) -> Steps:
    """Facts alone, each before and after: ``accuracy`` (none where numbers are predicted), ``loss``, ``parameters``,
    ``bytes`` of the weights' file and ``packed`` (compressed); ``zeros`` of ``prunable`` weights; of filters the
    ``widths`` that layers have afterwards, the ``reasons`` why others keep filters of zeros, and the ``whole`` blocks,
    within which none are pruned.

    With a ``folder`` the network is written there: its source, its weights and its document; then the
    ``milliseconds`` of a batch are taken as well.
    """
    share, folder = asked.number("sparsity"), asked.text("folder")
    if not 0 <= share < 1:
        raise ProbeError(f"Expected a share from 0 to below 1 for “sparsity”, found {share!r:.30}.")
    by, _ = names_by(asked)
    model, masks = with_zeros(asked, share)
    bench = asked.bench
    result = Shrunk(bench.document, _state(model))
    if by == BY_FILTER:
        inputs, _ = asked.rows.pick(list(range(min(SAMPLES, len(asked.rows)))))
        yield 0, 1
        result = shrink(bench.document, model.cpu(), masks, tuple(values.cpu() for values in inputs))
        model = result.model().to(bench.device)
    scores = yield from scores_of(asked, (bench.model, model), 2)
    contents = [save(weights) for weights in (_state(bench.model), result.weights)]
    inputs = tuple(values.to(bench.device) for values in inputs_for(bench, TIMED))
    facts = {
        "milliseconds": [milliseconds(network, inputs) for network in (bench.model, model)] if folder else [],
        "zeros": sum(mask.numel() - int(mask.count_nonzero()) for mask in masks.values()),
        "prunable": sum(mask.numel() for mask in masks.values()),
        "accuracy": [score.accuracy for score in scores],
        "loss": [score.loss for score in scores],
        "parameters": [document.analysis.totals().parameters for document in (bench.document, result.document)],
        "bytes": [len(content) for content in contents],
        "packed": [len(zlib.compress(content)) for content in contents],
        "widths": result.widths,
        "reasons": result.reasons,
        "whole": _blocks(bench.document) if by == BY_FILTER else [],
        "wrote": _write(Path(folder), asked, result, contents[1]) if folder else [],
    }
    return Answer({}, facts)


def _blocks(document: Document) -> list[str]:
    """The blocks in which something is learned."""
    learn = (node for node in document.network if document.analysis[node.id].parameters)
    return [node.id for node in learn if isinstance(node.layer, Block)]


def _state(model: nn.Module) -> dict[str, Tensor]:
    return {name: weight.detach().cpu().contiguous() for name, weight in model.state_dict().items()}


def _write(folder: Path, asked: Asked, result: Shrunk, weights: bytes) -> list[str]:
    document, header = result.document, asked.bench.folder.header
    title = str(header["title"] or asked.bench.folder.name)
    contents = {
        "model.py": generate(document.network, document.analysis, title).text.encode(),
        WEIGHTS: weights,
        "network.netloom": files.readable_json(files.to_json(document)),
    }
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in contents.items():
            replace_file(folder / name, content)
    except OSError as error:
        raise disk_error("write", folder, error) from error
    return [str(folder / name) for name in contents]
