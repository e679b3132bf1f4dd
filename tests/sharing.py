"""Tests that share what is made once, such as a process with torch in it, run in one process of xdist, where it is made
once indeed (``--dist loadgroup``). Those that share a fixture of their module need no mark."""

from __future__ import annotations

import pytest


def pytest_itemcollected(item: pytest.Item) -> None:
    """Keep the tests together that share a fixture of their module."""
    if isinstance(item, pytest.Function) and any(
        definition.scope == "module" and definition.baseid == item.location[0].replace("\\", "/")
        for definitions in item._fixtureinfo.name2fixturedefs.values()
        for definition in definitions
    ):
        item.add_marker(pytest.mark.xdist_group(item.location[0]))
