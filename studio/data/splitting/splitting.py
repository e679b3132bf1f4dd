"""The rule by which rows are parted: the same for Netloom and, as a line of source, for a script."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from studio.data.splitting.listed import NO_LISTS, NONE_LISTED, Listed, Lists

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

GROUP, TIME, LIST = "group", "time", "list"
MOST = 0.999
"""The largest share of groups or times: from 1 on it would be a count."""


class Rows(NamedTuple):
    """The rows of each part, counted through all parts where the data has some of its own; ``test`` may be empty."""

    training: NDArray[np.int64]
    validation: NDArray[np.int64]
    test: NDArray[np.int64]


class Splitting(NamedTuple):
    """Validation takes a ``size``, a share below 1 or a count, of rows that ``seed`` draws; before, ``test`` is kept
    apart, of as many.

    ``by`` a group they take whole ones, by time the latest rows, by list validation takes those that ``lists`` name,
    which name the test part, too, where they have one. With ``folds`` validation is the one of so many that is
    numbered ``fold``, from 0.
    ``named`` tells that the user names the column with groups or times; `read_data` of a script then returns it behind
    x and y.
    """

    size: float
    seed: int
    by: str = ""
    named: bool = False
    lists: Lists = NO_LISTS
    test: float = 0.0
    folds: int = 0
    fold: int = 0

    @property
    def has_test(self) -> bool:
        """Whether a part is kept apart."""
        return self.test > 0 or self.lists.test is not None

    def rows(
        self,
        y: NDArray[np.generic],
        by_class: bool,
        values: NDArray[np.generic] | None,
        listed: Listed = NONE_LISTED,
    ) -> Rows:
        """The rows of each part; ``values`` are the groups or times of all rows."""
        import numpy as np

        from studio.data.portable import split_listed, split_named, split_test

        def validated(rows: NDArray[np.int64] | slice) -> Any:
            if listed.validation is not None:
                own_rows = np.arange(len(y))[rows]
                if listed.training is not None:
                    return split_named(own_rows, listed.training, listed.validation)
                return split_listed(own_rows, listed.validation)
            own, size = y[rows], self.size
            if size < 1:
                size = self.size * len(y) / len(own)
                size = min(size, MOST) if self.by else size
            return self._two(own, by_class, values if values is None else values[rows], size)

        if self.has_test:
            every = np.arange(len(y))
            return Rows(*split_test(every, lambda rows: self.apart(y, by_class, values, listed.test), validated))
        training, validation = validated(slice(None))
        return Rows(training, validation, training[:0])

    def apart(
        self,
        y: NDArray[np.generic],
        by_class: bool,
        values: NDArray[np.generic] | None,
        listed: NDArray[np.int64] | None,
    ) -> Any:
        """The rows that are left and those that are kept apart."""
        import numpy as np

        from studio.data.portable import split_listed

        if listed is not None:
            return split_listed(np.arange(len(y)), listed)
        return self._alone._two(y, by_class, values, self.test)

    @property
    def _alone(self) -> Splitting:
        """How the test part is drawn."""
        return self._replace(by="" if self.by == LIST else self.by, folds=0, size=self.test)

    def _two(self, y: NDArray[np.generic], by_class: bool, values: NDArray[np.generic] | None, size: float) -> Any:
        """The rows of two parts, the second of a size."""
        split = self._function(self.size)
        if self.by == TIME:
            return split(values, size)
        drawn = {"seed": self.seed, "by_class": by_class}
        if self.by == GROUP:
            return split(y, values, size, **drawn, **self._turn)
        return split(y, **self._turn, **drawn) if self.folds else split(y, size, **drawn)

    @property
    def _turn(self) -> dict[str, int]:
        return {"folds": self.folds, "fold": self.fold} if self.folds else {}

    def source(self, x: str, y: str, by_class: bool) -> str:
        """`rows` as an expression over what a script calls x and y: two parts, or three with a test part."""
        if not self.has_test:
            return self._validation(x, y, "", by_class)
        apart, validation = self._apart(x, y, by_class), self._validation(x, y, "[rows]", by_class)
        return f"split_test(np.arange(len({y})), lambda rows: {apart}, lambda rows: {validation})"

    def apart_of_its_own(self, y: str, by_class: bool) -> str:
        """An expression for the rows that are left and those kept apart, of a training part that the data has of its
        own."""
        return self._replace(by="")._apart("", y, by_class, f"np.arange(len({y}))")

    def _apart(self, x: str, y: str, by_class: bool, rows: str = "rows") -> str:
        if self.lists.test is not None:
            return f"split_listed({rows}, {self.lists.test.source(y)})"
        return self._alone._expression(x, y, "", by_class, f"{self.test!r}")

    def _validation(self, x: str, y: str, rows: str, by_class: bool) -> str:
        if self.lists.validation is not None:
            every, listed = rows.strip("[]") or f"np.arange(len({y}))", self.lists.validation.source(y)
            if self.lists.training is not None:
                return f"split_named({every}, {self.lists.training.source(y)}, {listed})"
            return f"split_listed({every}, {listed})"
        share = rows and self.size < 1
        size = f"{self.size!r} * len({y}) / len(rows)" if share else f"{self.size!r}"
        size = f"min({size}, {MOST})" if share and self.by else size
        return self._expression(x, y, rows, by_class, size)

    def _expression(self, x: str, y: str, rows: str, by_class: bool, size: str) -> str:
        """A call that parts some rows in two, with a size."""
        values = f"{self.column or f'{x}.groups'}{rows}"
        name = self._function(self.size).__name__
        drawn = f"seed={self.seed!r}, by_class={by_class!r}"
        turn = ", ".join(f"{key}={number}" for key, number in self._turn.items())
        if self.by == TIME:
            return f"{name}({values}, {size})"
        if self.by == GROUP:
            return f"{name}({y}{rows}, {values}, {size}, {drawn}{turn and f', {turn}'})"
        return f"{name}({y}{rows}, {turn or size}, {drawn})"

    @property
    def column(self) -> str:
        """What a script calls the column that the user names, "" where there is none."""
        return f"{self.by}s" if self.named else ""

    def _function(self, size: float) -> Callable[..., Any]:
        """What parts rows in two."""
        from studio.data.portable import split_count, split_folds, split_groups, split_indices, split_times

        if self.by == TIME:
            return split_times
        if self.by == GROUP:
            return split_groups
        return split_folds if self.folds else split_count if size >= 1 else split_indices

    @property
    def functions(self) -> tuple[Callable[..., Any], ...]:
        """What `source` calls, with all that it needs."""
        from studio.data.portable import (
            split_count,
            split_folds,
            split_groups,
            split_indices,
            split_listed,
            split_named,
            split_test,
        )

        listed = split_listed if self.lists.training is None else split_named
        needed = [listed if self.by == LIST else self._function(self.size)]
        if self.has_test:
            needed += [split_test, split_listed if self.lists.test else self._alone._function(self.test)]
        if split_groups in needed:
            needed = [split_indices, split_count, split_folds, *needed]
        return tuple(dict.fromkeys([*needed, *self.lists.functions]))

    @property
    def imports(self) -> tuple[str, ...]:
        """What those import."""
        return self.lists.imports

    @property
    def apart_functions(self) -> tuple[Callable[..., Any], ...]:
        """What `apart_of_its_own` calls."""
        from studio.data.portable import split_listed

        if not self.has_test:
            return ()
        if self.lists.test is not None:
            return split_listed, *self.lists.functions
        return (self._replace(by="")._alone._function(self.test),)
