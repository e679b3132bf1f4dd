"""Data as tensors: one part of a data set, kept where training can reach it fastest, cut into normalized batches."""

from __future__ import annotations

import math
import zlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, NamedTuple, TypeVar, cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from models.codegen.objectives import input_ids
from models.data import other_form, token_misfits
from models.document import Document
from models.training import Loss
from models.training.objectives import Objective
from models.training.run_settings import THREADS
from studio.data import Data
from studio.data.data import Column
from studio.data.formats.streamed import Streamed, is_streamed
from studio.data.frames.windows import are_windows
from studio.worker.errors import TrainingError
from studio.worker.training.loop import Tensors

T = TypeVar("T")
R = TypeVar("R")

Array = NDArray[Any]
Pair = tuple[Tensors, Tensors]
SHARE_FOR_DATA = 0.5
"""Share of a graphics card's free memory that data may take; larger data stays in the computer's memory."""
FINGERPRINTED = 1 << 28
"""Bytes between two looks whether to go on."""


class WindowRows:
    """Windows of frames as the tensor that would hold them: some of its rows are put together when they are wanted.

    A window is a view of the frames, which lie in memory once.
    """

    def __init__(self, frames: Tensor, starts: Tensor, width: int) -> None:
        bins = frames.shape[1]
        self.shape = torch.Size((len(starts), width, bins))
        self.dtype = frames.dtype
        self._starts = starts
        self._windows = frames.as_strided((len(frames) - width + 1, width, bins), (bins, bins, 1))

    def index_select(self, dim: int, indices: Tensor, out: Tensor | None = None) -> Tensor:
        """The windows at some indices of the first dimension, as `torch.index_select` gives them."""
        starts = self._starts.index_select(dim, indices)
        return torch.index_select(self._windows, dim, starts, out=out)


class Feed(NamedTuple):
    """What an Input takes. Bytes stay bytes: a batch is indexed, then turned into normalized floats.

    ``scale`` is mean and standard deviation, or None for no normalization; ``tokens`` keeps values integers.
    """

    values: Tensor | Streamed | WindowRows
    scale: tuple[Tensor, Tensor] | None = None
    tokens: bool = False

    def ready(self, batch: Tensor) -> Tensor:
        """A batch of values as the network takes it; changes ``batch``, which nobody else may hold."""
        if self.tokens:
            return batch.long()
        batch = batch if batch.dtype == torch.float32 else batch.float()
        if self.scale is not None:
            mean, std = self.scale
            # In place: the selection or the conversion has made a new tensor.
            batch.sub_(mean).div_(std)
        return batch


class Loader(NamedTuple):
    """How data is fetched that does not lie on the device; the names are those of `torch.utils.data.DataLoader`."""

    num_workers: int = 0
    """Threads or processes that decode images; 0 for as many as were found to be the fastest."""
    prefetch_factor: int = 1
    """Batches that are fetched ahead."""
    pin_memory: bool = True
    """Whether batches on their way to a graphics card lie in memory that it can copy from by itself."""
    multiprocessing_context: str = THREADS
    """What decodes images, as `Streamed.work_with` has it."""
    persistent_workers: bool = True
    """Whether processes stay when a pass over the data is done."""


_USUAL = Loader()


class Examples:
    """One part of a data set: a feed for each Input, targets for each Output, all with the same examples in order.

    ``moves`` tells that the data lies in another memory than the device's, or in files, and each batch is fetched from
    there.
    """

    def __init__(
        self, feeds: Sequence[Feed], targets: Sequence[Tensor], device: torch.device, loader: Loader = _USUAL
    ) -> None:
        self.feeds, self.targets = tuple(feeds), tuple(targets)
        self.device = device
        self.home = self.targets[0].device
        self.files = [feed.values for feed in self.feeds if is_streamed(feed.values)]
        self.moves = self.home != device or bool(self.files)
        self.loader = loader
        for examples in self.files:
            examples.work_with(loader.num_workers, loader.multiprocessing_context)
        self._stored = (*(feed.values for feed in self.feeds), *self.targets)
        self._told = 0
        self._stream: torch.cuda.Stream | None = None
        if self.moves and device.type == "cuda":
            self._stream = torch.cuda.Stream(device)  # type: ignore[no-untyped-call]

    def __len__(self) -> int:
        return len(self.targets[0])

    def told(self) -> list[str]:
        """Sentences about examples that come from files."""
        return [sentence for examples in self.files if (sentence := examples.told())]

    def news(self) -> list[str]:
        """Sentences about images that could not be read since the last call."""
        broken = {name: why for images in self.files for name, why in images.broken.items()}
        new, self._told = [*broken.items()][self._told :], len(broken)
        if not new:
            return []
        path, why = new[0]
        if len(new) == 1:
            return [f"1 image could not be read and is black: {path} ({why})."]
        return [f"{len(new):,} images could not be read and are black; the first is {path} ({why})."]

    def batches(self, order: Iterable[Tensor]) -> Iterator[Pair]:
        """The examples at each of some indices (tensors beside the data), as the network and the losses take them."""
        return map(self.ready, self.picks(order))

    def picks(self, order: Iterable[Tensor]) -> Iterator[Tensors]:
        """What `ready` makes a batch of, for each of some indices: they alone where the data lies on the device.

        What has to be fetched comes some batches ahead, while the step before goes on.
        """
        if not self.moves:
            for indices in order:
                yield (indices,)
            return
        for batch, arrival in ahead(self._fetch, order, self.loader.prefetch_factor):
            if arrival is not None:
                present = torch.cuda.current_stream(self.device)
                present.wait_event(arrival)
                for tensor in batch:
                    # Its memory belongs to the other stream, which must not use it again before this one is done.
                    tensor.record_stream(present)
            yield batch
        if not self.loader.persistent_workers:
            self.rest()

    def rest(self) -> None:
        """End the processes that decode images, if there are any."""
        for examples in self.files:
            examples.rest()

    def ready(self, picked: Tensors) -> Pair:
        """A batch as the network and the losses take it; changes what was fetched."""
        if not self.moves:
            (indices,) = picked
            picked = tuple([cast(Tensor, values).index_select(0, indices) for values in self._stored])
        inputs = tuple([feed.ready(values) for feed, values in zip(self.feeds, picked, strict=False)])
        return inputs, picked[len(self.feeds) :]

    def _fetch(self, indices: Tensor) -> tuple[Tensors, torch.cuda.Event | None]:
        """Those examples on the device, and what tells that they have arrived there."""
        gathered = [self._gathered(values, indices) for values in self._stored]
        if self._stream is None:
            return tuple(values.to(self.device) for values in gathered), None
        with torch.cuda.stream(self._stream):
            moved = tuple(values.to(self.device, non_blocking=True) for values in gathered)
            return moved, self._stream.record_event()

    def _gathered(self, source: Tensor | Streamed | WindowRows, indices: Tensor) -> Tensor:
        # Only from pinned memory does a copy run beside the computation.
        shape = (len(indices), *source.shape[1:])
        pins = self._stream is not None and self.loader.pin_memory
        if isinstance(source, Streamed):
            dtype = torch.from_numpy(np.empty(0, source.dtype)).dtype
            room = torch.empty(shape, dtype=dtype, pin_memory=pins)
            source[indices.cpu().numpy()].read(room.numpy())
            return room
        gathered = torch.empty(shape, dtype=source.dtype, pin_memory=pins)
        if isinstance(source, WindowRows):
            return source.index_select(0, indices, out=gathered)
        return torch.index_select(source, 0, indices, out=gathered)


def ahead(work: Callable[[T], R], items: Iterable[T], count: int) -> Iterator[R]:
    """The results of `work` in order, done on another thread up to ``count`` before whoever asks has got to them."""
    with ThreadPoolExecutor(1, "ahead") as pool:
        under_way: deque[Future[R]] = deque()
        try:
            for item in items:
                under_way.append(pool.submit(work, item))
                if len(under_way) > count:
                    yield under_way.popleft().result()
            while under_way:
                yield under_way.popleft().result()
        finally:
            for future in under_way:
                future.cancel()


def make_examples(
    document: Document,
    data: Data,
    objectives: Sequence[Objective],
    device: torch.device,
    loader: Loader = _USUAL,
) -> tuple[Examples, ...]:
    """Training, validation, and a test if there is one: what each Input takes and each objective compares with, in the
    network's order.

    Raises `TrainingError` where data of another kind is fed, `DataError` where an Input or Output has no data.
    """
    inputs = {name: data.input(name) for name in input_ids(document)}
    targets = [data.target(objective.output) for objective in objectives]
    arrays = {id(array): array for column in (*inputs.values(), *targets) for array in column.every}
    files = {key: array for key, array in arrays.items() if is_streamed(array) and not are_windows(array)}
    kept = (array.kept if is_streamed(array) else array.nbytes for array in arrays.values())
    home = home_for(sum(kept), device)
    # Batches of what stays files are put together in the computer's memory.
    home = torch.device("cpu") if files else home
    # What two ids are bound to is one array, and stays one tensor.
    rounded = {
        id(part): centered(column, part)
        for column in inputs.values()
        for part in column.every
        if part.dtype == np.float64
    }
    frames = {id(array.frames): _tensor(array.frames).to(home) for array in arrays.values() if are_windows(array)}
    stored: dict[int, Any] = dict(files)
    for key, array in arrays.items():
        if are_windows(array):
            stored[key] = WindowRows(frames[id(array.frames)], _tensor(array.starts).to(home), array.width)
        elif key not in files:
            stored[key] = _tensor(rounded.get(key, array)).to(home)
    for name, column in inputs.items():
        check_feed(document, name, column, data.name)

    def examples(part: int) -> Examples:
        feeds = [
            Feed(stored[id(column.every[part])], scaling(column, device), takes_tokens(document, name))
            for name, column in inputs.items()
        ]
        prepared = [
            aimed(document, column, part, objective) for column, objective in zip(targets, objectives, strict=True)
        ]
        return Examples(feeds, [target.to(home) for target in prepared], device, loader)

    return tuple(map(examples, range(len(targets[0].every))))


def _tensor(array: Array) -> Tensor:
    return torch.from_numpy(np.ascontiguousarray(array))


def centered(column: Column, part: Array) -> Array:
    """Numbers that float32 would merge, without their mean, where it is to be taken away."""
    return (part if column.mean is None else part - column.mean).astype(np.float32)


def scaling(column: Column, device: torch.device) -> tuple[Tensor, Tensor] | None:
    """What is taken away from a batch of a column, and what it is divided by."""
    if column.mean is None or column.std is None:
        return None
    mean = np.zeros_like(column.std) if column.dtype == np.float64 else column.mean  # which is taken away already
    return torch.as_tensor(mean, device=device), torch.as_tensor(column.std, device=device)


def check_feed(document: Document, name: str, column: Column, source: str) -> None:
    """Raise `TrainingError` unless an Input of integers gets them, each within the tables that look it up: on a
    graphics card a number beyond a table would end the process."""
    if not takes_tokens(document, name):
        return
    if column.parts[0].dtype.kind not in "iu":
        raise TrainingError(
            f"{name} takes integers, but {source} holds {column.parts[0].dtype}. Set its numbers to float, "
            "or load the data as tokens."
        )
    lowest = min(int(part.min()) for part in column.every)
    highest = max(int(part.max()) for part in column.every)
    for misfit in token_misfits(document.network, name, source, lowest, highest):
        raise TrainingError(f"{misfit.message} {misfit.remedy}")


def takes_tokens(document: Document, id: str) -> bool:
    """Whether an Input takes integers, such as the places in an embedding's table."""
    output = document.analysis[id].outputs[0]
    return output is not None and output.dtype == "int"


def aimed(document: Document, column: Column, part: int, objective: Objective) -> Tensor:
    """The targets of one part as the loss takes them, in the form in which the Output gives them."""
    classes = len(column.classes) if column.classes else None
    targets = prepare_targets(column.every[part], objective.loss, classes)
    if column.classes is not None:
        return targets
    gives = document.analysis[objective.output].shape
    form = other_form(column.facts("target"), gives, objective.loss)
    return targets if form is None else targets.reshape(-1, *form)


def prepare_targets(targets: Array, loss: Loss, classes: int | None) -> Tensor:
    """Targets as the loss takes them: class indices, switches or numbers, one column where there is one an example."""
    tensor = torch.from_numpy(np.ascontiguousarray(targets))
    if loss.targets == "classes":
        return tensor.long()
    if loss.targets == "binary" and classes:
        if classes > 2:
            return torch.nn.functional.one_hot(tensor.long(), classes).movedim(-1, 1).float()
        return tensor.unsqueeze(1).float()
    _check_span(targets, loss)
    return (tensor.unsqueeze(1) if tensor.dim() == 1 else tensor).float()


def _check_span(targets: Array, loss: Loss) -> None:
    """Raise `TrainingError` for targets that the loss makes no sense of."""
    if not targets.size or loss.span == (-math.inf, math.inf):
        return
    lowest, highest = float(targets.min()), float(targets.max())
    if not loss.span[0] <= lowest <= highest <= loss.span[1]:
        wanted = "from 0 to 1" if loss.span[1] == 1 else "of 0 and more"
        raise TrainingError(
            f"{loss.kind} needs targets {wanted}; these go from {lowest:g} to {highest:g}. Use MSELoss."
        )


def home_for(size: int, device: torch.device) -> torch.device:
    """Where ``size`` bytes of data live: on the device if they fit there well, else in the computer's memory."""
    if device.type != "cuda":
        return device
    free, _ = torch.cuda.mem_get_info(device)
    return device if size < SHARE_FOR_DATA * free else torch.device("cpu")


def fingerprint(data: Data, go_on: Callable[[], None]) -> str:
    """A checksum of all examples, to notice on resuming that the data has changed."""
    value = 0
    columns = {id(column): column for column in (*data.inputs.values(), *data.targets.values())}
    for part in (0, 1):
        for column in columns.values():
            array = column.parts[part]
            if is_streamed(array):
                value = array.checksum(value)
                continue
            content = np.ascontiguousarray(array).data.cast("B")
            for start in range(0, len(content), FINGERPRINTED):
                go_on()
                value = zlib.crc32(content[start : start + FINGERPRINTED], value)
    return f"{value:08x}"
