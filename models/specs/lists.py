"""A field that holds a list: specs of one registry, each with settings of its own, in an order, each on or off."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from models.specs.fields import Field, FieldError, shown
from models.specs.spec import Registry, Spec, spec_from

_ITEM = re.compile(r"\s*(\w+)\s*(?:\(([^()]*)\))?\s*(?:,|$)")


class Entry(NamedTuple):
    """One item of a list: a spec, and whether it is switched on."""

    spec: Spec
    on: bool = True


Entries = tuple[Entry, ...]


class SpecList(Field[Entries]):
    """Specs in an order: ``[{"kind": "Accuracy"}, {"kind": "TopKAccuracy", "params": {"k": 3}, "on": false}]``.

    ``empty`` says what a list of nothing stands for. A value is a tuple of `Entry`. The methods in the past tense give
    a changed copy of one, for forms; they raise `IndexError` for a place that there is not and `FieldError` for a value
    that the field would refuse.
    """

    def __init__(
        self,
        registry: Registry[Any],
        default: tuple[str, ...] = (),
        *,
        longest: int = 20,
        empty: str = "None chosen",
        **about: Any,
    ) -> None:
        super().__init__(tuple(Entry(registry[kind]()) for kind in default), **about)
        self.registry, self.longest, self.empty = registry, longest, empty

    def parse(self, value: object) -> Entries:
        items = [value] if isinstance(value, str | Spec) else value
        if not isinstance(items, list | tuple) or isinstance(items, Entry):
            raise FieldError(f"expected a list of {', '.join(self.registry)}, found {shown(value)}.")
        if len(items) > self.longest:
            raise FieldError(f"expected at most {self.longest} entries, found {len(items)}.")
        return tuple(self._entry(item) for item in items)

    def _entry(self, item: object) -> Entry:
        if isinstance(item, Entry):
            item, on = item
        else:
            on = item.get("on", True) if isinstance(item, dict) else True
        if not isinstance(on, bool):
            raise FieldError(f"expected “on” to be true or false, found {shown(on)}.")
        return Entry(spec_from(self.registry, item), on)

    def to_json(self, value: Entries) -> Any:
        return [{"kind": spec.kind, "params": spec.settings()} | ({} if on else {"on": False}) for spec, on in value]

    def parse_text(self, text: str) -> Entries:
        """Read ``Accuracy, TopKAccuracy(k=3)``; nothing, or “none”, is the empty list."""
        if text.strip().lower() in {"", "none"}:
            return ()
        items, end = [], 0
        while end < len(text):
            found = _ITEM.match(text, end)
            if found is None:
                raise FieldError(f"expected names such as {next(iter(self.registry))}, found {shown(text[end:])}.")
            items.append(self._from_words(found[1], found[2] or ""))
            end = found.end()
        return self.parse(items)

    def _from_words(self, kind: str, settings: str) -> Spec:
        spec = spec_from(self.registry, kind)
        pairs = [item.partition("=")[::2] for item in settings.split(",") if item.strip()]
        unknown = [name for name, _ in pairs if name.strip() not in spec.fields]
        if unknown:
            raise FieldError(f"expected settings of {kind} ({', '.join(spec.fields) or 'none'}), found {unknown[0]}.")
        return spec.replace(**{name.strip(): spec.fields[name.strip()].parse_text(value) for name, value in pairs})

    def text(self, value: Entries) -> str:
        """The entries that are switched on as `parse_text` reads them: ``Accuracy, TopKAccuracy(k=3)``."""
        return ", ".join(_words(spec) for spec in self.active(value))

    def active(self, value: Entries) -> tuple[Spec, ...]:
        """The specs that are switched on, in order."""
        return tuple(spec for spec, on in value if on)

    # Changes

    def added(self, value: Entries, kind: str) -> Entries:
        """With a new entry of a kind at the end."""
        return self.parse((*value, kind))

    def removed(self, value: Entries, place: int) -> Entries:
        """Without the entry at a place."""
        _at(value, place)
        return value[:place] + value[place + 1 :]

    def moved(self, value: Entries, place: int, to: int) -> Entries:
        """With the entry at ``place`` taken out and put in again so that it stands at ``to``."""
        entry, rest = _at(value, place), list(self.removed(value, place))
        _at(value, to)
        rest.insert(to, entry)
        return tuple(rest)

    def switched(self, value: Entries, place: int, on: bool) -> Entries:
        """With the entry at a place switched on or off."""
        return self._with(value, place, _at(value, place)._replace(on=on))

    def changed(self, value: Entries, place: int, **settings: object) -> Entries:
        """With some settings of the entry at a place changed."""
        entry = _at(value, place)
        return self._with(value, place, entry._replace(spec=entry.spec.replace(**settings)))

    def _with(self, value: Entries, place: int, entry: Entry) -> Entries:
        return (*value[:place], entry, *value[place + 1 :])


def _words(spec: Spec) -> str:
    settings = ", ".join(f"{name}={value}" for name, value in spec.settings().items())
    return f"{spec.kind}({settings})" if settings else spec.kind


def _at(value: Entries, place: int) -> Entry:
    if not 0 <= place < len(value):
        raise IndexError(f"expected a place from 0 to {len(value) - 1}, found {place}")
    return value[place]
