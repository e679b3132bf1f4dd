"""A table read in plain Python, for exported scripts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from models.codegen.formatting import literal, statement
from studio.data.formats.notation import written_number
from studio.data.formats.tables.file import Opening, TableFile
from studio.data.script import function_source
from studio.data.tables.columns import CATEGORY, DATE, GAPS, NUMBER, Taken
from studio.data.tables.targets import Target
from studio.data.texts.tokens import token_rows, tokens_of

if TYPE_CHECKING:
    from studio.data.images.named import Pictures

_READ = '''
{imports}

{constants}
{functions}
def read_data():
    """Features as {kind}; targets as {what}."""
{opening}
{lines}
    return {x}, {y}{split_by}
'''
_X = "    x = [[float(row[column]{point}) for column in COLUMNS] for row in rows]"
_SEVERAL_X = """    for name, columns in COLUMNS.items():
        x[name] = np.array([[float(row[column]{point}) for column in columns] for row in rows], dtype={kind})"""
_MIXED = "[[value for column, how in {columns} for value in values_of(row[column].strip(), how)] for row in rows]"
_SEVERAL_MIXED = """    for name, columns in COLUMNS.items():
        x[name] = np.array({mixed}, dtype={kind})"""
_VALUES = '''

def values_of(cell, how):
    """A cell as numbers: a number, {parts}or a 1 in the place of its category. What is not there is NaN."""
    if isinstance(how, tuple):
        return [float(cell == category) for category in how]
{noted}{date}    return [math.nan if cell in GAPS else float(cell{point})]

'''
_DATE = """    if how:
        moment = datetime.fromisoformat("2000-01-01" if cell in GAPS else cell)
        parts = moment.year, moment.month, moment.day, moment.weekday(), moment.hour + moment.minute / 60
        return [math.nan if cell in GAPS else float(part) for part in parts[:how]]
"""
_NOTED = """    if isinstance(how, str):
        return [math.nan if cell in GAPS else written_number(cell, how)]
"""
_PICTURES = """    images = named_images(FOLDER)
    pictures = [[picture(images, row[column]) for column in IMAGES] for row in rows]
    whole = [all(one is not None for one in found) for found in pictures]
    rows = [row for row, kept in zip(rows, whole) if kept]
    pictures = [found for found, kept in zip(pictures, whole) if kept]"""
_DROP = "    rows = [row for row in rows if not any(row[column].strip() in gaps for column, gaps in GAPS_OF.items())]"
_Y = """    targets = [row[{target}].strip() for row in rows]
    {name} = {conversion}"""
_SPELLED = "SPELLED"
"""What a script calls the cells of a target that mean a class of another spelling."""


class TableSource(NamedTuple):
    """What a script reads: the columns of each input and each target by the ids that they are bound to.

    ``several`` tells for both sides whether they give their values by id; ``gaps`` are cells whose rows are dropped.
    """

    file: TableFile
    inputs: Mapping[str, Sequence[Taken]]
    targets: Mapping[str, Target]
    several: tuple[bool, bool]
    gaps: Mapping[int, Sequence[str]]
    split_by: str = ""
    """What gives the groups or times of the rows, where they are parted by these."""
    texts: Mapping[str, tuple[int, tuple[int, str, bool, bool]]] = {}
    """By the ids of inputs that are texts their column, and how its cells become tokens."""
    pictures: Pictures | None = None
    images: Mapping[str, int] = {}
    """By the ids of inputs that are images, which of the columns of these it is."""

    def text(self) -> str:
        """The whole text."""
        file, point = self.file, self._point
        opening = file.opening()
        numbers = next(iter(self.targets.values())).classes is None
        lines = [_DROP] if self.gaps else []
        lines += [*self._input_lines(), *self._text_lines(), *self._target_lines()]
        return _READ.format(
            what="numbers" if numbers else "class indices",
            constants="\n".join(self._constants()),
            imports="\n".join(self._imports(opening)),
            functions=opening.functions + self._functions(point) + self._text_functions() + self._picture_functions(),
            opening=opening.statements,
            lines="\n".join(lines),
            split_by=f", {self.split_by}" if self.split_by else "",
            kind="floating-point numbers" if self._exact else "float32" if self.inputs else "tokens",
            x="x"
            if self.several[0] or self.pictures or self.texts
            else f"np.array(x, dtype=np.float{'64' if self._exact else '32'})",
            y="y" if self.several[1] else f"np.array(y, dtype=np.{'float32' if numbers else 'int64'})",
        )

    @property
    def _point(self) -> str:
        return '.replace(",", ".")' if self.file.decimal == "," else ""

    @property
    def _exact(self) -> list[str]:
        """The inputs whose numbers float32 would merge."""
        return [id for id, side in self.inputs.items() if any(column.exact for column in side)]

    @property
    def _is_plain(self) -> bool:
        """Whether all features are numbers, and all of them there."""
        columns = [column for side in self.inputs.values() for column in side]
        return all(
            column.type == NUMBER and not column.how and not (column.gaps and not self.gaps) for column in columns
        )

    @property
    def _are_noted(self) -> tuple[bool, bool]:
        """Whether numbers of inputs, and of targets, are written otherwise than Python does."""
        inputs = any(column.how for side in self.inputs.values() for column in side)
        return inputs, any(target.how for target in self.targets.values())

    def _functions(self, point: str) -> str:
        noted = f"\n\n{function_source(written_number)}\n" if any(self._are_noted) else ""
        if self._is_plain:
            return noted
        dates = any(column.type == DATE for side in self.inputs.values() for column in side)
        return noted + _VALUES.format(
            noted=_NOTED if self._are_noted[0] else "",
            date=_DATE if dates else "",
            point=point,
            parts="the parts of a date " if dates else "",
        )

    def _imports(self, opening: Opening) -> list[str]:
        own = [] if self._is_plain else ["import math", "from datetime import datetime"]
        own += ["import re"] if any(self._are_noted) else []
        own += ["import re", "import unicodedata"] if self.texts else []
        own += ["from datetime import datetime"] if "datetime." in self.split_by else []
        pictures = self.pictures.imports() if self.pictures else []
        return sorted({*opening.imports, *own, *pictures}, key=lambda line: (line.startswith("from"), line))

    def _constants(self) -> Iterator[str]:
        yield from statement(0, f"PATH = {literal(str(self.file.path))}")
        if not self._is_plain:
            yield from statement(0, f"GAPS = {literal(list(GAPS))}")
        if self.gaps:
            yield from statement(0, f"GAPS_OF = {literal({place: list(gaps) for place, gaps in self.gaps.items()})}")
        if self.several[0]:
            if self._exact:
                yield from statement(0, f"EXACT = {literal(self._exact)}  # which float32 would merge")
            yield "COLUMNS = {"
            for id, columns in self.inputs.items():
                yield from statement(4, f"{literal(id)}: {self._listed(columns)}", comma=True)
            yield "}"
        elif self.inputs:
            yield from statement(0, f"COLUMNS = {self._listed(next(iter(self.inputs.values())))}")
        yield from self.pictures.constants() if self.pictures else ()
        named = self._named
        for place, (_, target) in enumerate(named):
            yield from statement(0, f"{_class_list(place, len(named))} = {literal(list(target.classes or ()))}")
            if target.spelled:
                yield from statement(0, f"{_class_list(place, len(named), _SPELLED)} = {literal(target.spelled)}")
        yield ""

    def _listed(self, columns: Sequence[Taken]) -> str:
        """The places of columns, with how each is taken where they are not all numbers."""
        if self._is_plain:
            return str([column.at for column in columns])
        return literal([(column.at, _how(column)) for column in columns])

    def _input_lines(self) -> Iterator[str]:
        if self.pictures:
            yield _PICTURES
            yield from self._picture_lines()
        elif self.several[0] and self.inputs:
            yield "    x = {}"
        if not self.inputs:
            return
        kind = "np.float64 if name in EXACT else np.float32" if self._exact else "np.float32"
        if self._is_plain:
            yield (_SEVERAL_X if self.several[0] else _X).format(point=self._point, kind=kind)
        elif self.several[0]:
            yield _SEVERAL_MIXED.format(mixed=_MIXED.format(columns="columns"), kind=kind)
        else:
            yield f"    x = {_MIXED.format(columns='COLUMNS')}"

    def _text_functions(self) -> str:
        return f"\n\n{function_source(tokens_of)}\n\n{function_source(token_rows)}\n" if self.texts else ""

    def _text_lines(self) -> Iterator[str]:
        """What makes tokens of each input of texts."""
        if self.several[0] and not (self.inputs or self.pictures):
            yield "    x = {}"
        for id, (at, how) in self.texts.items():
            name = f"x[{literal(id)}]" if self.several[0] else "x"
            yield f"    texts = [row[{at}].strip() for row in rows]"
            yield f"    {name}, _ = token_rows(texts, {', '.join(map(literal, how))}, {{}})"

    def _picture_functions(self) -> str:
        return "\n\n" + "\n\n".join(self.pictures.functions()) if self.pictures else ""

    def _picture_lines(self) -> Iterator[str]:
        """What stacks the images of each input that takes some."""
        if self.several[0]:
            yield "    x = {}"
        for id, place in self.images.items():
            name = f"x[{literal(id)}]" if self.several[0] else "x"
            yield f"    {name} = np.stack([found[{place}] for found in pictures])"

    @property
    def _named(self) -> list[tuple[str, Target]]:
        """The targets that are classes; a column that is bound twice counts once."""
        found = {target.column: (id, target) for id, target in self.targets.items() if target.classes is not None}
        return [*found.values()]

    def _target_lines(self) -> Iterator[str]:
        if self.several[1]:
            yield "    y = {}"
        places = [target.column for _, target in self._named]
        for id, target in self.targets.items():
            if target.classes is not None:
                conversion = _indices(target, places.index(target.column), len(places))
            elif target.how:
                conversion = f"[[written_number(t, {literal(target.how.mark)})] for t in targets]"
            else:
                conversion = f"[[float(t{self._point})] for t in targets]"
            if self.several[1]:
                kind = "int64" if target.classes is not None else "float32"
                conversion = f"np.array({conversion}, dtype=np.{kind})"
            name = f"y[{literal(id)}]" if self.several[1] else "y"
            yield _Y.format(target=target.column, name=name, conversion=conversion)


def _indices(target: Target, place: int, count: int) -> str:
    """What makes class indices of the cells of a target."""
    label = f"{_class_list(place, count, _SPELLED)}.get(t, t)" if target.spelled else "t"
    return f"[{_class_list(place, count)}.index({label}) for t in targets]"


def _how(column: Taken) -> Any:
    """What `values_of` is told of a column: its categories, how many parts of a date, the mark of the fraction where
    numbers are written in another way, or None for a number."""
    if column.type == CATEGORY:
        return column.parts
    if column.how:
        return column.how.mark
    return len(column.parts) if column.type == DATE else None


def _class_list(place: int, count: int, what: str = "CLASSES") -> str:
    """What a script calls the classes of one of so many targets."""
    return what if count == 1 else f"{what}_{place + 1}"
