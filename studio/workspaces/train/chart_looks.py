"""How the charts of a document are looked at, remembered between starts: which, in which order, axes, smoothing."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from studio.services.settings import Settings
from studio.workspaces.train.charts.axis import EPOCH, KINDS
from widgets.charts.card import Look
from widgets.charts.chart import Chart

KEY = "train/charts"
MOST_DOCUMENTS = 40
"""Documents whose charts are remembered, the latest."""
MOST_CHARTS = 60
"""Charts that are remembered of one document."""


class ChartLooks:
    """Gives charts the look that they had for a document, and keeps what is changed: looks by the keys of charts, their
    ``order``, those that are ``hidden``, those that were ``added`` by hand, what ``x`` is, whether seeds are one."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._document = ""
        self._looks: dict[str, Look] = {}
        self.order: list[str] = []
        self.hidden: list[str] = []
        self.added: list[str] = []
        self.x = EPOCH
        self.bands = True

    def show_document(self, document: str) -> None:
        """Another document is open, named by its path ("" for one without)."""
        self._document = document
        kept = _kept(self._settings).get(document, {})
        looks = kept.get("looks", kept)  # before there was more to remember, nothing else stood there
        looks = looks if isinstance(looks, dict) else {}
        self._looks = {key: look for key, value in looks.items() if (look := _look(value))}
        self.order, self.hidden, self.added = (_keys(kept.get(name)) for name in ("order", "hidden", "added"))
        self.x = kept["x"] if isinstance(kept.get("x"), str) and kept["x"] in KINDS else EPOCH
        self.bands = kept.get("bands") is not False

    def dress(self, key: str, chart: Chart) -> None:
        """Give a chart its look."""
        chart.set_look(self._looks.get(key, Look()))

    def keep(self, key: str, chart: Chart) -> None:
        """Remember the look of a chart."""
        self._looks[key] = chart.look
        self._write()

    def set_x(self, kind: str) -> None:
        """Remember what x is."""
        self.x = kind
        self._write()

    def set_bands(self, bands: bool) -> None:
        """Remember whether seeds are shown as one."""
        self.bands = bands
        self._write()

    def shown(self, keys: Sequence[str]) -> list[str]:
        """Which of these charts are shown, in order: those that were moved where they were put, the others behind the
        one that comes before them by itself."""
        wanted = [key for key in keys if key not in self.hidden]
        found = [key for key in self.order if key in wanted]
        for place, key in enumerate(wanted):
            if key not in found:
                before = next((other for other in reversed(wanted[:place]) if other in found), None)
                found.insert(found.index(before) + 1 if before else 0, key)
        return found

    def add(self, key: str) -> None:
        """A chart was asked for that is not there by itself."""
        if key not in self.added:
            self.added = [*self.added, key][-MOST_CHARTS:]
            self._write()

    def forget(self, key: str) -> None:
        """A chart that was asked for is not wanted any more."""
        for keys in (self.added, self.order, self.hidden):
            if key in keys:
                keys.remove(key)
        self._looks.pop(key, None)
        self._write()

    def hide(self, key: str) -> None:
        """Show a chart no more."""
        if key not in self.hidden:
            self.hidden.append(key)
            self._write()

    def show(self, key: str) -> None:
        """Show a chart that was hidden."""
        if key in self.hidden:
            self.hidden.remove(key)
            self._write()

    def move(self, key: str, to: int, keys: Sequence[str]) -> None:
        """Put one of the charts that are shown at another place among them."""
        order = [other for other in self.shown(keys) if other != key]
        order.insert(min(max(to, 0), len(order)), key)
        self.order = order[:MOST_CHARTS]
        self._write()

    def _write(self) -> None:
        kept = _kept(self._settings)
        kept.pop(self._document, None)
        looks = {key: list(look) for key, look in list(self._looks.items())[-MOST_CHARTS:]}
        layout = {"order": self.order, "hidden": self.hidden, "added": self.added, "x": self.x, "bands": self.bands}
        kept[self._document] = {"looks": looks, **layout}
        latest = dict(list(kept.items())[-MOST_DOCUMENTS:])
        self._settings.set_text(KEY, json.dumps(latest))


def _kept(settings: Settings) -> dict[str, dict[str, Any]]:
    try:
        found = json.loads(settings.text(KEY, "{}"))
    except ValueError:
        return {}
    if not isinstance(found, dict):
        return {}
    return {document: looks for document, looks in found.items() if isinstance(looks, dict)}


def _keys(value: object) -> list[str]:
    return [key for key in value if isinstance(key, str)][:MOST_CHARTS] if isinstance(value, list) else []


def _look(value: object) -> Look | None:
    """A look as it was kept; None for what is none."""
    if not isinstance(value, list) or not len(Look()) - 1 <= len(value) <= len(Look()):
        return None
    log, log_x, smoothing, x = [*value, ""][: len(Look())]  # before charts had an x of their own, none stood there
    if not isinstance(log, bool) or not isinstance(log_x, bool) or not isinstance(smoothing, int | float):
        return None
    return Look(log, log_x, min(max(float(smoothing), 0.0), 0.5), x if isinstance(x, str) and x in KINDS else "")
