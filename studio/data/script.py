"""Source text for exported training scripts, made of the very functions that Netloom itself runs."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from types import MappingProxyType
from typing import Any, NamedTuple

from models.codegen.formatting import literal, statement
from models.codegen.portable import portable
from studio.data.splitting.splitting import Splitting


def function_source(function: Callable[..., Any]) -> str:
    """The source of a plain function for a script."""
    # A script imports these once at its top; here they are imported late to keep the window's start quick.
    late = ("    import numpy as np", "    from hashlib import blake2b", "    from PIL import Image, ImageOps")
    lines = [line for line in portable(function).splitlines() if line not in late]
    return "\n".join(lines).replace('"""\n\n', '"""\n', 1) + "\n"


_READ_TEST = '''

def read_test():
    """What is kept apart."""
    return {call}
'''


def parts_source(reading: str, calls: Sequence[str], what: str) -> str:
    """A function `read_data` (``reading`` with ``what`` it gives, and ``parts``) that reads by one call a part, and one
    for a test part, `read_test`."""
    parts = f"(\n        *{calls[0]},\n        *{calls[1]},\n    )" if len(calls) > 1 else calls[0]
    source = reading.format(what="both parts" if len(calls) > 1 else what, parts=parts)
    return source + "".join(_READ_TEST.format(call=call) for call in calls[2:])


_AS_PARTS = '''

def read_data():
    """Examples and targets, and those held out."""
    return read_parts()[:4]


def read_test():
    """What is kept apart."""
    return read_parts()[4:]
'''


def with_test(source: str) -> str:
    """Source whose `read_data` gives six arrays, with a `read_data` of four and a `read_test` of the other two."""
    parts = source.replace("def read_data():", "@lru_cache(maxsize=1)\ndef read_parts():")
    return f"from functools import lru_cache\n{parts.rstrip()}\n{_AS_PARTS}"


class Sides(NamedTuple):
    """The ids of a side on which several columns are bound; with none it is a single array."""

    x: Sequence[str] = ()
    y: Sequence[str] = ()


ONE_EACH = Sides()


class Numbers(NamedTuple):
    """Corrections: class indices by Output and row, rows that are left out, and the rows at which validation and test
    begin where the data says that."""

    labels: Mapping[str, Mapping[int, int]] = {}
    out: Sequence[int] = ()
    validation: int | None = None
    test: int | None = None

    def spans(self) -> list[tuple[str, int, float]]:
        """The parts that the data has of its own, each with its first row and the one behind its last."""
        ends = [0, self.validation or 0, *([] if self.test is None else [self.test]), math.inf]
        return [(part, int(first), last) for part, (first, last) in zip(PARTS, pairwise(ends), strict=False)]


NO_CORRECTIONS = Numbers()
NO_NUMBERINGS: Mapping[str, tuple[int, int]] = MappingProxyType({})
ALL = "{rows}"
"""An expression over rows that takes every one of them."""

_LOAD = '''
def load_data():
    """Training and validation examples, mean and standard deviation of the training part."""
{parts}
{measure}
    return x_train, y_train, x_validation, y_validation, mean, std{test}
'''
_TEST = ", x_test, y_test"
PARTS = ("train", "validation", "test")
_MEASURE = "    mean, std = statistics(x_train)"
_MEASURE_EACH = """    mean, std = dict.fromkeys(x_train), dict.fromkeys(x_train)
    for name, values in x_train.items():
        if values.dtype != np.int64:  # tokens stay as they are
            mean[name], std[name] = statistics(values)"""
_SAMPLE_EACH = "    mean, std = statistics(next(iter(x_train.values())).sample())\n" + (
    "    mean, std = dict.fromkeys(x_train, mean), dict.fromkeys(x_train, std)"
)


def load_data_source(
    reading: str,
    splitting: Splitting,
    *,
    by_class: bool,
    normalize: bool,
    own_split: bool = False,
    own_test: bool = False,
    sides: Sides = ONE_EACH,
    shares: bool = False,
    training_share: float = 1.0,
    resample: int = 0,
    sampled: bool = False,
    corrections: Numbers = NO_CORRECTIONS,
    gaps: Sequence[str] = (),
    limited: Sequence[str] = (),
    distinct: bool = False,
    numberings: Mapping[str, tuple[int, int]] = NO_NUMBERINGS,
    tokens_follow: bool = False,
    itself: Sequence[str] = (),
    shades: Sequence[str] = (),
) -> str:
    """A function `load_data` that splits and measures what `read_data` (defined by `reading`) gives.

    `read_data` returns x and y; with `own_split` x, y, x_validation and y_validation, as the data holds some out, and
    `read_test` what it keeps apart itself if it has an `own_test`. On a
    side of several ids each of them is a dictionary by these, which is made here of a single array if it ``shares``.
    The ``gaps`` of some Inputs are filled behind the split, by the training part, by which values of those that are
    ``limited`` are drawn in, too; of equal examples one stays if they are to be ``distinct``. A column by which
    rows are parted comes behind x and y where the user names it, a part that is kept apart at the end.
    Outputs of ``itself`` are compared with the first Input, those of ``shades`` with images as numbers from 0 to 1.
    By ``numberings`` the tokens of some Inputs get their IDs by the training part (how many IDs there are at most, how
    often one with an ID occurs), and so do targets that are the tokens that follow.
    ``corrections`` come after the split, and of what is left ``training_share`` is trained on, with ``resample`` drawn
    again by that number; mean and standard deviation are those of a sample if it is ``sampled``.
    """
    from studio.data.portable import (
        brightest,
        distinct_rows,
        fences,
        filled,
        in_shades,
        medians,
        resampled_rows,
        some_rows,
        spread_rows,
        statistics,
    )
    from studio.data.texts.tokens import token_ids

    taken = ALL
    if training_share < 1.0:
        taken = f"some_rows({taken}, share={training_share!r}, seed={splitting.seed!r})"
    if resample:
        taken = f"resampled_rows({taken}, seed={resample!r})"
    keys = _Keys(sides, splitting, by_class, distinct, taken, corrections, own_test)
    parts = keys.own(shares) if own_split else keys.split(shares)
    if numberings:
        read = 2 if own_test else 1
        parts[read:read] = _token_lines(numberings, keys, tokens_follow, own=own_split, shares=shares)
    has_test = splitting.has_test or own_test
    names = PARTS if has_test else PARTS[:2]
    for id in gaps:
        parts += _filling(f"[{literal(id)}]" if id and sides.x else "", names)
    for id in limited:
        parts += _limiting(f"[{literal(id)}]" if id and sides.x else "", names)
    parts += [line for id in itself for line in _itself(id, sides, names)]
    parts += [line for id in shades for line in _in_shades(f"[{literal(id)}]" if sides.y else "", names)]
    measure = (_MEASURE_EACH if sides.x else _MEASURE) if normalize else _unmeasured(sides)
    if sampled and normalize:
        measure = _SAMPLE_EACH if sides.x else "    mean, std = statistics(x_train.sample())"
    body = _LOAD.format(parts="\n".join(parts), measure=measure, test=_TEST if has_test else "")
    functions = [*map(function_source, splitting.apart_functions if own_split else splitting.functions)]
    functions += [function_source(distinct_rows)] if distinct else []
    functions += [function_source(some_rows)] if training_share < 1.0 else []
    functions += [function_source(resampled_rows)] if resample else []
    functions += [function_source(token_ids)] if numberings else []
    functions += [function_source(medians), function_source(filled)] if gaps else []
    functions += [function_source(fences)] if limited else []
    functions += [function_source(brightest), function_source(in_shades)] if shades else []
    functions += [function_source(statistics)] if normalize else []
    functions += [function_source(spread_rows)] if sampled and "spread_rows(" in reading else []
    own = [*splitting.imports, *["from hashlib import blake2b"] * distinct]
    imports = "".join(f"{line}\n" for line in own) + ("\n" if own else "") + "import numpy as np\n"
    return "\n\n".join([imports, reading.strip() + "\n", *functions, body.lstrip()])


def _filling(key: str, parts: Sequence[str]) -> list[str]:
    """Lines that fill the gaps of one Input."""
    filled = [f"    x_{part}{key} = filled(x_{part}{key}, middle)" for part in parts]
    return [f"    middle = medians(x_train{key})", *filled]


def _limiting(key: str, parts: Sequence[str]) -> list[str]:
    """Lines that draw in what is far out of one Input."""
    drawn = [f"    x_{part}{key} = np.clip(x_{part}{key}, low, high)" for part in parts]
    return [f"    low, high = fences(x_train{key})", *drawn]


def _itself(id: str, sides: Sides, parts: Sequence[str]) -> list[str]:
    """Lines that compare an Output with the first Input."""
    x, y = (f"[{literal(key)}]" if ids else "" for key, ids in ((next(iter(sides.x), ""), sides.x), (id, sides.y)))
    return [f"    y_{part}{y} = x_{part}{x}" for part in parts]


def _in_shades(key: str, parts: Sequence[str]) -> list[str]:
    """Lines that make numbers from 0 to 1 of the images of one Output."""
    return [f"    top = brightest(y_train{key})", *(f"    y_{p}{key} = in_shades(y_{p}{key}, top)" for p in parts)]


def _token_lines(
    numberings: Mapping[str, tuple[int, int]], keys: _Keys, follow: bool, *, own: bool, shares: bool
) -> list[str]:
    """Lines that give tokens, numbered as they came, the IDs of the training part's vocabulary; before it is made a
    dictionary, if it ``shares``, a side is one array."""
    by_id = bool(keys.sides.x) and not shares
    x, y = f"x[{literal(keys.sides.x[0])}]" if by_id else "x", f"y{keys.first if not shares else ''}"
    parts = ["x_train", "x_validation", *["x_test"] * keys.own_test] if own else ["x"]
    lines, rows = [], ""
    if not own:
        rows = f"{keys.splitting.source(x, y, keys.by_class)}[0]"
    elif keys.splitting.has_test:
        rows = f"{keys.splitting.apart_of_its_own(y.replace('y', 'y_train', 1), keys.by_class)}[0]"
    each = numberings if by_id else dict([*numberings.items()][:1])
    if len(each) > 1 and rows:
        lines, rows = statement(4, f"seen = {rows}"), "seen"
    for id, (size, rarest) in each.items():
        names = [f"{name}[{literal(id)}]" if by_id else name for name in parts]
        highest = [f"{name}.max()" for name in names]
        count = f"max({', '.join(highest)}) + 1" if own else f"{highest[0]} + 1"
        seen = f"{names[0]}[{rows}]" if rows else names[0]
        lines += statement(4, f"ids = token_ids({seen}, {count}, size={size}, rarest={rarest})")
        names += [name.replace("x", "y", 1) for name in names] if follow else []
        lines += [line for name in names for line in statement(4, f"{name} = ids[{name}]")]
    return lines


def _unmeasured(sides: Sides) -> str:
    value = "dict.fromkeys(x_train)" if sides.x else "None"
    return f"    mean, std = {value}, {value}"


class _Keys(NamedTuple):
    """What makes the parts out of what `read_data` gives."""

    sides: Sides
    splitting: Splitting
    by_class: bool
    distinct: bool
    taken: str
    corrections: Numbers
    own_test: bool = False

    @property
    def first(self) -> str:
        """The key of the first target, by which data is split."""
        return f"[{literal(self.sides.y[0])}]" if self.sides.y else ""

    def _read(self, names: Sequence[str], shares: bool) -> list[str]:
        """Lines that read ``names``, on a side of several ids as dictionaries."""
        lines = []
        for name in names if shares else []:
            ids = getattr(self.sides, name[0])
            lines += statement(4, f"{name} = dict.fromkeys({literal(list(ids))}, {name})") if ids else []
        return lines

    def split(self, shares: bool) -> list[str]:
        """Lines that part what has no parts of its own."""
        split, names = self.splitting, ["x", "y"]
        given = [*names, *filter(None, [split.column]), *["names"] * split.lists.by_name]
        lines = [f"    {', '.join(given)} = read_data()", *self._read(names, shares)]
        parts = ["training", "validation", *(["test"] if split.has_test else [])]
        x = f"x[{literal(self.sides.x[0])}]" if self.sides.x else "x"
        lines += statement(4, f"{', '.join(parts)} = {split.source(x, f'y{self.first}', self.by_class)}")
        labels, out = self.corrections.labels, self.corrections.out
        for id, own in labels.items():
            lines += _relabeled(f"y{_key(id, self.sides)}", own)
        if out:
            lines += statement(4, f"left_out = {literal(list(out))}")
            lines += [f"    {rows} = {rows}[~np.isin({rows}, left_out)]" for rows in parts]
        if self.distinct:
            lines += [f"    columns = {self._columns('')}"]
            pairs = ", ".join(f"(columns, {part})" for part in reversed(parts))
            lines += statement(4, f"{', '.join(reversed(parts))} = distinct_rows([{pairs}])")
        if self.taken != ALL:
            lines += statement(4, f"training = {self.taken.format(rows='training')}")
        shorts = dict(zip(parts, PARTS, strict=False))
        return [*lines, *(line for rows in parts for line in _part(shorts[rows], rows, self.sides))]

    def own(self, shares: bool) -> list[str]:
        """Lines that take the parts that the data has of its own; what is kept apart is taken of the training part."""
        names = ["x_train", "y_train", "x_validation", "y_validation"]
        lines = [f"    {', '.join(names)} = read_data()"]
        if self.own_test:
            names += ["x_test", "y_test"]
            lines.append("    x_test, y_test = read_test()")
        lines += self._read(names, shares)
        y, split = f"y_train{self.first}", self.splitting
        held_out = f"y_validation{self.first}"
        if not (split.has_test or self.distinct):
            lines += _own_corrections(self.sides, self.first, self.corrections)
            return [*lines, *_taken_of_its_own(self.sides, self.first, self.taken)]
        has_test, of_test = split.has_test or self.own_test, "_test" if self.own_test else "_train"
        lines += [f"    taken, held_out = np.arange(len({y})), np.arange(len({held_out}))"]
        lines += [f"    test = np.arange(len(y_test{self.first}))"] if self.own_test else []
        if split.has_test:
            lines += statement(4, f"taken, test = {split.apart_of_its_own(y, self.by_class)}")
        lines += self._own_left_out()
        if self.distinct:
            parts = ["test"] * has_test + ["held_out", "taken"]
            sources = {"held_out": "_validation", "test": of_test}
            pairs = ", ".join(f"({self._columns(sources.get(part, '_train'))}, {part})" for part in parts)
            lines += statement(4, f"{', '.join(parts)} = distinct_rows([{pairs}])")
        if self.taken != ALL:
            lines += statement(4, f"taken = {self.taken.format(rows='taken')}")
        lines += _part("test", "test", self.sides, of_test) if has_test else []
        return [
            *lines,
            *_part("train", "taken", self.sides, "_train"),
            *_part("validation", "held_out", self.sides, "_validation"),
        ]

    def _own_left_out(self) -> list[str]:
        """Lines that correct parts that the data has of its own, by rows."""
        lines = _own_labels(self.sides, self.corrections)
        rows = {"train": ["taken"], "validation": ["held_out"], "test": ["test"]}
        rows["train"] += ["test"] if self.splitting.has_test else []
        for part, first, last in self.corrections.spans():
            gone = [row - first for row in self.corrections.out if first <= row < last]
            for name in rows[part] if gone else ():
                lines += statement(4, f"{name} = np.setdiff1d({name}, {literal(gone)})")
        return lines

    def _columns(self, part: str) -> str:
        """A list of all columns of a part."""
        each = [
            f"*{name}{part}.values()" if ids else f"{name}{part}" for name, ids in zip("xy", self.sides, strict=True)
        ]
        return f"[{', '.join(each)}]"


def _taken_of_its_own(sides: Sides, key: str, taken: str) -> list[str]:
    """Lines that take some rows of a training part that the data has of its own."""
    if taken == ALL:
        return []
    rows = taken.format(rows=f"np.arange(len(y_train{key}))")
    return [*statement(4, f"taken = {rows}"), *_part("train", "taken", sides, "_train")]


def _own_corrections(sides: Sides, key: str, corrections: Numbers) -> list[str]:
    """Lines that correct parts that the data has of its own."""
    lines = _own_labels(sides, corrections)
    for part, first, last in corrections.spans():
        gone = [row - first for row in corrections.out if first <= row < last]
        if gone:
            lines += statement(4, f"kept = np.setdiff1d(np.arange(len(y_{part}{key})), {literal(gone)})")
            lines += _part(part, "kept", sides, f"_{part}")
    return lines


def _own_labels(sides: Sides, corrections: Numbers) -> list[str]:
    """Lines that give rows of parts that the data has of its own other classes."""
    lines = []
    for part, first, last in corrections.spans():
        for id, after in corrections.labels.items():
            own = {row - first: label for row, label in after.items() if first <= row < last}
            lines += _relabeled(f"y_{part}{_key(id, sides)}", own)
    return lines


def _key(id: str, sides: Sides) -> str:
    """How the target of an Output is taken out of its side."""
    return f"[{literal(id)}]" if sides.y else ""


def _relabeled(target: str, labels: Mapping[int, int]) -> list[str]:
    """Lines that give some rows other classes."""
    if not labels:
        return []
    rows = statement(4, f"relabeled = {literal(list(labels))}")
    return [*rows, *statement(4, f"{target}[relabeled] = {literal(list(labels.values()))}")]


def _part(part: str, rows: str, sides: Sides, source: str = "") -> list[str]:
    made = [
        f"{{name: values[{rows}] for name, values in {side}{source}.items()}}" if ids else f"{side}{source}[{rows}]"
        for side, ids in zip(("x", "y"), sides, strict=True)
    ]
    if any(sides):
        return [f"    {side}_{part} = {value}" for side, value in zip(("x", "y"), made, strict=True)]
    return [f"    x_{part}, y_{part} = {', '.join(made)}"]
