"""A trained network as a program that runs without its source."""

from __future__ import annotations

from models.specs.fields import Bool
from studio.exports.base import EXPORTS, ByWorker


class Program(ByWorker, kind="program"):
    """Base of these."""

    scaled = Bool(
        True,
        label="Include scaling",
        help="Normalization and units are part of the program, which takes values as the data holds them.",
    )


@EXPORTS.register
class Pt2(Program, kind="pt2"):
    """`torch.export`."""

    title = "PyTorch program"
    synonyms = ("torch.export", "pt2", "exported program", "deploy", "aot")
    help = "The trained network as torch.export saves it, for any batch size: torch.export.load opens it."
    url = "https://docs.pytorch.org/docs/stable/export.html"
    suffix, files = ".pt2", "PyTorch programs (*.pt2)"
    probe = "exported_program"


@EXPORTS.register
class TorchScript(Program, kind="torchscript"):
    """`torch.jit`, for those who still need it."""

    title = "TorchScript"
    synonyms = ("jit", "torch.jit", "libtorch", "c++")
    help = "The trained network as torch.jit.trace saves it; PyTorch recommends torch.export instead."
    url = "https://docs.pytorch.org/docs/stable/jit.html"
    suffix, files = ".pt", "TorchScript files (*.pt)"
    on_request = True
    probe = "torchscript"
