"""What an experiment is: what of a document varies, how the values are chosen, and how often each is repeated."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from studio.experiments.axis import Axis
from studio.experiments.dotted import BYPASS, short_names, value_text
from studio.runs.files.atomic import to_json

FORMAT = 1
MOST_RUNS = 10_000
MOST_SEEDS = 100
MOST_FOLDS = 1000
SEED = "training.seed"
FOLDS, FOLD = "data.folds", "data.fold"

Settings = dict[str, Any]
"""What a trial trains with: values by the dotted names of settings."""


@dataclass(frozen=True)
class Experiment:
    """``search`` names how trials are found (`studio.experiments.searches`): of ``axes``, or of ``changes``, each a few
    settings that are tried against the document as it is.

    ``trials`` is how many a search takes that has no end of its own. Each trial is repeated with ``seeds`` seeds.
    With ``folds`` each of these trains once with every fold of the data as its validation part.
    ``metric`` is the series that counts, "" for the usual one; ``prune`` ends runs that are hopeless.
    """

    title: str
    search: str = "grid"
    axes: tuple[Axis, ...] = ()
    changes: tuple[Settings, ...] = ()
    seeds: int = 1
    trials: int = 0
    metric: str = ""
    prune: bool = False
    folds: int = 0

    @property
    def repeats(self) -> int:
        """How many runs each trial has: one a seed, of each fold where there are folds."""
        return self.seeds * max(1, self.folds)

    @property
    def repeated(self) -> str:
        """What a trial is repeated with, in the plural."""
        return "seeds" if not self.folds else "folds" if self.seeds == 1 else "folds and seeds"

    @property
    def names(self) -> list[str]:
        """The dotted names of what varies."""
        changed = (name for change in self.changes for name in change)
        return list(dict.fromkeys([*(axis.name for axis in self.axes), *changed]))

    def words(self, settings: Mapping[str, Any]) -> str:
        """Settings of a trial in a few words: ``lr 0.01, out_channels 16``, ``without relu1``."""
        short = short_names(list(dict.fromkeys([*self.names, *settings])))
        return ", ".join(_words(name, short[name], value) for name, value in settings.items()) or "the network as it is"

    def to_json(self) -> dict[str, Any]:
        """The experiment as JSON data."""
        found = {"netloom_experiment": FORMAT, **asdict(self), "axes": [axis.to_json() for axis in self.axes]}
        if not self.folds:
            del found["folds"]  # experiments from before there were any keep their names
        return found

    @classmethod
    def from_json(cls, content: Any) -> Experiment:
        """The experiment of JSON data; raises `ValueError` with what was expected."""
        try:
            if content["netloom_experiment"] > FORMAT:
                raise ValueError(f"it has format {content['netloom_experiment']}; this Netloom reads up to {FORMAT}")
            return cls(
                title=str(content["title"]),
                search=str(content["search"]),
                axes=tuple(map(Axis.from_json, content["axes"])),
                changes=tuple({str(name): value for name, value in change.items()} for change in content["changes"]),
                seeds=min(max(1, int(content["seeds"])), MOST_SEEDS),
                trials=min(max(0, int(content["trials"])), MOST_RUNS),
                metric=str(content["metric"]),
                prune=content["prune"] is True,
                folds=min(max(0, int(content.get("folds", 0))), MOST_FOLDS),
            )
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"it lacks what an experiment has ({error})") from error


def identity(experiment: Experiment, document: bytes) -> str:
    """The name of an experiment's folder: the same experiment with the same document goes on where it was."""
    digest = hashlib.sha256(to_json(experiment.to_json()) + document).hexdigest()[:10]
    slug = re.sub(r"[^a-z0-9]+", "-", experiment.title.lower()).strip("-")[:40].strip("-")
    return f"{slug or 'experiment'}-{digest}"


def _words(name: str, short: str, value: Any) -> str:
    if name.endswith(f".{BYPASS}"):
        layer = name.removesuffix(f".{BYPASS}")
        return f"without {layer}" if value else f"with {layer}"
    return f"{short} {value_text(value)}"
