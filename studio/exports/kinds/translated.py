"""A network in formats that other programs read."""

from __future__ import annotations

from models.specs.fields import Bool, Int, OptionalInt
from studio.exports.base import EXPORTS, ByProcess


@EXPORTS.register
class Onnx(ByProcess, kind="onnx"):
    """`torch.onnx`."""

    title = "ONNX model"
    synonyms = ("onnx", "onnxruntime", "netron", "interchange", "deploy")
    help = "The network for onnxruntime and other programs. onnxruntime opens the file again, and must answer alike."
    url = "https://docs.pytorch.org/docs/stable/onnx_export.html"
    suffix, files = ".onnx", "ONNX models (*.onnx)"
    module = "studio.worker.onnx"
    of_runs = ("scaled",)
    packages, extra = ("onnx", "onnxscript", "onnxruntime"), "onnx"

    opset = Int(20, minimum=18, maximum=23, help="The version of ONNX's operators; older programs read lower ones.")
    batch_size = OptionalInt(None, minimum=1, maximum=1 << 20, help="Examples in each batch; with none, any number.")
    scaled = Bool(
        True,
        label="Include scaling",
        help="Of a run: normalization and units are part of the model, which takes values as the data holds them.",
    )
