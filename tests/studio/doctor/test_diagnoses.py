"""Every diagnosis, run over the registry: it tells its own example, is silent on health, and its remedies apply."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.document import Document
from models.kinds.layer import LONGEST_MESSAGE
from models.training import TrainingSettings
from studio.doctor import DIAGNOSES, Case, diagnose
from studio.doctor.base import Finding, Registered, curve, diagnosis
from studio.runs.metrics.reader import Points

VALUES = st.lists(st.floats(allow_nan=True, allow_infinity=True), max_size=12)


def name_of(registered: Registered) -> str:
    return registered.examine.__name__


@pytest.fixture(params=DIAGNOSES, ids=name_of)
def registered(request: pytest.FixtureRequest) -> Registered:
    found: Registered = request.param
    return found


def test_it_tells_its_example(registered: Registered) -> None:
    (finding,) = registered(registered.ill())
    assert finding.code == name_of(registered)
    assert finding.severity in ("warning", "hint")
    assert len(finding.message) <= LONGEST_MESSAGE and finding.detail.endswith(".")


def test_it_is_silent_on_health(registered: Registered) -> None:
    assert not list(registered(registered.well()))


def test_a_healthy_run_is_told_nothing(registered: Registered) -> None:
    assert not diagnose(registered.well())


def test_its_example_is_told_nothing_else(registered: Registered) -> None:
    assert [finding.code for finding in diagnose(registered.ill())] == [name_of(registered)]


def test_it_is_silent_on_a_run_that_has_hardly_begun(registered: Registered) -> None:
    case = registered.ill()
    early = Case(case.settings, {name: curve(points.values[:1]) for name, points in case.series.items()}, case.classes)
    assert not list(registered(early))
    assert not list(registered(Case(case.settings, {}, case.classes)))


def test_its_remedies_change_the_settings_and_can_be_undone(registered: Registered) -> None:
    case = registered.ill()
    (finding,) = registered(case)
    assert finding.mends
    for mend in finding.mends:
        document = Document(training=dict(case.settings))
        before = document.training
        document.apply(mend.edit)
        settings, problems = TrainingSettings.read(document.training)
        assert not problems and settings != case.training
        document.undo()
        assert document.training == before


@given(train=VALUES, validation=VALUES, classes=st.none() | st.integers(0, 2000), over=st.booleans())
def test_no_curve_surprises_any_of_them(
    train: list[float], validation: list[float], classes: int | None, over: bool
) -> None:
    with np.errstate(all="raise"):
        series = {"train/loss": curve(train), "validation/loss": curve(validation)}
        for finding in diagnose(Case({"epochs": 3}, series, classes, over)):
            assert "nan" not in finding.message and "inf" not in finding.message


def test_warnings_come_before_hints() -> None:
    case = Case(
        {"epochs": 4}, {"train/loss": curve((1.0, 1.1, 1.2, 1.3)), "validation/loss": curve((4, 3, 2, 1))}, over=True
    )
    assert [finding.severity for finding in diagnose(case)] == ["warning", "hint"]


RISES = {"train/loss": curve((2.0, 3.0, 4.0))}


def tried(ran: dict[str, Any], now: dict[str, Any]) -> dict[str, Any]:
    """The training settings of a document after the first remedy for a rising loss of a run with other settings."""
    (finding,) = diagnose(Case(ran, RISES))
    document = Document(training=now)
    document.apply(finding.mends[0].edit)
    return document.training


def test_a_remedy_changes_what_it_says_and_nothing_else() -> None:
    ran = {"optimizer": {"kind": "SGD", "params": {"lr": 0.5}}, "epochs": 7}
    now = {"optimizer": {"kind": "SGD", "params": {"lr": 0.2, "momentum": 0.9}}, "epochs": 99}
    assert tried(ran, now) == {"optimizer": {"kind": "SGD", "params": {"lr": 0.05, "momentum": 0.9}}, "epochs": 99}


def test_a_rate_comes_with_the_optimizer_that_it_was_told_of() -> None:
    ran = {"optimizer": {"kind": "SGD", "params": {"lr": 0.5, "momentum": 0.9}}}
    assert tried(ran, {"optimizer": "Adam"}) == {"optimizer": {"kind": "SGD", "params": {"lr": 0.05, "momentum": 0.9}}}


@pytest.mark.parametrize("optimizer", ["SGD", {"kind": "SGD"}, None])
def test_settings_in_their_short_forms_are_understood(optimizer: object) -> None:
    settings: dict[str, Any] = {"optimizer": optimizer} if optimizer else {}
    changed, problems = TrainingSettings.read(tried(settings, settings))
    assert not problems and changed.optimizer.lr == pytest.approx(0.0001)  # type: ignore[attr-defined]
    assert changed.optimizer.kind == ("SGD" if optimizer else "Adam")


def test_epochs_are_means_of_what_was_measured_in_them() -> None:
    epochs = np.array([0.5, 1.0, 1.25, 2.0, 2.5])
    points = Points(np.arange(5), epochs, epochs, np.array([4.0, 2.0, 2.0, 1.0, 9.0]))
    # The third epoch is not over: what was measured in it tells nothing yet.
    assert Case({}, {"train/loss": points}).by_epoch("train/loss") == [3.0, 1.5]


def test_guessing_follows_the_number_of_classes() -> None:
    for classes in (2, 10, 1000):
        flat = {"train/loss": curve([math.log(classes)] * 4)}
        assert [finding.code for finding in diagnose(Case({}, flat, classes))] == ["guessing"]
        assert not diagnose(Case({}, flat, None))


@pytest.fixture
def odd() -> Iterator[None]:
    @diagnosis(ill=lambda: Case({}, {"odd": curve((1.0,))}), well=lambda: Case({}, {}))
    def odd_series(case: Case) -> Iterator[Finding]:
        if "odd" in case.series:
            yield Finding("hint", "odd_series", "", "An odd series.", "Look at it.")

    yield
    DIAGNOSES.remove(odd_series)


@pytest.mark.usefixtures("odd")
def test_a_new_diagnosis_is_one_function() -> None:
    assert [finding.code for finding in diagnose(Case({}, {"odd": curve((1.0,))}))] == ["odd_series"]
