"""A trained network in less memory: fewer bits a number, or fewer numbers."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from models.basics.quantities import bytes_text
from models.specs.fields import Bool, Choice, Float
from models.training.settings import BY_ALL, BY_FILTER, BY_LAYER
from studio.exports.base import EXPORTS, ByWorker
from studio.runs.probes.question import Question


@EXPORTS.register
class Quantized(ByWorker, kind="quantized"):
    """8 or 16 bits a number."""

    title = "quantized network"
    synonyms = ("int8", "fp16", "half", "quantization", "compress", "edge")
    help = "The trained network in 8 or 16 bits a number, with size, speed and accuracy before and after. For the CPU."
    suffix, files = ".pt", "TorchScript files (*.pt)"
    on_request = True
    probe = "quantized"
    scores = True

    method = Choice(
        "int8 dynamic",
        ("int8 dynamic", "int8 static", "fp16"),
        help="Weights in 8 bits, inputs as they come; all values, by spans in the training part; or 16 bits.",
    )
    scaled = Bool(
        True,
        label="Include scaling",
        help="Normalization and units are part of the program, which takes values as the data holds them.",
    )

    def question(self, run: Path, checkpoint: str, target: Path, device: str = "") -> Question:
        return super().question(run, checkpoint, target, device or "cpu")


@EXPORTS.register
class Pruned(ByWorker, kind="pruned"):
    """Fewer weights."""

    title = "pruned network"
    synonyms = ("sparsity", "zeros", "filters", "compress", "pruning")
    help = "The trained network without its weakest filters, or with small weights at 0, and what that costs."
    probe = "pruned"
    scores = True

    sparsity = Float(0.5, minimum=0.0, maximum=0.999, help="How much is pruned.", unit="of the weights")
    by = Choice(
        BY_FILTER,
        (BY_ALL, BY_LAYER, BY_FILTER),
        label="Prune by",
        help="Filters are removed, and the network becomes smaller; single weights become 0.",
    )

    def question(self, run: Path, checkpoint: str, target: Path, device: str = "") -> Question:
        asked = super().question(run, checkpoint, target, device)
        return Question(
            asked.kind, asked.run, checkpoint, device=device, slot=asked.slot,
            arguments={"sparsity": self.sparsity, "by": self.by, "folder": str(target)},
        )  # fmt: skip

    def told(self, facts: Mapping[str, Any]) -> dict[str, Any]:
        accuracy = facts["accuracy"]
        figures = [
            *([["Accuracy", *(f"{value:.2%}" for value in accuracy)]] if None not in accuracy else []),
            ["Loss", *(f"{value:.4g}" for value in facts["loss"])],
            ["Parameters", *(f"{value:,}" for value in facts["parameters"])],
            ["Weights, compressed", *map(bytes_text, facts["packed"])],
            ["Milliseconds a batch", *(f"{value:.3g}" for value in facts["milliseconds"])],
        ]
        notes = [f"{id} keeps filters of zeros. {why}" for id, why in facts["reasons"].items()]
        return {"wrote": facts["wrote"], "notes": notes, "figures": figures}
