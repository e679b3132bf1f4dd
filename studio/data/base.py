"""What every data set is: a spec that reads columns, and the splitting and measuring that all share."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from models.data.facts import ColumnFacts, Facts, Role
from models.specs.fields import Text
from models.specs.spec import Registry, SpecProblem
from studio.data.data import Data, Progress, Raw, RawColumn
from studio.data.errors import ColumnMissing, DataError, said
from studio.data.images.aims import aims, own_aims
from studio.data.kept.sets import ready_named
from studio.data.paths import located
from studio.data.splitting.listed import Lists, lists_of
from studio.data.splitting.parting import (
    cut,
    distinct,
    drawn_in,
    filled_in,
    has_limits,
    measured,
    not_compared,
    parted_rows,
    told_dropped,
    whole,
)
from studio.data.splitting.settings import CLIP, DROP, Shared
from studio.data.splitting.splitting import LIST, Rows, Splitting

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from studio.data.script import Numbers

T = TypeVar("T")


class Dataset(Shared):
    """Base of data sets. A kind says how arrays are read, in Netloom (`read_arrays`) and in a script (`read_source`).

    ``is_bundled`` tells that nothing has to be chosen first: it works on a fresh machine with no network. ``suffixes``
    are those of files that a kind reads, in small letters; ``icon`` is its picture in lists. A kind with
    ``has_columns`` reads the very columns that are bound (`inputs`, `targets`), and its script gives several of a side
    by the ids that they are bound to; others have one on each side, x and y.
    """

    icon: ClassVar[str] = "menu"
    is_bundled: ClassVar[bool] = False
    suffixes: ClassVar[tuple[str, ...]] = ()
    has_columns: ClassVar[bool] = False
    column_advice: ClassVar[str] = "Choose one of them."
    """What to do where a column is bound that is not there."""

    def called(self) -> str:
        """The name of the user's file or folder or of a ready set, else that of the data set."""
        path = getattr(self, "path", "")
        if (ready := ready_named(path)) is not None:
            return ready.title
        return (Path(path).name or path) if path else self.title

    @classmethod
    def path_field(cls) -> Text | None:
        """The field that names the user's file or folder; None for data that needs none."""
        own = (field for name, field in cls.fields.items() if name not in Dataset.fields)
        return next((field for field in own if isinstance(field, Text) and field.path), None)

    @classmethod
    def accepts(cls, path: Path) -> bool:
        """Whether a file or folder is one that this kind reads, by its name."""
        field = cls.path_field()
        if path.is_dir():
            return field is not None and field.folder
        return path.suffix.lower() in cls.suffixes

    @property
    def splitting(self) -> Splitting:
        """How rows are parted, but for what lists hold (`rule`)."""
        usual = self.usual_splitting._replace(test=self.test, folds=self.folds, fold=self.fold)
        return usual._replace(by=LIST, named=False) if self.validation_list else usual

    @property
    def usual_splitting(self) -> Splitting:
        """How rows are parted where no list says it."""
        return Splitting(self.validation, self.seed)

    @property
    def split_note(self) -> str:
        """What is listed, stays together or comes last in the split, in a few words; "" where rows are drawn alone."""
        if self.folds:
            return ", ".join(filter(None, (f"fold {self.fold + 1:,} of {self.folds:,}", self.usual_note)))
        return f"as {Path(self.validation_list).name} lists" if self.validation_list else self.usual_note

    @property
    def usual_note(self) -> str:
        """`split_note` where no list says it."""
        return ""

    @abstractmethod
    def read_arrays(self, base: Path | None, progress: Progress | None) -> Raw:
        """Everything, not yet split; paths are relative to `base`. Raises `DataError`."""

    @abstractmethod
    def read_source(self, base: Path | None) -> str:
        """Python with a function `read_data()` that returns what `read_arrays` does, without Netloom."""

    def glance(self, base: Path | None) -> Data | None:
        """Some of the first examples, as one part, of data that takes a while to read; None where there is no quick
        way to them. Raises `DataError`."""
        return None

    def read_facts(self, base: Path | None) -> Facts:
        """What a network must fit, as cheaply as the kind can tell. Raises `DataError`."""
        return self._load(base, None, as_read=True).facts()

    def ask_to_run(self, folder: Path | None) -> None:
        """Raise `ConsentNeeded` where reading would run a program that the user has not allowed, whose relative path
        starts at ``folder``."""

    def columns(self, base: Path | None = None) -> tuple[ColumnFacts, ...]:
        """All columns that could be bound, as far as they are known without reading them. Raises `DataError`."""
        return self.read_facts(base).columns

    def facts(self, base: Path | None = None) -> Facts:
        """What a network must fit: the columns in use. Raises `DataError` with a sentence for the user."""
        with said(self.title):
            rule = self.rule(base)
            found = replace(self._counted(self.read_facts(base)), has_test=rule.has_test)
        if rule.lists.training is not None:  # what no list names is left out
            found = replace(found, examples=None)
        found = replace(found, has_test=found.has_test or found.own_test > 0)
        if self.has_columns or not (self.inputs or self.targets):
            return found
        inputs = {column.name: column for column in found.inputs.values()}
        targets = own_aims(self.title, found.targets.values(), inputs.values(), self._aimed)
        return replace(found, inputs=self.in_use("input", inputs), targets=self.in_use("target", targets))

    def load(self, base: Path | None = None, progress: Progress | None = None) -> Data:
        """Read, check, split and measure. Raises `DataError` with a sentence for the user."""
        with said(self.title):
            return self._load(base, progress)

    def load_whole(self, base: Path | None = None, progress: Progress | None = None) -> Data:
        """Read and check all examples as one part, for a network that is trained already: however few there are, they
        are both the training and the validation part. Raises `DataError` with a sentence for the user."""
        unlisted = self.replace(validation_list="", training_list="", test_list="")
        with said(self.title):
            return self.as_one(unlisted.read_arrays(base, progress))

    def as_one(self, raw: Raw) -> Data:
        """What was read as one part; raises `DataError` where it is no data."""
        from studio.data.checks import check_raw

        check_raw(self.title, raw, fewest_classes=1)
        raw = _numbered(raw, None)
        targets = {name: whole(name, column) for name, column in raw.targets.items()}
        inputs = {name: filled_in(whole(name, column), column, whole=True) for name, column in raw.inputs.items()}
        targets = aims(self.title, targets, inputs, self._aimed)
        if self.normalize:
            inputs = {name: measured(column) for name, column in inputs.items()}
        used = self.in_use("input", inputs), self.in_use("target", targets)
        return Data(self.title, *used, raw.warnings, columns=raw.columns, found=raw.found)

    def script_source(self, base: Path | None = None) -> str:
        """Python that defines `load_data() -> (x_train, y_train, x_validation, y_validation, mean, std)`.

        It gives the very arrays that `load` does; where several columns are bound on a side, its values are
        dictionaries by the ids of the Inputs or Outputs. Raises `DataError` where files must be looked at and can't be.
        """
        from studio.data.script import Sides, load_data_source

        facts = self.facts(base)
        read = self.read_facts(base)
        own = {column.name for column in read.inputs.values()} - {column.name for column in read.targets.values()}
        sides = Sides(*([id for id, _ in side] if len(side) > 1 else [] for side in (self.inputs, self.targets)))
        return load_data_source(
            self.read_source(base),
            self.rule(base),
            by_class=read.classes is not None and read.target_shape == (),
            normalize=self.normalize and (bool(sides.x) or not facts.tokens),
            own_split=facts.training is not None,
            own_test=facts.own_test > 0,
            sides=sides,
            shares=not self.has_columns,
            training_share=self.training_share,
            resample=self.resample,
            sampled=any(column.streamed for column in facts.inputs.values()),
            corrections=self._numbers(facts, read),
            gaps=[id for id, column in facts.inputs.items() if column.gaps],
            limited=[id for id, column in facts.inputs.items() if self._limits(column)],
            distinct=self.duplicates == DROP,
            numberings={id: column.numbering for id, column in facts.inputs.items() if column.numbering},
            tokens_follow=facts.classes is not None and facts.target_shape != (),
            itself=[id for id, column in facts.targets.items() if column.name in own],
            shades=[id for id, column in facts.targets.items() if column.shades],
        )

    def in_use(self, role: Role, columns: Mapping[str, T]) -> dict[str, T]:
        """The columns of one side by the ids that they are bound to; raises `DataError` for one that isn't there.

        Where nothing is bound that is the first, under "".
        """
        binding = self.inputs if role == "input" else self.targets
        if not binding:
            return {"": next(iter(columns.values()))}
        for id, name in binding:
            if name not in columns:
                there = ", ".join(column[:30] for column in list(columns)[:8])
                raise ColumnMissing(
                    f"{self.title}: expected a column “{name[:40]}” for {id[:40]}, found {there}. {self.column_advice}"
                )
        return {id: columns[name] for id, name in binding}

    def split_rows(
        self,
        target: RawColumn,
        split_by: NDArray[np.generic] | None,
        names: Sequence[str] | None,
        base: Path | None,
    ) -> tuple[Rows, tuple[str, ...]]:
        """The rows of each part, by the first target, counted through them where the data parts them itself, and what
        is to be said of lists; raises `DataError` where it does though the user names a column or a list, and for a
        list that can't be used."""
        if self.validation_list and self.usual_splitting.named:
            raise DataError(
                f"{self.title}: expected a {self.usual_splitting.by} column or a list for the split, found both. "
                "Clear one of them.",
                validation_list="",
            )
        return parted_rows(self.title, self.rule(base), target, split_by, names)

    def rule(self, base: Path | None) -> Splitting:
        """How rows are parted, with the files that list some; raises `DataError` where these can't be read."""
        return self.splitting._replace(lists=self.lists(base))

    def lists(self, base: Path | None) -> Lists:
        """The files that list the rows of parts; raises `DataError`."""
        paths = (self.training_list, self.validation_list, self.test_list)
        found = [located(path, base, "list of rows") if path else None for path in paths]
        return lists_of(*found, by_name=bool(self.named_by))

    @property
    def _aimed(self) -> list[str]:
        """The columns that Outputs are compared with by name: inputs may be among them."""
        return [name for _, name in self.targets]

    @property
    def named_by(self) -> str:
        """The column that the user has said to hold the names by which lists call the examples."""
        return ""

    def _load(self, base: Path | None, progress: Progress | None, *, as_read: bool = False) -> Data:
        """What is loaded; ``as_read`` without what becomes of examples behind the split."""
        from studio.data.checks import check_raw, check_split, leaks, missing_classes
        from studio.data.formats.memory import give_back
        from studio.data.formats.threads import beside

        raw = self.read_arrays(base, progress)
        give_back()  # what reading took beside, and each step behind it: the next one would come on top
        check_raw(self.title, raw)
        first = next(iter(raw.targets.values()))
        rows, remarks = self.split_rows(first, raw.split_by, raw.names, base)
        give_back()
        raw = _numbered(raw, rows.training)
        if not as_read:
            raw, rows = self._chosen(raw, rows)
        has_test = self.rule(base).has_test or first.test is not None
        targets = {name: cut(name, column, rows) for name, column in raw.targets.items()}
        inputs = {name: filled_in(cut(name, column, rows), column) for name, column in raw.inputs.items()}
        for column in targets.values():
            check_split(self.title, [len(part) for part in column.every], column, has_test=has_test)
        own, own_test = first.held_out is not None, first.test is not None
        raw = raw._replace(inputs={}, targets={}, split_by=None, names=None)  # what was cut need not be there twice
        del first
        give_back()
        if self.outliers == CLIP:
            inputs = {name: drawn_in(column) for name, column in inputs.items()}
        targets = aims(self.title, targets, inputs, self._aimed)
        compared = self.in_use("input", inputs).values(), self.in_use("target", targets).values()
        twice = beside(partial(leaks, self.title, *compared))
        if self.normalize:
            inputs = {name: measured(column) for name, column in inputs.items()}
        used = self.in_use("input", inputs), self.in_use("target", targets)
        missing = (warning for column in used[1].values() for warning in missing_classes(self.title, column))
        test = rows.test if len(rows.test) else None
        warnings = (*raw.warnings, *remarks, *dict.fromkeys(missing), *twice())
        return Data(self.title, *used, warnings, own, raw.columns, rows[:2], raw.found, test, own_test)

    def _chosen(self, raw: Raw, rows: Rows) -> tuple[Raw, Rows]:
        """What becomes of examples behind the split, which so stays what it was: corrected, left out, drawn again."""
        from studio.data.corrections import relabeled, without_left_out

        if self.corrections:
            raw = relabeled(self.title, raw, self._first_target(raw), self.corrections)
            rows = without_left_out(rows, self.corrections)
        if self.duplicates == DROP:
            fewer = distinct(raw, rows)
            raw = raw._replace(warnings=(*raw.warnings, *told_dropped(self.title, rows, fewer)))
            rows = fewer
        return raw, rows._replace(training=self._taken(rows.training))

    def _taken(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """The rows of the training part that are trained on: a share of it, drawn again for bagging."""
        from studio.data.portable import resampled_rows, some_rows

        if self.training_share < 1.0:
            rows = some_rows(rows, self.training_share, self.seed)
        return resampled_rows(rows, self.resample) if self.resample else rows

    def _first_target(self, raw: Raw) -> str:
        """The name of the target whose classes are corrected: the first that is in use, unless that is an input."""
        return self._corrected(raw.targets)

    def _corrected(self, targets: Collection[str]) -> str:
        used = [name for _, name in self.targets if name in targets]
        return next(iter([*used, *targets]), "")

    def _limits(self, column: ColumnFacts) -> bool:
        """Whether what is far out of an input is drawn in."""
        return self.outliers == CLIP and has_limits(column.shape, tokens=column.tokens, streamed=column.streamed)

    def _counted(self, facts: Facts) -> Facts:
        """Facts without the examples that are left out; raises `DataError` for corrections that cannot be made."""
        start = facts.test_start
        if self.duplicates == DROP:
            if any(column.streamed for column in facts.inputs.values()):
                raise not_compared()
            facts = replace(facts, examples=None)
        out = [item.row for item in self.corrections if item.after is None]
        self._labels(facts, facts)
        if not out:
            return facts
        examples = None if facts.examples is None else max(facts.examples - len(out), 0)
        if facts.training is None:
            return replace(facts, examples=examples)
        own = sum(row < facts.training for row in out)
        test = sum(row >= start for row in out) if start else 0
        training, own_test = max(facts.training - own, 0), max(facts.own_test - test, 0)
        return replace(facts, examples=examples, training=training, own_test=own_test)

    def _numbers(self, facts: Facts, read: Facts) -> Numbers:
        """Corrections for a script."""
        from studio.data.script import Numbers

        out = [item.row for item in self.corrections if item.after is None]
        return Numbers(self._labels(read, facts), out, read.training, read.test_start)

    def _labels(self, known: Facts, used: Facts) -> dict[str, dict[int, int]]:
        """The class indices after, by row and by the ids of the Outputs that see them, of data of which so much is
        known and used; raises `DataError` for corrections that cannot be made."""
        from studio.data.corrections import by_target, new_labels

        columns = {column.name: column for column in known.targets.values()}
        first = self._corrected(columns)
        found: dict[str, dict[int, int]] = {}
        for name, own in by_target(self.title, columns, first, self.corrections).items():
            classes = columns[name].classes if columns[name].shape == () else None
            labels = new_labels(self.title, classes, own, known.examples)
            found |= {id: labels for id, column in used.targets.items() if column.name == name}
        return found


def _numbered(raw: Raw, training: NDArray[np.int64] | None) -> Raw:
    """With IDs for tokens, by the whole training part, so that a share of it fits the same network."""
    from studio.data.texts.vocabulary import numbered

    return numbered(raw, training) if any(column.numbering for column in raw.inputs.values()) else raw


DATASETS: Registry[Dataset] = Registry("data set")


def dataset_from(settings: Mapping[str, Any]) -> tuple[Dataset, list[SpecProblem]]:
    """The data set that a document's "data" names, and what of its settings could not be used.

    Raises `DataError` when there is no such source.
    """
    source = settings.get("source", "digits")
    kind = DATASETS.get(source) if isinstance(source, str) else None
    if kind is None:
        known = ", ".join(DATASETS)
        raise DataError(f"There is no data set {str(source)[:40]!r}. Choose one of: {known}.")
    return kind.read({name: value for name, value in settings.items() if name != "source"})


def kind_for(path: Path) -> type[Dataset] | None:
    """The kind of data set that reads a file or folder, by its name."""
    return next((kind for kind in DATASETS.values() if kind.accepts(path)), None)
