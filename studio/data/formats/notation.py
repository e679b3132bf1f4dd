"""Numbers as people write them: with a percent sign, a currency or a unit, thousands parted, brackets below zero."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

MARKS = (".", ",")
"""What may part a number from its fraction."""
_CODES = (
    "AED ARS AUD BGN BRL CAD CHF CLP CNY COP CZK DKK EGP EUR GBP HKD HUF IDR ILS INR JPY KRW MXN MYR NGN NOK NZD PHP "
    "PLN RON RUB SAR SEK SGD THB TRY TWD UAH USD VND ZAR"
)
_CURRENCY = r"(?:US|CA?|AU?|NZ|HK|S|R)?\$|[€£¥₹₩₽₺₴₫฿₪₱₦]|Rs\.?|[Kk]r\.?|zł|Kč|Ft|" + "|".join(_CODES.split())
_COMMAS = {"$", "US$", "£", "¥", "₹", "Rs", "USD", "GBP", "JPY", "CNY", "INR", "HKD", "AUD", "NZD"}
"""Currencies of those who part thousands by a comma, and no fraction."""
_SHORT_UNITS = (
    "% ‰ mg g kg t mm cm m km mi ft in lb lbs oz ml l dl min s ms h hr hrs kb mb gb tb hz khz mhz ghz w kw mw kwh v mv "
    "ma mah bhp hp ps cc kmpl mpg px pt db pa hpa kpa bar kj kcal cal rpm yrs"
)
_SHORT = frozenset(_SHORT_UNITS.split())
"""Units that stand right behind their number; others stand behind a blank."""
_UNIT = r"[%‰]|°?[^\W\d_]+(?:[/·][^\W\d_]+)?[²³]?\.?(?: [^\W\d_]+)?"
_LONGEST = 24
_BLANKS = " \u00a0\u2009\u202f"
_WRITTEN = re.compile(
    rf"(\()?\s*([+−-])?\s*({_CURRENCY})?\s*([+−-])?\s*(\d[\d.,'’{_BLANKS}]*|[.,]\d+)({_CURRENCY}|{_UNIT})?\s*([−-])?\s*(\))?"
)
_NOTHING = re.compile(rf"(?:({_CURRENCY})\s*[-–—−]|[-–—−]\s*({_CURRENCY}))")
_DIGITS = {
    ".": re.compile(
        rf"\d*\.?\d+|[1-9]\d{{0,2}}([,'’{_BLANKS}])\d{{3}}(?:\1\d{{3}})*(?:\.\d+)?"
        r"|[1-9]\d?(?:,\d\d)+,\d{3}(?:\.\d+)?"
    ),
    ",": re.compile(rf"\d*,?\d+|[1-9]\d{{0,2}}([.'’{_BLANKS}])\d{{3}}(?:\1\d{{3}})*(?:,\d+)?"),
}
"""Digits whose fraction stands behind each mark: parted in threes, in India in twos above them."""
_PARTED = re.compile(r"[1-9]\d{0,2}(?:,\d{3})+")
_SHAPES = str.maketrans("23456789", "1" * 8)
_BYTE_SHAPES = bytes.maketrans(b"23456789", b"1" * 8)
_BARE = {
    mark: (bytes.maketrans(mark.encode(), b"."), bytes({*range(256)}.difference(f"0123456789\n{mark}".encode())))
    for mark in MARKS
}
"""What becomes of bytes, and those that are left out."""


class Written(NamedTuple):
    """A number as it is written: its unit ("" for none), the marks behind which its fraction may stand, whether it is
    nothing but zeros, and whether it stands in brackets."""

    unit: str
    marks: tuple[str, ...]
    is_zero: bool
    bracketed: bool


NOTATION = "written "
"""With the name of a column, what `studio.data.data.Raw.found` has its mark and its unit by."""


class Notation(NamedTuple):
    """How the numbers of a column are written: the mark of their fraction, the unit of all, the first that is written
    otherwise than Python does, and cells that hold a unit alone."""

    mark: str
    unit: str = ""
    shown: str = ""
    blanks: tuple[str, ...] = ()

    @property
    def about(self) -> str:
        """The first such number with what it is read as, in a few words."""
        return f"“{self.shown[:20]}” as {written_number(self.shown, self.mark):.12g}"


def written(cell: str) -> Written | None:
    """How a number is written, None where a cell holds none or nobody can tell how it is meant."""
    return None if len(cell) > 2 * _LONGEST else _written(cell.translate(_SHAPES))


@lru_cache(1 << 14)
def _written(cell: str) -> Written | None:
    """The same for all cells that differ by which digits they have, zeros aside: a column has few of these."""
    if nothing := _NOTHING.fullmatch(cell):
        return Written(_plain(nothing[1] or nothing[2]), MARKS, is_zero=True, bracketed=False)
    found = _WRITTEN.fullmatch(cell)
    if found is None:
        return None
    opened, sign, before, inner, raw, behind, last, closed = found.groups()
    if (opened is None) != (closed is None) or sum(part is not None for part in (opened, sign, inner, last)) > 1:
        return None
    digits = raw.rstrip()
    unit = _unit_of(before, behind, apart=digits != raw)
    marks = MARKS if digits.isdecimal() else tuple(mark for mark in MARKS if _DIGITS[mark].fullmatch(digits))
    if unit in _COMMAS and _PARTED.fullmatch(digits):
        marks = (".",)
    if unit is None or not marks:
        return None
    return Written(unit, marks, not digits.strip("0.,"), opened is not None)


def _unit_of(before: str | None, behind: str | None, *, apart: bool) -> str | None:
    """The unit of a number with something before and behind it, None where that is none."""
    if before is not None:
        return _plain(before) if behind is None or behind.upper() in {"K", "M", "B"} else None
    if behind is None:
        return ""
    is_short = behind in _SHORT or (len(behind) > 1 and behind.lower() in _SHORT)
    is_sign = behind[0] == "°" or behind[-1] in "²³" or "/" in behind or re.fullmatch(_CURRENCY, behind)
    return _plain(behind) if apart or is_short or is_sign else None


def _plain(unit: str) -> str:
    """A unit as it is compared: one star and two stars have the same."""
    if re.fullmatch(_CURRENCY, unit):
        return unit.rstrip(".")
    unit = unit.lower() if unit[:1] not in "mM" or len(unit) > 3 else unit  # mW and MW are not the same
    return unit.rstrip(".").removesuffix("s") if len(unit) > 3 else unit


def written_number(cell: str, mark: str) -> float:
    """The number in a cell such as $1,234.50, 12,5 %, (4), €2.5M or 3 kg; its fraction
    stands behind the mark. A unit alone is NaN, a currency with a dash 0."""
    found = re.search(r"\d[\d\s.,'’]*|[.,]\d+", cell)
    if found is None:
        return 0.0 if re.search("[-–—−]", cell) else float("nan")
    thousands = r"[^\d.]" if mark == "." else r"[^\d,]"
    value = float(re.sub(thousands, "", found[0]).replace(mark, "."))
    before, behind = cell[: found.start()], cell[found.end() :].strip(" )")
    if behind and before.strip(" (+−-"):
        value *= {"K": 1e3, "M": 1e6, "B": 1e9}.get(behind.upper(), 1.0)
    return -value if re.search("[(−-]", before + behind) else value


def shapes_of(cells: Sequence[str]) -> list[str]:
    """Some cells but for which digits they have, zeros aside: there are many cells, and few of these. Whether one is
    `written`, and how, is told by its shape as well."""
    together = "\n".join(cells).encode("utf-8", "surrogatepass").translate(_BYTE_SHAPES)
    found = together.decode("utf-8", "surrogatepass").split("\n")
    return found if len(found) == len(cells) else [cell.translate(_SHAPES) for cell in cells]


def quick_numbers(cells: Sequence[str], shapes: Sequence[str], mark: str) -> list[float]:
    """The same as `written_number` of each of some cells that are `written`, given their shapes, in a tenth of the
    time."""
    plans = {shape: _plan(shape, mark) for shape in set(shapes)}
    quick = {shape: plan.factor for shape, plan in plans.items() if plan.is_quick}
    together = cells if len(quick) == len(plans) else [c for c, s in zip(cells, shapes, strict=True) if s in quick]
    numbers = map(float, _bare("\n".join(together), mark).split("\n"))
    if len(quick) == len(plans) and len({*quick.values()}) == 1:
        return [number * factor for factor in [*quick.values()][:1] for number in numbers]
    return [
        next(numbers) * quick[shape] if shape in quick else plans[shape].number(cell)
        for cell, shape in zip(cells, shapes, strict=True)
    ]


def _bare(cells: str, mark: str) -> str:
    """Nothing but the usual digits, the marks, as points, and line breaks."""
    return cells.encode("utf-8", "replace").translate(*_BARE[mark]).decode("ascii")


class _Plan(NamedTuple):
    """Where the digits of all cells of a shape stand, what becomes of the signs among them, and what they are times;
    without an end the number itself. It ``is_quick`` where nothing else in these cells looks like a part of it."""

    start: int
    end: int
    kept: dict[int, str]
    factor: float
    is_quick: bool = False

    def number(self, cell: str) -> float:
        """What one of these cells holds."""
        return float(cell[self.start : self.end].translate(self.kept)) * self.factor if self.end else self.factor


@lru_cache(1 << 14)
def _plan(shape: str, mark: str) -> _Plan:
    """How all cells of a shape are read."""
    found = re.search(r"\d[\d\s.,'’]*|[.,]\d+", shape)
    if found is None:
        return _Plan(0, 0, {}, written_number(shape, mark))
    kept = {ord(sign): "" for sign in set(found[0]) if not sign.isdecimal()} | {ord(mark): "."}
    one = f"{shape[: found.start()]}1{shape[found.end() :]}"
    is_quick = _bare(shape, mark) == found[0].translate(kept)
    return _Plan(found.start(), found.end(), kept, written_number(one, mark), is_quick)


def shared_unit(cells: Iterable[str], gaps: Collection[str]) -> str | None:
    """The unit that all of some different cells have, "" for none, but for zeros and ``gaps``, which may stand before
    it; None where one holds none, or has another."""
    found = {cell: written(cell) for cell in cells}
    units = {one.unit for one in found.values() if one is not None and not (one.is_zero and not one.unit)}
    unit = units.pop() if units else ""
    sound = [one is not None or is_blank(cell, unit, gaps) for cell, one in found.items()]
    return unit if all(sound) and not units and any(found.values()) else None


def is_signed(cell: str) -> bool:
    """Whether a cell is a number with a sign beside it or with parted thousands, but with no word."""
    found = written(cell.strip())
    return found is not None and not found.unit.islower()


def is_blank(cell: str, unit: str, gaps: Collection[str]) -> bool:
    """Whether a cell is a unit behind nothing, as “null kg” is, or “kg”."""
    before, _, last = cell.rpartition(" ")
    return bool(unit) and _plain(last) == unit and before.strip() in gaps and "-" not in before
