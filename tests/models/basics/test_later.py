"""A module that is imported when something of it is first asked for."""

from __future__ import annotations

import sys

import pytest

from models.basics.later import Later


def test_it_is_imported_when_asked_and_not_before(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "colorsys", raising=False)
    colors = Later("colorsys")
    assert "colorsys" not in sys.modules
    assert colors.rgb_to_hsv(1, 0, 0) == (0, 1, 1)
    assert "colorsys" in sys.modules


def test_what_is_missing_is_missing() -> None:
    with pytest.raises(AttributeError, match="nothing_like_it"):
        _ = Later("colorsys").nothing_like_it
    with pytest.raises(ModuleNotFoundError):
        _ = Later("no_such_module").anything
