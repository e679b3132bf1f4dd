"""What runs are called on the charts, which of them are shown as one, and what should be known before they compare."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from studio.runs.summary import RunSummary
from studio.workspaces.train.run_curves import RunCurves
from studio.workspaces.train.run_names import different_data, different_losses, names_of, names_of_shown
from widgets.charts.group import Group


def name_runs(
    curves: RunCurves, shown: Sequence[RunSummary], groups: Mapping[str, Sequence[str]], *, as_one: bool
) -> Mapping[str, str]:
    """Name the runs on the charts by what differs among them, and draw each of the ``groups`` ``as_one`` or not; gives
    the names of runs and groups."""
    names = names_of_shown(shown, groups)
    curves.set_names(names, names_of(shown))
    colors = curves.colors
    drawn = [Group(id, names[id], colors[those[0]], frozenset(those)) for id, those in groups.items()]
    curves.set_groups(drawn if as_one else [])
    curves.set_warning(different_data(shown), different_losses(shown))
    return names
