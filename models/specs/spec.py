"""Things with declared fields: layer kinds, optimizers, schedules, losses, data sets, training settings.

A `Spec` subclass declares `models.specs.fields.Field` objects as class attributes. Forms, command-line options,
documents and generated code grow out of these declarations, so that a setting is written down once, beside its owner.
A spec instance is a value: build it from settings, read its fields as attributes, never change it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, ClassVar, Generic, NamedTuple, TypeVar

from models.specs.expression import Names, holds_expression
from models.specs.fields import Field, FieldError, shown

S = TypeVar("S", bound="Spec")

MOST_UNKNOWN = 20
"""Unknown settings of one spec that are named; a file may hold any number of them."""


class SpecProblem(NamedTuple):
    """One setting that could not be used: its field name, a sentence, the value found and what was expected."""

    field: str
    message: str
    found: object
    expected: str = ""


def _declared_by(owner: type) -> dict[str, Field[Any]]:
    return {name: item for name, item in vars(owner).items() if isinstance(item, Field)}


class Spec:
    """A configurable thing. Subclasses declare fields and describe themselves for people.

    Class attributes for people: ``title`` (friendly name), ``synonyms`` (for search), ``help`` (a paragraph) and
    ``url`` (the address of the reference documentation). ``formerly`` are names of before, which documents may hold.
    """

    title: ClassVar[str] = ""
    synonyms: ClassVar[tuple[str, ...]] = ()
    formerly: ClassVar[tuple[str, ...]] = ()
    help: ClassVar[str] = ""
    url: ClassVar[str] = ""

    sections: ClassVar[tuple[str, ...]] = ()
    """Titles under which a form shows the fields, in this order; without any they stand in one."""

    kind: ClassVar[str] = ""
    fields: ClassVar[dict[str, Field[Any]]] = {}

    _declared: ClassVar[dict[str, Field[Any]]] = {}
    """What the class itself declares, without what it inherits: looked for once, not for each class below it."""

    key: tuple[object, ...]
    """Hashable identity: the class and all field values. Equal keys mean equal specs."""

    def __init_subclass__(cls, kind: str | None = None, **kwargs: object) -> None:
        super().__init_subclass__(**kwargs)
        cls.kind = kind or cls.__name__
        cls.fields = {}
        cls._declared = _declared_by(cls)
        for base in reversed(cls.__mro__):
            declared = vars(base).get("_declared")
            for name, item in (_declared_by(base) if declared is None else declared).items():
                cls.fields[name] = item.of(cls)
        if cls.sections:  # in the order of the form, whichever class declares them
            places = {title: place for place, title in enumerate(cls.sections)}
            cls.fields = dict(sorted(cls.fields.items(), key=lambda item: places[item[1].section]))

    def __init__(self, /, **settings: object) -> None:
        """Build from field values; raises `FieldError` for an unknown name or a value that its field refuses."""
        unknown = [name for name in settings if name not in self.fields]
        if unknown:
            raise FieldError(f"{self.kind} has no setting ‘{unknown[0]}’. It has: {', '.join(self.fields) or 'none'}.")
        values = {
            name: field.parse(settings[name]) if name in settings else field.default
            for name, field in self.fields.items()
        }
        self._fill(values)

    def _fill(self, values: dict[str, Any]) -> None:
        # The instance dictionary hides the Field descriptors, so reading a field costs a plain attribute look-up.
        self.__dict__.update(values)
        # By class, not by name: a kind that is registered anew is another.
        self.__dict__["key"] = (type(self), *values.values())

    @classmethod
    def read(cls: type[S], settings: Mapping[str, object], names: Names | None = None) -> tuple[S, list[SpecProblem]]:
        """Build as far as the settings can be read: refused values fall back to defaults and are listed.

        With ``names`` settings may be expressions over them. Of unknown settings the first `MOST_UNKNOWN` are listed.
        """
        values: dict[str, Any] = {}
        problems = []
        for name, field in cls.fields.items():
            try:
                if name not in settings:
                    values[name] = field.default
                elif isinstance(field, SpecOf) and (kind := field.kind_of(settings[name])):
                    values[name], found = kind.read(params_of(settings[name]), names)
                    problems += [item._replace(field=name, message=f"{field.label}: {item.message}") for item in found]
                elif names is None:
                    values[name] = field.parse(settings[name])
                else:
                    values[name] = field.parse_with(settings[name], names)
            except FieldError as error:
                values[name] = field.default
                problems.append(SpecProblem(name, f"{field.label}: {error}", settings[name], error.expected))
        for name in [name for name in settings if name not in cls.fields][:MOST_UNKNOWN]:
            message = f"{cls.kind} has no setting ‘{name:.40}’; it is kept unused."
            expected = f"one of {', '.join(cls.fields)}" if cls.fields else "no settings"
            problems.append(SpecProblem(name, message, settings[name], expected))
        spec = cls.__new__(cls)
        spec._fill(values)
        return spec, problems

    def settings(self, *, all_fields: bool = False) -> dict[str, Any]:
        """The field values as JSON data: those that differ from their defaults, or all of them."""
        return {
            name: field.to_json(getattr(self, name))
            for name, field in self.fields.items()
            if all_fields or getattr(self, name) != field.default
        }

    def replace(self: S, /, **changes: object) -> S:
        """A copy with some fields changed; raises `FieldError` as the constructor does."""
        return type(self)(**{**self.settings(), **changes})

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Spec) and type(self) is type(other) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)

    def __repr__(self) -> str:
        return f"{self.kind}({', '.join(f'{name}={value!r}' for name, value in self.settings().items())})"


class Registry(Generic[S]):
    """The kinds of one sort of thing, by name, in order of registration. Kinds join by the `register` decorator."""

    def __init__(self, noun: str) -> None:
        self.noun = noun
        self._kinds: dict[str, type[S]] = {}

    def register(self, kind: type[S]) -> type[S]:
        """Class decorator: add a kind under its ``kind`` name; raises `ValueError` if the name is taken."""
        if kind.kind in self._kinds:
            raise ValueError(f"There is already a {self.noun} called ‘{kind.kind}’.")
        self._kinds[kind.kind] = kind
        return kind

    def unregister(self, name: str) -> None:
        """Take a kind out again (plug-ins and tests)."""
        del self._kinds[name]

    def __getitem__(self, name: str) -> type[S]:
        return self._kinds[name]

    def get(self, name: str) -> type[S] | None:
        """The kind of that exact name, or None."""
        return self._kinds.get(name)

    def called(self, name: object) -> type[S] | None:
        """The kind of a name that a document holds: as it is called, or was called before; None for another."""
        if not isinstance(name, str):
            return None
        before = (kind for kind in self._kinds.values() if name in kind.formerly)
        return self._kinds.get(name) or next(before, None)

    def __contains__(self, name: object) -> bool:
        return name in self._kinds

    def __iter__(self) -> Iterator[str]:
        return iter(self._kinds)

    def __len__(self) -> int:
        return len(self._kinds)

    def values(self) -> tuple[type[S], ...]:
        """The kinds in order of registration."""
        return tuple(self._kinds.values())

    def closest(self, name: str) -> str | None:
        """The registered name most like ``name``, for ‘did you mean’; None if nothing is close."""
        from difflib import get_close_matches  # here: seldom needed

        # Where several kinds share a synonym, the first of them is the usual one.
        first = reversed(self._kinds.values())
        exact = {synonym.lower(): kind.kind for kind in first for synonym in kind.synonyms}.get(name.lower())
        lowered = {known.lower(): known for known in self._kinds}
        found = get_close_matches(name.lower()[:80], lowered, n=1, cutoff=0.7)
        return lowered[found[0]] if found else exact

    def search(self, text: str) -> list[type[S]]:
        """Kinds whose name, title or synonyms hold ``text``, best first (see `closeness`)."""
        return searched(self._kinds.values(), text)


NOT_FOUND = 6


def searched(kinds: Iterable[type[S]], text: str) -> list[type[S]]:
    """Those of some kinds whose name, title or synonyms hold ``text``, best first (see `closeness`)."""
    found = [(closeness(kind, text), kind) for kind in kinds]
    return [kind for rank, kind in sorted(found, key=lambda item: item[0]) if rank < NOT_FOUND]


def closeness(kind: type[Spec], text: str) -> int:
    """How well a kind answers a search, lower is better, `NOT_FOUND` for not at all.

    It is called so; its name or title begins so; it is known as that; its name holds it; another word for it does.
    """
    wanted = text.casefold().replace(" ", "")
    names, synonyms = (
        [word.casefold().replace(" ", "") for word in words if word]
        for words in ((kind.kind, kind.title), kind.synonyms)
    )
    tests = (
        wanted in names,
        any(word.startswith(wanted) for word in names),
        wanted in synonyms,
        any(wanted in word for word in names),
        any(word.startswith(wanted) for word in synonyms),
        any(wanted in word for word in synonyms),
    )
    return tests.index(True) if True in tests else NOT_FOUND


class SpecOf(Field[Spec]):
    """One kind of a registry with settings of its own: ``{"kind": "SGD", "params": {"lr": 0.1}}``, or just its name."""

    def __init__(self, registry: Registry[Any], default: str, **about: Any) -> None:
        super().__init__(registry[default](), **about)
        self.registry = registry

    def parse(self, value: object) -> Spec:
        return spec_from(self.registry, value)

    def kind_of(self, value: object) -> type[Spec] | None:
        """The kind of ``{"kind", "params"}``, whose settings are good or bad each by itself; None for anything else."""
        params = params_of(value)
        if not isinstance(params, dict) or not all(isinstance(name, str) for name in params):
            return None
        kind: type[Spec] | None = self.registry.called(value.get("kind") if isinstance(value, dict) else None)
        return kind

    def to_json(self, value: Spec) -> Any:
        return {"kind": value.kind, "params": value.settings()}

    def work_out(self, value: object, names: Names) -> object:
        params = value.get("params") if isinstance(value, dict) else None
        kind = self.registry.called(value.get("kind")) if isinstance(value, dict) else None
        if not isinstance(value, dict) or kind is None or not isinstance(params, dict) or not holds_expression(params):
            return value
        fields = kind.fields
        known = {name: fields[name].work_out(entry, names) for name, entry in params.items() if name in fields}
        return value | {"params": params | known}


def params_of(value: object) -> Any:
    """What a document holds as the settings of a nested spec: by name, where it is sound."""
    return value.get("params", {}) if isinstance(value, dict) else None


def spec_from(registry: Registry[Any], value: object) -> Spec:
    """The spec that ``value`` stands for: one of a registered kind, a kind's name, or ``{"kind", "params"}``.

    Raises `FieldError`.
    """
    if isinstance(value, Spec) and registry.get(value.kind) is type(value):
        return value
    if isinstance(value, str):
        value = {"kind": value}
    if not isinstance(value, dict) or not isinstance(value.get("kind"), str):
        raise FieldError(f"expected one of {', '.join(registry)}, found {shown(value)}.")
    kind = registry.called(value["kind"])
    params = value.get("params", {})
    if kind is None:
        raise FieldError(f"expected one of {', '.join(registry)}, found {shown(value['kind'])}.")
    if not isinstance(params, dict) or not all(isinstance(name, str) for name in params):
        raise FieldError(f"expected the settings of {kind.kind}, found {shown(params)}.")
    spec: Spec = kind(**params)
    return spec
