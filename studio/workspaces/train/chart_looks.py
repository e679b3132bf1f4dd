"""How the charts of a document are looked at, remembered between starts: their axes and their smoothing."""

from __future__ import annotations

import json
from typing import Any

from studio.services.settings import Settings
from widgets.charts.card import Look
from widgets.charts.chart import Chart

KEY = "train/charts"
MOST_DOCUMENTS = 40
"""Documents whose charts are remembered, the latest."""


class ChartLooks:
    """Gives charts the look that they had for a document, and keeps what is changed."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._document = ""
        self._looks: dict[str, Look] = {}

    def show_document(self, document: str) -> None:
        """Another document is open, named by its path ("" for one without)."""
        self._document = document
        self._looks = {
            key: look for key, value in _kept(self._settings).get(document, {}).items() if (look := _look(value))
        }

    def dress(self, key: str, chart: Chart) -> None:
        """Give a chart its look."""
        chart.set_look(self._looks.get(key, Look()))

    def keep(self, key: str, chart: Chart) -> None:
        """Remember the look of a chart."""
        self._looks[key] = chart.look
        kept = _kept(self._settings)
        kept.pop(self._document, None)
        kept[self._document] = {key: list(look) for key, look in self._looks.items()}
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


def _look(value: object) -> Look | None:
    """A look as it was kept; None for what is none."""
    if not isinstance(value, list) or len(value) != len(Look()):
        return None
    log, log_x, smoothing = value
    if not isinstance(log, bool) or not isinstance(log_x, bool) or not isinstance(smoothing, int | float):
        return None
    return Look(log, log_x, min(max(float(smoothing), 0.0), 0.5))
