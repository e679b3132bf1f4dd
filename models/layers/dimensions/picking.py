"""Parts of a tensor: ranges, single places, and pieces on ports of their own.

See https://docs.pytorch.org/docs/stable/torch.html#indexing-slicing-joining-mutating-ops.
"""

from __future__ import annotations

from typing import cast

from models.kinds.arithmetic import check_dimension, settings
from models.kinds.layer import LAYERS, ShapeError, TensorType, brief
from models.kinds.ports import Ports, numbered
from models.layers.reshape import Rearrangement
from models.specs.fields import Dims, Int, OptionalInt

DOCS = "https://docs.pytorch.org/docs/stable/generated/torch."
_DIM_HELP = "Dimension, counted with the batch as 0: 1 is channels, features or steps, -1 the last one."


class Along(Rearrangement):
    """What happens along one dimension."""

    views = True
    dim = Int(1, minimum=-8, maximum=8, label="Dimension", help=_DIM_HELP)

    def place(self, given: TensorType) -> int:
        """The dimension counted from 0 without the batch; raises `ShapeError`."""
        return check_dimension(self.kind, self.dim, given) - 1

    def resized(self, given: TensorType, size: int) -> TensorType:
        """The type with another size along the dimension."""
        place = self.place(given)
        return TensorType((*given.shape[:place], size, *given.shape[place + 1 :]), given.dtype)

    def index(self, given: TensorType, index: str) -> str:
        """An index for the dimension behind full ones for all before it: ``[:, :, 1:3]``."""
        return "[" + ", ".join([":"] * (self.place(given) + 1) + [index]) + "]"


@LAYERS.register
class Slice(Along):
    """x[start:stop:step] along a dimension."""

    title = "Slice"
    url = DOCS + "narrow.html"
    synonyms = ("range", "crop", "part of", "narrow")
    help = (
        "Keeps a range of one dimension: steps 0 to 9 of a sequence, the first channels, a crop of an image. Negative "
        "numbers count from the end; an empty stop means to the end."
    )
    start = Int(0, minimum=-(2**31), help="First place that is kept; negative from the end.")
    stop = OptionalInt(None, minimum=-(2**31), help="Place before which it ends; empty: all to the end.")
    step = Int(1, minimum=1, help="Every how many places.")

    def chosen(self, size: int) -> range:
        """The places that are kept."""
        return range(size)[self.start : self.stop : self.step]

    def infer(self, inputs: tuple[TensorType, ...]) -> tuple[TensorType, ...]:
        size = inputs[0].shape[place] if (place := self.place(inputs[0])) >= 0 else 0
        kept = len(self.chosen(size))
        if not kept:
            stop = "the end" if self.stop is None else self.stop
            raise ShapeError(
                f"From {self.start} to {stop} there is nothing of {size}.", expected="one place or more", found="none"
            )
        return (self.resized(inputs[0], kept),)

    def forward(self, name: str, arguments: tuple[str, ...], inputs: tuple[TensorType, ...]) -> str:
        start, stop = (str(end) if end else "" for end in (self.start, self.stop))
        stop = "0" if self.stop == 0 else stop
        step = f":{self.step}" if self.step > 1 else ""
        return f"{arguments[0]}{self.index(inputs[0], f'{start}:{stop}{step}')}"

    def summary(self) -> str:
        stop = "" if self.stop is None else self.stop
        return settings(f"dim {self.dim}", f"{self.start}:{stop}" + (f":{self.step}" if self.step > 1 else ""))


@LAYERS.register
class Select(Along):
    """x[index] along a dimension, which goes."""

    title = "Select"
    url = DOCS + "select.html"
    synonyms = ("last step", "index", "pick one", "class token out")
    help = (
        "Keeps one place of a dimension, which goes: -1 is the last step of a sequence, what an LSTM knows at its end; "
        "0 the class token of a ViT."
    )
    at = Int(-1, minimum=-(2**31), label="Index", help="The place, from 0 on; negative from the end.")

    def infer(self, inputs: tuple[TensorType, ...]) -> tuple[TensorType, ...]:
        place, shape = self.place(inputs[0]), inputs[0].shape
        if not -shape[place] <= self.at < shape[place]:
            raise ShapeError(
                f"There is no place {self.at} among {shape[place]}.",
                expected=f"{-shape[place]} to {shape[place] - 1}",
                found=str(self.at),
            )
        return (TensorType((*shape[:place], *shape[place + 1 :]), inputs[0].dtype),)

    def forward(self, name: str, arguments: tuple[str, ...], inputs: tuple[TensorType, ...]) -> str:
        return f"{arguments[0]}{self.index(inputs[0], str(self.at))}"

    def summary(self) -> str:
        return settings(f"dim {self.dim}", f"at {self.at}")


class Pieces(Along):
    """A dimension cut into pieces, each on a port of its own."""

    outputs = cast("tuple[str, ...]", Ports(lambda layer: numbered(layer.count), numbered(2)))

    @property
    def count(self) -> int:
        """How many pieces there are."""
        raise NotImplementedError

    def pieces(self, size: int) -> list[int]:
        """The sizes of all pieces; raises `ShapeError`."""
        raise NotImplementedError

    def infer(self, inputs: tuple[TensorType, ...]) -> tuple[TensorType, ...]:
        sizes = self.pieces(inputs[0].shape[self.place(inputs[0])])
        return tuple(self.resized(inputs[0], size) for size in sizes)


@LAYERS.register
class Chunk(Pieces):
    """Equal pieces."""

    title = "Chunk"
    url = DOCS + "chunk.html"
    synonyms = ("halves", "equal parts", "query key value split")
    help = (
        "Cuts a dimension into so many pieces of one size, the last one perhaps smaller, each on a port of its own: "
        "query, key and value out of one projection, the two halves of a gate."
    )
    chunks = Int(2, minimum=2, maximum=16, label="Pieces", help="How many pieces there are.")

    @property
    def count(self) -> int:
        return self.chunks

    def pieces(self, size: int) -> list[int]:
        each = -(-size // self.chunks)
        found = [min(each, size - start) for start in range(0, size, each)] if each else []
        if len(found) != self.chunks:
            raise ShapeError(
                f"{size} cannot be cut into {self.chunks} pieces of one size.",
                expected=f"a multiple of {self.chunks}",
                found=str(size),
            )
        return found

    def forward(self, name: str, arguments: tuple[str, ...], inputs: tuple[TensorType, ...]) -> str:
        return f"{arguments[0]}.chunk({self.chunks}, dim={self.dim})"

    def summary(self) -> str:
        return settings(f"dim {self.dim}", f"{self.chunks} pieces")


@LAYERS.register
class Split(Pieces):
    """Pieces of given sizes."""

    title = "Split"
    url = DOCS + "split.html"
    synonyms = ("pieces", "cut", "channel split", "ShuffleNet")
    help = (
        "Cuts a dimension into pieces of the sizes that you give, each on a port of its own; together they must be the "
        "whole. ShuffleNet works on one part of the channels and hands on the other."
    )
    sizes = Dims((1, 1), minimum=1, shortest=2, longest=16, help="Sizes of the pieces, in order.")

    @property
    def count(self) -> int:
        return len(self.sizes)

    def pieces(self, size: int) -> list[int]:
        if sum(self.sizes) != size:
            raise ShapeError(
                f"Pieces of {', '.join(map(str, self.sizes))[:24]} are {sum(self.sizes)} in all, not {size}.",
                expected=f"{size} in all",
                found=str(sum(self.sizes)),
            )
        return list(self.sizes)

    def forward(self, name: str, arguments: tuple[str, ...], inputs: tuple[TensorType, ...]) -> str:
        return f"{arguments[0]}.split(({', '.join(map(str, self.sizes))}), dim={self.dim})"

    def summary(self) -> str:
        return settings(f"dim {self.dim}", brief(self.sizes))
