"""The rule by which rows are parted: the same for Netloom and, as a line of source, for a script."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from models.codegen.formatting import literal

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Rows = tuple["NDArray[np.int64]", "NDArray[np.int64]"]
"""Those for training and those for validation, counted through both parts where the data has two of its own."""
GROUP, TIME, LIST = "group", "time", "list"


class Splitting(NamedTuple):
    """Validation takes a ``size``, a share below 1 or a count, of rows that ``seed`` draws.

    ``by`` a group it takes whole ones, by time the latest rows, by list those whose numbers the file ``path`` holds.
    ``named`` tells that the user names the column with groups or times; `read_data` of a script then returns it behind
    x and y.
    """

    size: float
    seed: int
    by: str = ""
    named: bool = False
    path: str = ""

    def rows(self, y: NDArray[np.generic], by_class: bool, values: NDArray[np.generic] | None) -> Rows:
        """The rows of both parts; ``values`` are the groups or times of all rows, or the rows that are listed."""
        split = self.functions[-1]
        found: Rows
        if self.by == TIME:
            found = split(values, self.size)
        elif self.by == LIST:
            found = split(y, values)
        elif self.by == GROUP:
            found = split(y, values, self.size, self.seed, by_class)
        else:
            found = split(y, self.size, self.seed, by_class)
        return found

    def source(self, x: str, y: str, by_class: bool) -> str:
        """`rows` as an expression over what a script calls x and y."""
        values = self.column or f"{x}.groups"
        drawn = f"{self.size!r}, seed={self.seed!r}, by_class={by_class!r}"
        listed = f"np.loadtxt({literal(self.path)}, dtype=np.int64, ndmin=1)"
        arguments = {
            TIME: f"{values}, {self.size!r}",
            GROUP: f"{y}, {values}, {drawn}",
            LIST: f"{y}, {listed}",
        }.get(self.by, f"{y}, {drawn}")
        return f"{self.functions[-1].__name__}({arguments})"

    @property
    def column(self) -> str:
        """What a script calls the column that the user names, "" where there is none."""
        return f"{self.by}s" if self.named else ""

    @property
    def functions(self) -> tuple[Callable[..., Any], ...]:
        """What `source` calls, with all that it needs."""
        from studio.data.portable import split_count, split_groups, split_indices, split_listed, split_times

        if self.by == TIME:
            return (split_times,)
        if self.by == LIST:
            return (split_listed,)
        if self.by == GROUP:
            return split_indices, split_count, split_groups
        return (split_count if self.size >= 1 else split_indices,)
