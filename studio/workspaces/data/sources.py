"""The data sources as the Data workspace lists them, grown out of the registry of data sets. No Qt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from models.basics.text import times
from studio.data import DATASETS, Dataset
from studio.data.kept.ready_set import HUB
from studio.data.kept.sets import ready_named

Settings = Mapping[str, Any]
SHARED = ("validation", "seed", "normalize")
"""Settings that every data set has: another source takes them over."""


def kind_of(settings: Settings) -> type[Dataset] | None:
    """The kind that a document's "data" names; without a word it is the handwritten digits."""
    source = settings.get("source", "digits")
    return DATASETS.get(source) if isinstance(source, str) else None


def detail_of(kind: type[Dataset]) -> str:
    """What is known of a data set without reading it: “1,797 images, 1×8×8”."""
    if kind.path_field():
        return ""
    facts = kind().facts()
    if len(facts.shape) == 3:
        return f"{facts.examples:,} images, {times(facts.shape)}"
    if len(facts.shape) == 1 and facts.shape[0] == 2:
        return f"2 numbers in, {facts.target_text} out"
    return f"{facts.examples:,} {'sequences' if facts.tokens else 'rows'}, {facts.target_text}"


def groups() -> list[tuple[str, list[type[Dataset]]]]:
    """All kinds under their headings."""
    kinds = DATASETS.values()
    own = [kind for kind in kinds if kind.path_field()]
    made = [kind for kind in kinds if kind not in own and "samples" in kind.fields]
    ready = [kind for kind in kinds if kind not in own and kind not in made]
    return [("Ready to use", ready), ("Synthetic", made), ("Bring your own", own)]


def switched(settings: Settings, kind: type[Dataset], path: str = "") -> dict[str, Any]:
    """A document's "data" with another source: split and normalization stay as they were set."""
    found: dict[str, Any] = {"source": kind.kind}
    found |= {name: settings[name] for name in SHARED if name in settings}
    field = kind.path_field()
    return found | ({field.name: path} if field and path else {})


def title(settings: Settings) -> str:
    """What a document's data is called."""
    kind = kind_of(settings)
    if kind is None:
        return str(settings.get("source"))[:60]
    return kind.read({name: value for name, value in settings.items() if name != "source"})[0].called()


def is_missing(settings: Settings) -> bool:
    """Whether nothing is chosen yet: a source that needs a path has none."""
    kind = kind_of(settings)
    field = kind.path_field() if kind else None
    return field is not None and not str(settings.get(field.name, "")).strip()


def ready_row(settings: Settings) -> str:
    """The row that stands for a document's data where this is a ready set, or one of Hugging Face; "" for others."""
    path = str(settings.get("path", ""))
    return "" if not is_ready(settings) else HUB if path.startswith(HUB) else path


def is_ready(settings: Settings) -> bool:
    """Whether they name a set that can be downloaded."""
    return ready_named(str(settings.get("path", ""))) is not None


def without_place(settings: Settings) -> dict[str, Any]:
    """A document's "data" that names its kind, but no file or folder."""
    kind = kind_of(settings)
    field = kind.path_field() if kind else None
    kept = {name: settings[name] for name in SHARED if name in settings}
    return {"source": kind.kind, **kept} if kind and field else dict(settings)


def same_place(one: Settings, other: Settings) -> bool:
    """Whether two settings name the same source: kind and path, whatever else they say."""
    kind = kind_of(one)
    if kind is None or kind is not kind_of(other):
        return False
    field = kind.path_field()
    return field is None or one.get(field.name) == other.get(field.name)


def own_sources(known: Sequence[Settings], settings: Settings) -> list[Settings]:
    """The user's own sources seen so far, with the present one brought up to date or added."""
    kind = kind_of(settings)
    if kind is None or kind.path_field() is None or is_missing(settings) or is_ready(settings):
        return list(known)
    found = [settings if same_place(item, settings) else item for item in known]
    return found if any(item is settings for item in found) else [*found, settings]
