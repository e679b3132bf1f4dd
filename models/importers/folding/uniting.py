"""One definition for all calls of modules that differ in numbers alone.

What differs becomes a parameter, or follows from the channels of the input or from another parameter where that holds
for every call. Calls that follow one another and differ in nothing, but perhaps the first, become one that repeats.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from models.analysis.blocks import FIRST, MOST_REPETITIONS, REPEAT, Block
from models.importers.folding.drafts import Draft, Part, Source
from models.importers.folding.naming import block_name, free_name, sound_name
from models.importers.folding.numbers import Path, expression, filled, numbers_in, skeleton
from models.specs.expression import IN_CHANNELS, MARK, is_name


@dataclass
class Definition:
    """A block to be: its name, its parameters with their defaults, and per part the settings with expressions."""

    name: str
    draft: Draft
    parameters: dict[str, int | float] = field(default_factory=dict)
    settings: list[dict[str, Any]] = field(default_factory=list)


def unite(whole: Draft) -> list[Definition]:
    """Give every part its kind and settings, and return the definitions, inner ones first."""
    levels: dict[int, list[Draft]] = {}
    for draft in whole.every():
        levels.setdefault(draft.height, []).append(draft)
    uses = {draft: part for outer in whole.every() for part in outer.parts for draft in part.drafts}
    made: list[Definition] = []
    taken: set[str] = set()
    for height in sorted(levels):
        for draft in levels[height]:
            name_parts(draft)
            repeat_parts(draft)
        groups: dict[object, list[Draft]] = {}
        for draft in (draft for draft in levels[height] if draft is not whole):
            groups.setdefault(_signature(draft), []).append(draft)
        for drafts in groups.values():
            made.append(_define(drafts, uses, taken))
    return made


def name_parts(draft: Draft) -> None:
    """Give each part a name that documents take, unique in its draft; calls of one module share it."""
    taken: set[str] = set()
    first: dict[object, Part] = {}
    for part in draft.parts:
        part.id = free_name(sound_name("_".join(part.names)), taken)
        taken.add(part.id)
        if not part.path:
            continue
        leader = first.setdefault((part.path, part.kind, skeleton(part.kind, part.params), str(part.params)), part)
        part.module = leader.id if leader is not part else ""


def repeat_parts(draft: Draft) -> None:
    """Make one part of calls of equal blocks in a row."""
    shared = {part.module for part in draft.parts if part.module}
    reads = Counter(source.part for part in draft.parts for source in part.inputs)
    reads.update(source.part for source in draft.results)
    siblings = Counter(part.names[:-1] for part in draft.parts)
    gone: dict[Part, Part] = {}
    run: list[Part] = []
    for part in [*draft.parts, None]:
        alone = part is None or bool({part.id, part.module} & shared)
        if part is not None and run and not alone and reads[run[-1]] == 1 and _follows(run, part):
            run.append(part)
            continue
        if len(run) > 1:
            _merge(run, all_of_them=siblings[run[0].names[:-1]] == len(run))
            gone |= dict.fromkeys(run[1:], run[0])
        fits = part is not None and part.drafts and len(part.inputs) == len(part.drafts[0].outs) == 1
        run = [part] if part is not None and fits and not alone else []
    if gone:
        draft.parts = [part for part in draft.parts if part not in gone]
        for part in draft.parts:
            part.inputs = [_instead(source, gone) for source in part.inputs]
        draft.results = [_instead(source, gone) for source in draft.results]
        name_parts(draft)


def _follows(run: Sequence[Part], part: Part) -> bool:
    """Whether a part is one more repetition of those before it, the first of which may have other settings."""
    last = run[-1]
    if not part.drafts or part.kind != last.kind or len(part.inputs) != 1 or len(part.drafts[0].outs) != 1:
        return False
    if part.inputs[0] != Source(last, 0) or len(run) >= MOST_REPETITIONS:
        return False
    return part.names[:-1] == last.names[:-1] and (len(run) == 1 or part.params == last.params)


def _merge(run: list[Part], *, all_of_them: bool) -> None:
    """The first of a run stands for all; it is called like what holds them where that holds nothing else."""
    first, last = run[0], run[-1]
    if all_of_them and len(first.names) > 1:
        first.names = first.names[:-1]
    differing = {name: value for name, value in first.params.items() if value != last.params.get(name)}
    first.params = {**last.params, REPEAT: len(run)} | ({FIRST: differing} if differing else {})
    first.drafts = [part.drafts[0] for part in run]
    first.path = ""


def _instead(source: Source, gone: Mapping[Part, Part]) -> Source:
    if source.part is None or source.part not in gone:
        return source
    return Source(gone[source.part], source.port, source.into)


def _signature(draft: Draft) -> object:
    """What calls of one definition have in common: all but numbers."""
    places = {id(part): place for place, part in enumerate(draft.parts)}
    parts = [
        (part.id, part.module, part.kind, skeleton(part.kind, part.params), tuple(_where(part.inputs, places)))
        for part in draft.parts
    ]
    assert draft.scope is not None, "the whole network is no block"
    return draft.scope.kind, tuple(parts), tuple(_where(draft.results, places)), len(draft.ins)


def _where(sources: Iterable[Source], places: dict[int, int]) -> Iterable[tuple[int, int, str]]:
    for source in sources:
        yield places[id(source.part)] if source.part is not None else -1, source.port, source.into


def _define(drafts: list[Draft], uses: dict[Draft, Part], taken: set[str]) -> Definition:
    """The definition of some calls; each gets the settings that make it."""
    first = drafts[0]
    assert first.scope is not None, "the whole network is no block"
    made = Definition(block_name(first.scope.kind, taken), first)
    taken.add(made.name)
    bases: dict[str, tuple[object, ...]] = {}
    channels = [draft.ins[0].shape for draft in drafts]
    if all(channels):
        bases[IN_CHANNELS] = tuple(shape[0] for shape in channels if shape)
    for place, part in enumerate(first.parts):
        tables = [dict(numbers_in(draft.parts[place].kind, draft.parts[place].params)) for draft in drafts]
        columns = {path: tuple(table[path] for table in tables) for path in tables[0]}
        found: dict[Path, object] = {
            path: _resolved(part, path, values, bases, made) for path, values in columns.items() if len(set(values)) > 1
        }
        made.settings.append(filled(part.kind, part.params, found))
    for number, draft in enumerate(drafts):
        use = uses[draft]
        use.kind, use.params = made.name, {name: bases[name][number] for name in made.parameters}
    return made


def _resolved(
    part: Part, path: Path, values: tuple[int | float, ...], bases: dict[str, tuple[object, ...]], made: Definition
) -> str:
    """An expression for a number that differs between calls; where nothing gives it, it is a parameter."""
    found = expression(values, bases)
    if found:
        return found
    setting = str(path[1]) if isinstance(path[1], str) else path[0]
    names = [setting, f"{part.id}_{setting}", *(f"{setting}{number}" for number in range(2, 1_000))]
    name = next(name for name in names if is_name(name) and name not in bases and not hasattr(Block, name))
    bases[name], made.parameters[name] = values, values[0]
    return MARK + name
