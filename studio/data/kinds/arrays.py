"""NumPy files: `.npz` with arrays by name, or `.npy` for x and another for y. Pickles are never read."""

from __future__ import annotations

import zipfile
from functools import partial
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING

from models.basics.text import times
from models.codegen.formatting import literal, statement
from models.data import Facts, Task
from models.specs.fields import Bool, Choice, Text
from studio.data.base import DATASETS, Dataset, Progress, Raw
from studio.data.errors import DataError
from studio.data.npy import Place, array_names, blocks, header, read_array
from studio.data.paths import located

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_NAMES = {
    "x": ("x_train", "train_x", "x", "X", "train_images", "images", "data", "arr_0"),
    "y": ("y_train", "train_y", "y", "Y", "train_labels", "labels", "target", "targets", "arr_1"),
    "held_out_x": ("x_test", "test_x", "x_validation", "x_val", "test_images"),
    "held_out_y": ("y_test", "test_y", "y_validation", "y_val", "test_labels"),
}

LOOKED_AT = 256_000_000
"""Bytes of examples that are looked through before training begins; what is wrong behind them is found at loading."""

_READ = '''
def read_data():
    """Examples and targets{held_out}."""
{body}
'''


def arrange(x: NDArray[np.generic], layout: str) -> NDArray[np.generic]:
    """Examples as the network takes them; images stay uint8 where they are stored so."""
    import numpy as np

    if layout == "tokens":
        return _as_tokens(x)
    if layout == "add channel":
        x = x[:, None]
    if layout == "channels last":
        x = np.moveaxis(x, -1, 1)
    if x.ndim == 1:
        x = x[:, None]
    if x.dtype == np.uint8 and x.ndim == 4:
        return np.ascontiguousarray(x)
    with np.errstate(over="ignore"):  # what overflows is infinite and found by the checks
        return np.ascontiguousarray(x, dtype=np.float32)


def _as_tokens(x: NDArray[np.generic]) -> NDArray[np.int64]:
    import numpy as np

    with np.errstate(invalid="ignore"):
        tokens = x.astype(np.int64)
    odd = x[tokens != x] if x.dtype.kind == "f" else x[:0]
    if odd.size:
        raise DataError(
            f"Expected whole numbers as tokens, found {odd.flat[0]} in x. Switch tokens off or round the numbers.",
            tokens=False,
        )
    return tokens


@DATASETS.register
class NumPy(Dataset, kind="numpy"):
    """Arrays from the user's own `.npz` or `.npy` files."""

    title = "NumPy arrays"
    synonyms = ("npz", "npy", "arrays", "file")
    help = (
        "Arrays from a file: .npz with x and y by name (x_test and y_test, where present, become the validation part), "
        "or .npy with y in a second file. Whole numbers, text and one-hot rows as y are classes."
    )

    path = Text(label="File", path=True, help="A .npz or .npy file; relative paths start at the document.")
    y_path = Text(label="Target file", path=True, help="The .npy file of targets, where x is a .npy file.")
    x_name = Text(label="x", help="Name of the examples in a .npz file; found by itself where empty.")
    y_name = Text(label="y", help="Name of the targets in a .npz file; found by itself where empty.")
    task = Choice("auto", ("auto", "classification", "regression"), help="Whole numbers are classes unless told.")
    layout = Choice(
        "auto",
        ("auto", "as stored", "add channel", "channels last"),
        help="How images are stored. Auto adds a channel to uint8 arrays of N×H×W and moves a last one of 1, 3 or 4.",
        advanced=True,
    )
    tokens = Bool(False, help="Examples are token numbers: kept whole, not normalized.", advanced=True)

    def normalizes(self) -> bool:
        return self.normalize and not self.tokens

    def facts(self, base: Path | None = None) -> Facts:
        """Shapes come from the headers; targets are read, and as much of the examples as takes a moment. Finds all
        that `load` would refuse, unless it lies behind that."""
        import numpy as np

        from studio.data.checks import check_raw, check_splits

        places = self._places(base)
        y, classes = self._targets([read_array(place) for part, place in places.items() if part.endswith("y")])
        shapes = [header(place)[0] for part, place in places.items() if part.endswith("x")]
        x = [np.broadcast_to(np.uint8(0), shape) for shape in shapes]  # one byte of memory
        check_raw(self.title, Raw(x[0], y[0], classes, (x[1], y[1]) if len(x) == 2 else None))
        parts = self.split(Raw(y[0], y[0], classes, (y[1], y[1]) if len(x) == 2 else None))
        check_splits(self.title, *parts, classes)
        layout = self._layout(places["x"])
        ranges = [self._look(part, place, layout) for part, place in places.items() if part.endswith("x")]
        shape = _arranged(shapes[0], layout)
        task: Task = "classification" if classes else "regression"
        training = len(y[0]) if len(x) == 2 else None
        spans = [span for span in ranges if span]
        span = (min(low for low, _ in spans), max(high for _, high in spans)) if spans else None
        return Facts(self.title, shape, task, classes, y[0].shape[1:], sum(map(len, y)), training, self.tokens, span)

    def read_arrays(self, base: Path | None, progress: Progress | None) -> Raw:
        places = self._places(base)
        layout = self._layout(places["x"])
        x = [
            read_array(place, partial(arrange, layout=layout), progress)
            for part, place in places.items()
            if part.endswith("x")
        ]
        y, classes = self._targets([read_array(place) for part, place in places.items() if part.endswith("y")])
        return Raw(x[0], y[0], classes, (x[1], y[1]) if len(x) == 2 else None)

    def read_source(self, base: Path | None) -> str:
        places = self._places(base)
        opening, sources = _sources(places)
        layout, shapes = self._layout(places["x"]), {part: header(place)[0] for part, place in places.items()}
        names = dict(zip(places, ("x", "y", "x_test", "y_test"), strict=False))
        lines = [f"archive = np.load({opening})"] if opening else []
        for part, source in sources.items():
            arranged = _arranging(source, *header(places[part]), layout) if part.endswith("x") else source
            lines.append(f"{names[part]} = {arranged}")
        targets = {names[part]: shapes[part] for part in places if part.endswith("y")}
        y = [read_array(place) for part, place in places.items() if part.endswith("y")]
        lines += self._target_lines(y, targets)
        lines.append(f"return {', '.join(names.values())}")
        held_out = ", and those held out" if len(places) == 4 else ""
        return _READ.format(held_out=held_out, body="\n".join(line for code in lines for line in statement(4, code)))

    def _targets(self, y: list[NDArray[np.generic]]) -> tuple[list[NDArray[np.generic]], tuple[str, ...] | None]:
        from studio.data.labels import as_column, number_classes, task_of

        if self._are_one_hot(y):
            return [part.argmax(1) for part in y], tuple(map(str, range(y[0].shape[1])))
        if task_of(self.task, y[0]) == "regression":
            return [as_column(self.title, part) for part in y], None
        y = [part.reshape(len(part)) if part.size == len(part) else part for part in y]
        numbers, classes = number_classes(self.title, y)
        return [*numbers], classes

    def _are_one_hot(self, y: list[NDArray[np.generic]]) -> bool:
        from studio.data.labels import is_one_hot

        return self.task != "regression" and len({part.shape[1:] for part in y}) == 1 and all(map(is_one_hot, y))

    def _target_lines(self, y: list[NDArray[np.generic]], targets: dict[str, tuple[int, ...]]) -> list[str]:
        """What `_targets` does, as source."""
        if self._are_one_hot(y):
            return [f"{name} = {name}.argmax(1)" for name in targets]
        return _class_lines(targets) if self._targets(y)[1] else _number_lines(targets)

    def _look(self, part: str, place: Place, layout: str) -> tuple[int, int] | None:
        """Check the examples as far as `LOOKED_AT`; gives the smallest and the largest token, if they are tokens."""
        from studio.data.checks import check_finite

        if layout != "tokens" and header(place)[1].kind != "f":
            return None
        found = (arrange(block, layout) for block in blocks(place, LOOKED_AT))
        if layout == "tokens":
            spans = [(int(block.min()), int(block.max())) for block in found if block.size]
            return (min(low for low, _ in spans), max(high for _, high in spans)) if spans else None
        check_finite(self.title, "validation x" if part == "held_out_x" else "x", found)
        return None

    def _layout(self, place: Place) -> str:
        """The layout with "auto" decided by shape and type."""
        shape, dtype = header(place)
        if self.tokens:
            return "tokens"
        wanted_ranks = {"add channel": 3, "channels last": 4}
        if self.layout in wanted_ranks and len(shape) != wanted_ranks[self.layout]:
            raise DataError(
                f"{place}: layout “{self.layout}” expects {wanted_ranks[self.layout]} dimensions, "
                f"found {times(shape)}. Set the layout to auto.",
                layout="auto",
            )
        if self.layout != "auto":
            return self.layout
        if len(shape) == 3 and dtype.name == "uint8":
            return "add channel"
        is_last = len(shape) == 4 and shape[3] in (1, 3, 4) and shape[1] not in (1, 3, 4)
        return "channels last" if is_last else "as stored"

    def _places(self, base: Path | None) -> dict[str, Place]:
        """Where x and y lie, and what is held out, if anything; all of them have examples of a shape."""
        path = located(self.path, base, "data file")
        if zipfile.is_zipfile(path):
            places = self._places_in(path)
        else:
            header(Place(path))  # a broken file is named as such before another one is asked for
            places = {"x": Place(path), "y": Place(located(self.y_path, base, "target file (y of a .npy file)"))}
        for part, place in places.items():
            _check_array(place, part, header(places["x"])[0])
        return places

    def _places_in(self, path: Path) -> dict[str, Place]:
        present = array_names(path)
        places = {}
        for part, known in _NAMES.items():
            wanted = {"x": self.x_name, "y": self.y_name}.get(part)
            name = wanted or next((name for name in known if name in present), "")
            if name in present:
                places[part] = Place(path, name)
            elif part in ("x", "y"):
                shown = ", ".join(present[:8]) or "none"
                looked = f"“{name}”" if name else f"{part} (such as {known[0]})"
                raise DataError(
                    f"{path.name}: expected an array {looked}, found {shown}. Name the one to use as {part}."
                )
        if len(places) != 4 or self.x_name or self.y_name:
            places = {part: places[part] for part in ("x", "y")}
        return places


def _sources(places: dict[str, Place]) -> tuple[str, dict[str, str]]:
    """The path of the archive as source, "" where arrays have files of their own, and how a script gets at each."""
    if places["x"].name:
        return literal(str(places["x"].path)), {part: f"archive[{literal(p.name)}]" for part, p in places.items()}
    return "", {part: f"np.load({literal(str(place.path))})" for part, place in places.items()}


def _arranging(source: str, shape: tuple[int, ...], dtype: np.dtype[np.generic], layout: str) -> str:
    """What `arrange` does to an array of this shape and type, as an expression."""
    if layout == "tokens":
        return f"{source}.astype(np.int64)"
    if layout == "channels last":
        source = f"np.moveaxis({source}, -1, 1)"
    elif layout == "add channel" or len(shape) == 1:
        source = f"{source}[:, None]"
    is_images = dtype.name == "uint8" and len(shape) + (layout == "add channel") == 4
    return f"np.ascontiguousarray({source}{'' if is_images else ', dtype=np.float32'})"


def _class_lines(targets: dict[str, tuple[int, ...]]) -> list[str]:
    """Class numbers out of labels."""
    flat = [f"{name} = {name}.ravel()" for name, shape in targets.items() if len(shape) > 1 and prod(shape[1:]) == 1]
    every = ", ".join(name if prod(shape[1:]) == 1 else f"{name}.ravel()" for name, shape in targets.items())
    labels = f"np.concatenate([{every}])" if len(targets) > 1 else next(iter(targets))
    numbers = [f"{name} = np.searchsorted(classes, {name}).astype(np.int64)" for name in targets]
    return [*flat, f"classes = np.unique({labels})", *numbers]


def _number_lines(targets: dict[str, tuple[int, ...]]) -> list[str]:
    """Columns of numbers out of whatever shape."""
    return [f"{name} = {name}.astype(np.float32).reshape(len({name}), -1)" for name in targets]


def _check_array(place: Place, part: str, x_shape: tuple[int, ...]) -> None:
    """Raise `DataError` unless it holds a row for each example, and examples are numbers of one shape."""
    shape, dtype = header(place)
    if not shape:
        raise DataError(f"{place}: expected an array of examples, found a single value. Choose another array.")
    if not part.endswith("x"):
        return
    if dtype.kind in "US":
        raise DataError(f"{place}: expected numbers as examples, found text. Choose another array as x.")
    if shape[1:] != x_shape[1:]:
        raise DataError(
            f"{place}: expected validation examples of {times(x_shape[1:])} as those for training, found "
            f"{times(shape[1:])}. Store both with one shape."
        )


def _arranged(shape: tuple[int, ...], layout: str) -> tuple[int, ...]:
    """The shape of one example after `arrange`."""
    if layout == "add channel":
        return (1, *shape[1:])
    if layout == "channels last":
        return (shape[-1], *shape[1:-1])
    return shape[1:] if len(shape) > 1 or layout == "tokens" else (1,)
