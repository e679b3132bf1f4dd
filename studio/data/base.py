"""What every data set is: a spec that reads arrays, and the splitting and measuring that all share."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from models.data import Facts, Task
from models.specs.fields import Bool, Float, Int, Text
from models.specs.spec import Registry, Spec, SpecProblem
from studio.data.data import Data, Split
from studio.data.errors import DataError
from studio.data.paths import resolved

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Progress = Callable[[int, int], None]
"""Called now and then with what is done and what there is to do; an exception from it ends the loading."""


class Raw(NamedTuple):
    """What was read: x and y, with `held_out` where the data says itself what validation is.

    y holds class numbers from 0 as int64 where `classes` names them, else N × outputs as float32. `features` names the
    columns of a table.
    """

    x: NDArray[np.generic]
    y: NDArray[np.generic]
    classes: tuple[str, ...] | None = None
    held_out: tuple[NDArray[np.generic], NDArray[np.generic]] | None = None
    warnings: tuple[str, ...] = ()
    features: tuple[str, ...] = ()


class Dataset(Spec):
    """Base of data sets. A kind says how arrays are read, in Netloom (`read_arrays`) and in a script (`read_source`).

    ``is_bundled`` tells that nothing has to be chosen first: it works on a fresh machine with no network.
    """

    is_bundled: ClassVar[bool] = False

    validation = Float(0.2, above=0.0, below=1.0, help="Share of the examples held out, never trained on.")
    seed = Int(0, label="Split seed", help="Another number holds out other examples.", advanced=True)
    normalize = Bool(True, help="Subtract the mean and divide by the standard deviation of the training part.")

    @abstractmethod
    def read_arrays(self, base: Path | None, progress: Progress | None) -> Raw:
        """Everything, not yet split; paths are relative to `base`. Raises `DataError`."""

    @abstractmethod
    def read_source(self, base: Path | None) -> str:
        """Python with a function `read_data()` that returns what `read_arrays` does, without Netloom."""

    def facts(self, base: Path | None = None) -> Facts:
        """What a network must fit, as cheaply as the kind can tell. Raises `DataError`."""
        return self.load(base).facts()

    def normalizes(self) -> bool:
        """Whether mean and standard deviation are wanted."""
        return self.normalize

    def load(self, base: Path | None = None, progress: Progress | None = None) -> Data:
        """Read, check, split and measure. Raises `DataError` with a sentence for the user."""
        try:
            return self._load(base, progress)
        except MemoryError:
            raise DataError(f"{self.title} needs more memory than there is. Use fewer or smaller examples.") from None

    def script_source(self, base: Path | None = None) -> str:
        """Python that defines `load_data() -> (x_train, y_train, x_validation, y_validation, mean, std)`.

        It gives the very arrays that `load` does. Raises `DataError` where files must be looked at and can't be.
        """
        from studio.data.script import load_data_source

        facts = self.facts(base)
        by_class = facts.classes is not None and facts.target_shape == ()
        return load_data_source(
            self.read_source(base),
            self.validation,
            self.seed,
            by_class=by_class,
            normalize=self.normalizes(),
            own_split=facts.training is not None,
        )

    def split(self, raw: Raw) -> tuple[Split, Split]:
        """Training and validation."""
        from studio.data.portable import split_indices

        if raw.held_out:
            return Split(raw.x, raw.y), Split(*raw.held_out)
        by_class = raw.classes is not None and raw.y.ndim == 1
        rows, held_out = split_indices(raw.y, self.validation, self.seed, by_class)
        return Split(raw.x[rows], raw.y[rows]), Split(raw.x[held_out], raw.y[held_out])

    def _load(self, base: Path | None, progress: Progress | None) -> Data:
        from studio.data.checks import check_raw, check_splits
        from studio.data.portable import statistics

        raw = self.read_arrays(base, progress)
        check_raw(self.title, raw)
        train, validation = self.split(raw)
        warnings = (*raw.warnings, *check_splits(self.title, train, validation, raw.classes))
        mean, std = statistics(train.x) if self.normalizes() else (None, None)
        task: Task = "regression" if raw.classes is None else "classification"
        own_split = raw.held_out is not None
        return Data(self.title, train, validation, task, raw.classes, mean, std, warnings, raw.features, own_split)


DATASETS: Registry[Dataset] = Registry("data set")


def dataset_from(settings: Mapping[str, Any]) -> tuple[Dataset, list[SpecProblem]]:
    """The data set that a document's "data" names, and what of its settings could not be used.

    Raises `DataError` when there is no such source.
    """
    source = settings.get("source", "digits")
    kind = DATASETS.get(source) if isinstance(source, str) else None
    if kind is None:
        known = ", ".join(DATASETS)
        raise DataError(f"There is no data set {str(source)[:60]!r}. Choose one of: {known}.")
    return kind.read({name: value for name, value in settings.items() if name != "source"})


def with_absolute_paths(settings: Mapping[str, Any], base: Path) -> dict[str, Any]:
    """A document's "data" with its relative paths taken from `base`, for a document that leaves that folder."""
    source = settings.get("source", "digits")
    kind = DATASETS.get(source) if isinstance(source, str) else None
    fields = kind.fields.items() if kind else ()
    names = [name for name, field in fields if isinstance(field, Text) and field.path]
    paths = {name: settings[name] for name in names if isinstance(settings.get(name), str) and settings[name].strip()}
    return {**settings, **{name: str(resolved(path, base)) for name, path in paths.items()}}
