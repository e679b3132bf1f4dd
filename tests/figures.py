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
        if any(mark.name in REQUIREMENTS for mark in item.iter_markers()):
            item.add_marker(pytest.mark.soak)


@pytest.fixture
def figure(record_property: Callable[[str, object], None]) -> Callable[[str], None]:
    """Takes what a test found, such as "30 kills: 0 documents unreadable, at most 0.78 s lost"."""
    return lambda sentence: record_property("figure", sentence)


def pytest_terminal_summary(terminalreporter: TerminalReporter) -> None:
    """List what each measurement found and how long it took."""
    found: dict[tuple[str, str], list[pytest.TestReport]] = {}
    for outcome in ("passed", "failed"):
        for report in terminalreporter.getreports(outcome):
            names = sorted((name for name in report.keywords if name in REQUIREMENTS), key=_number)
            if report.when == "call" and names:
                test = report.nodeid.rpartition("/")[2].partition("[")[0]
                found.setdefault(("+".join(names), test), []).append(report)
    lines = [line for key, reports in found.items() if (line := _line(*key, reports))]
    if lines:
        terminalreporter.section("figures")
        for line in sorted(lines, key=_number):
            terminalreporter.line(line)


def _line(names: str, test: str, reports: list[pytest.TestReport]) -> str:
    """What all cases of a test come to; nothing for one that has no figure, but under ``make soak``."""
    figures = [str(value) for report in reports for name, value in report.user_properties if name == "figure"]
    failed = sum(report.failed for report in reports)
    if not (figures or failed or SOAK):
        return ""
    said = "; ".join(figures) or f"{len(reports)} cases hold"
    said = f"{failed} of {len(reports)} cases failed" if failed else said
    return f"{names:<7} {said} ({sum(report.duration for report in reports):.0f} s, {test})"


def _number(text: str) -> int:
    """The first number in a text, as in R12."""
    return int(re.findall(r"\d+", text)[0])
