"""What the batteries measured: each says it in a sentence, and the end of the tests lists them by requirement.

The requirements are those of docs/reliability.md, R1 to R30; a test names its own by a marker. ``make soak`` runs all
batteries in full, ``make soak PART=R12`` those of one requirement.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from _pytest.terminal import TerminalReporter

from support import SOAK

REQUIREMENTS = tuple(f"R{number}" for number in range(1, 31))


def pytest_configure(config: pytest.Config) -> None:
    """Let tests name the requirements that they measure."""
    for name in REQUIREMENTS:
        config.addinivalue_line("markers", f"{name}: a measurement for {name} of docs/reliability.md")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every measurement belongs to the soak."""
    for item in items:
        if any(item.get_closest_marker(name) for name in REQUIREMENTS):
            item.add_marker(pytest.mark.soak)


@pytest.fixture
def figure(record_property: Callable[[str, object], None]) -> Callable[[str], None]:
    """Takes what a test found, such as "30 kills: 0 documents unreadable, at most 0.78 s lost"."""
    return lambda sentence: record_property("figure", sentence)


def pytest_terminal_summary(terminalreporter: TerminalReporter) -> None:
    """List the figures, and how each test for a requirement went."""
    lines = []
    for outcome in ("passed", "failed"):
        for report in terminalreporter.getreports(outcome):
            names = [name for name in report.keywords if name in REQUIREMENTS]
            figures = [str(value) for name, value in report.user_properties if name == "figure"]
            if report.when == "call" and names and (figures or outcome == "failed" or SOAK):
                test = report.nodeid.rpartition("/")[2]
                said = "; ".join(figures) or outcome
                lines.append((_number(names[0]), f"{'+'.join(names):<7} {said} ({report.duration:.0f} s, {test})"))
    if lines:
        terminalreporter.section("figures")
        for _, line in sorted(lines):
            terminalreporter.line(line)


def _number(name: str) -> int:
    return int(re.sub(r"\D", "", name))
