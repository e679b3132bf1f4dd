"""Windows that see padding alone, skip values, or lie beside the middle."""

from __future__ import annotations

from collections.abc import Iterator

from models.document.edits import SetParam
from models.findings.base import REST, check_layers, in_pieces
from models.findings.example import image, row
from models.findings.finding import Finding, Mend, hint, in_line, warning
from models.findings.inside import Analyzed
from models.kinds.arithmetic import span
from models.kinds.layer import Shape, TensorType, Window, times
from models.layers.convolution import Conv2d, Convolution
from models.layers.pooling import WindowPooling
from models.layers.terminals import Output
from models.network import Node

GUIDE = "https://github.com/vdumoulin/conv_arithmetic"
_ONE_SIZE = {"kernel_size": 7, "padding": 3}


def _windows(part: Analyzed, nodes: list[Node]) -> Iterator[tuple[Node, TensorType, Window]]:
    """The layers among these whose windows slide, with what comes in."""
    for node in nodes:
        given = part.analysis[node.id].inputs[:1]
        if isinstance(node.layer, Convolution | WindowPooling) and given and given[0] is not None:
            window = node.layer.window((given[0],)) if part.analysis[node.id].shape else None
            if window is not None:
                yield node, given[0], window


def _spans(window: Window) -> Shape:
    return tuple(map(span, window.kernel, window.dilation))


@check_layers(
    finds=row(image(3, 3, 3), (Conv2d, _ONE_SIZE), Output),
    passes=row(image(3, 4, 4), (Conv2d, _ONE_SIZE), Output),
    learn=GUIDE,
)
def mostly_padding(part: Analyzed) -> Iterator[Finding | None]:
    """A kernel that is larger than what it looks at: some of its weights only ever see padding."""
    for nodes in in_pieces(part):
        yield REST
        for node, given, window in _windows(part, nodes):
            sizes, spans = given.shape[-len(window.kernel) :], _spans(window)
            # From its middle a kernel reaches half of its width to either side: beyond the input nothing is ever seen.
            # A size of 1 is what may be left at the end of a deep network, whose kernels are 3 all the same.
            if any(reach > 3 and (reach - 1) // 2 >= size for reach, size in zip(spans, sizes, strict=True)):
                message = f"The kernel of {node.id:.20}, {times(spans)}, is larger than its input, {times(sizes)}."
                yield hint(
                    node.id, in_line(message), "It fits with padding alone, which some of its weights only ever see."
                )


@check_layers(
    finds=row(image(3, 9, 9), (Conv2d, {"kernel_size": 2, "stride": 3}), Output),
    passes=row(image(3, 9, 9), (Conv2d, {"kernel_size": 1, "stride": 2}), Output),
    learn=GUIDE,
)
def skipped_values(part: Analyzed) -> Iterator[Finding | None]:
    """A stride beyond the kernel: values in between are never looked at. With kernel 1 that is a way to shrink."""
    for nodes in in_pieces(part):
        yield REST
        for node, _, window in _windows(part, nodes):
            pairs = zip(window.stride, _spans(window), window.kernel, strict=True)
            if any(stride > reach and kernel > 1 for stride, reach, kernel in pairs):
                message = (
                    f"Stride {times(window.stride)} steps over values: the kernel reaches {times(_spans(window))}."
                )
                stride = list(map(min, window.stride, _spans(window)))
                mend = Mend(f"Set stride {times(tuple(stride))}", SetParam(node.id, "stride", stride))
                yield warning(node.id, in_line(message), mends=(mend,))


@check_layers(
    finds=row(image(3, 8, 8), (Conv2d, {"kernel_size": 4, "padding": 2}), Output),
    passes=row(image(3, 8, 8), (Conv2d, {"kernel_size": 4, "padding": 1, "stride": 2}), Output),
    learn=GUIDE,
)
def even_kernel(part: Analyzed) -> Iterator[Finding | None]:
    """A kernel without a middle where the size was to stay: it grows by one, or is padded on one side more."""
    for nodes in in_pieces(part):
        yield REST
        for node in nodes:
            layer = node.layer
            if not isinstance(layer, Convolution) or set(layer.stride) != {1} or set(layer.dilation) != {1}:
                continue
            half = tuple(kernel // 2 for kernel in layer.kernel_size)
            if layer.padding not in ("same", half) or all(kernel % 2 for kernel in layer.kernel_size):
                continue
            odd = [kernel + 1 - kernel % 2 for kernel in layer.kernel_size]
            message = f"Kernel {times(layer.kernel_size)} has no middle: the size grows by 1."
            if layer.padding == "same":
                message = f"Kernel {times(layer.kernel_size)} has no middle: “same” pads one side more."
            mend = Mend(f"Set kernel size {times(tuple(odd))}", SetParam(node.id, "kernel_size", odd))
            yield hint(
                node.id,
                message,
                "An odd kernel keeps the size, and what it sees lies around each place.",
                mends=(mend,),
            )
