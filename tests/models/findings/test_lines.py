"""Sentences within one line: what somebody wrote is told whole, what might have been written is cut."""

from __future__ import annotations

import pytest
from documents import mlp

from models.checks import findings
from models.findings.finding import LONGEST_MESSAGE, in_line


@pytest.mark.parametrize("sentence", ["", "Short.", "x" * LONGEST_MESSAGE])
def test_what_fits_stays(sentence: str) -> None:
    assert in_line(sentence) == sentence


def test_what_was_found_stays_whole() -> None:
    names = ", ".join(f"Metric{place}" for place in range(40))
    line = in_line(f"Metrics: expected one of {names}, found 'ROCAUC'.")
    assert len(line) == LONGEST_MESSAGE and line.endswith("…, found 'ROCAUC'.")
    assert line.startswith("Metrics: expected one of Metric0, Metric1")


@pytest.mark.parametrize("sentence", ["word " * 40, f"expected {'a' * 99}, found {'b' * 99}."])
def test_what_is_all_too_long_is_cut_at_its_end(sentence: str) -> None:
    line = in_line(sentence)
    assert len(line) == LONGEST_MESSAGE and line.endswith("…") and sentence.startswith(line[:-1])


def test_a_metric_that_is_none_is_named() -> None:
    document = mlp(metrics=["ROCAUC"])
    messages = [issue.message for issue in findings(document) if issue.severity == "error"]
    assert any(message.endswith("found 'ROCAUC'.") for message in messages), messages
