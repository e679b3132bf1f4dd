"""Every diagnosis, run over the registry: it tells its own example, is silent on health, and its remedies apply."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.document import Document
from models.kinds.layer import LONGEST_MESSAGE
from models.storage import files
from models.training import TrainingSettings
from studio.doctor import DIAGNOSES, Case, diagnose
from studio.doctor import steady as well
from studio.doctor.base import Diagnosis, Registered, diagnosis, tell
from studio.doctor.batches import noisy_batch
from studio.doctor.case import curve, steady
from studio.doctor.fits import easier_validation, memorized
from studio.doctor.rates import still
from studio.doctor.signals import exploding
from studio.runs.metrics.reader import Points

VALUES = st.lists(st.floats(allow_nan=True, allow_infinity=True), max_size=12)


def name_of(registered: Registered) -> str:
    return registered.code


@pytest.fixture(params=DIAGNOSES, ids=name_of)
def registered(request: pytest.FixtureRequest) -> Registered:
    found: Registered = request.param
    return found


def test_it_tells_its_example(registered: Registered) -> None:
    (finding,) = registered(registered.ill())
    assert finding.code == name_of(registered)
    assert finding.severity in ("warning", "hint")
    assert len(finding.message) <= LONGEST_MESSAGE and finding.detail.endswith(".")
    assert not finding.message.endswith("…") and "nan" not in finding.message + finding.detail
    assert 0.5 <= finding.sure <= 1 and finding.certainty in ("certain", "likely", "possible")
    assert finding.evidence and all(seen.start >= 0 and len(seen.text) <= 40 for seen in finding.evidence)


def test_it_is_silent_on_health(registered: Registered) -> None:
    assert not list(registered(registered.well()))


def test_a_healthy_run_is_told_nothing(registered: Registered) -> None:
    assert not diagnose(registered.well())


def test_its_example_is_told_nothing_else(registered: Registered) -> None:
    assert [finding.code for finding in diagnose(registered.ill())] == [name_of(registered)]


def test_it_is_silent_on_a_run_that_has_hardly_begun(registered: Registered) -> None:
    case = registered.ill()
    early = {name: curve(points.values[:1]) for name, points in case.series.items()}
    if case.data.get("leaked") is None:  # which is known before the first step
        assert not list(registered(Case(case.settings, early, case.classes, document=case.document, data=case.data)))
    assert not list(registered(Case(case.settings, {}, case.classes)))


def test_its_remedies_change_the_document_and_can_be_undone(registered: Registered) -> None:
    case = registered.ill()
    (finding,) = registered(case)
    assert finding.mends
    for mend in finding.mends:
        document = case.document or Document(training=dict(case.settings))
        before = files.to_json(document)
        document.apply(mend.edit)
        assert files.to_json(document) != before
        assert not TrainingSettings.read(document.training)[1]
        document.undo()
        assert files.to_json(document) == before
        other = Document()  # in which nothing is as it was in the run
        other.apply(mend.edit)
        other.undo()


@given(train=VALUES, validation=VALUES, classes=st.none() | st.integers(0, 2000), over=st.booleans())
def test_no_curve_surprises_any_of_them(
    train: list[float], validation: list[float], classes: int | None, over: bool
) -> None:
    with np.errstate(all="raise"):
        series = {"train/loss": curve(train), "validation/loss": curve(validation)}
        for finding in diagnose(Case({"epochs": 3}, series, classes, over)):
            assert "nan" not in finding.message and "inf" not in finding.message


def test_warnings_come_before_hints_and_the_most_sure_first() -> None:
    falls = {"train/loss": curve((1.0, 1.1, 1.2, 1.3)), "validation/loss": curve((4, 3, 2, 1))}
    told = diagnose(
        Case(
            {"epochs": 4, "batch_size": 64},
            falls,
            over=True,
            twins=(0.1, 0.5, 0.9),
            health=steady({"a": {"silent": 1.0}}),
        )
    )
    assert [finding.severity for finding in told] == ["warning", "warning", "hint", "hint"]
    for severity in ("warning", "hint"):
        sure = [finding.sure for finding in told if finding.severity == severity]
        assert sure == sorted(sure, reverse=True)


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


@pytest.mark.parametrize("optimizer", ["SGD", {"kind": "SGD"}])
def test_settings_in_their_short_forms_are_understood(optimizer: object) -> None:
    changed, problems = TrainingSettings.read(tried({"optimizer": optimizer}, {"optimizer": optimizer}))
    assert not problems and changed.optimizer.lr == pytest.approx(0.0001)  # type: ignore[attr-defined]
    assert changed.optimizer.kind == "SGD"


def test_epochs_are_means_of_what_was_measured_in_them() -> None:
    epochs = np.array([0.5, 1.0, 1.25, 2.0, 2.5])
    points = Points(np.arange(5), epochs, epochs, np.array([4.0, 2.0, 2.0, 1.0, 9.0]))
    # The third epoch is not over: what was measured in it tells nothing yet.
    assert Case({"epochs": 3}, {"train/loss": points}).by_epoch("train/loss") == [3.0, 1.5]


# Runs of other programs, of which no setting is known


def of_steps(*values: float) -> Points:
    """Values that were written every 50 steps, with steps for epochs."""
    steps = np.arange(1, len(values) + 1) * 50
    return Points(steps, steps.astype(float), steps.astype(float), np.array(values))


def test_without_settings_nothing_is_said_that_needs_them() -> None:
    for registered in DIAGNOSES:
        ill = registered.ill()
        of_others = Case({}, ill.series, document=ill.document, health=ill.health, over=True)
        told = diagnose(of_others)
        assert not registered.needs or registered.code not in {finding.code for finding in told}
        for finding in told:
            assert not re.search(r"rate of|atches of|epoch", finding.message + finding.detail), finding


def test_of_others_runs_a_twentieth_of_the_steps_counts_as_an_epoch() -> None:
    validation = [1.0 - 0.01 * place for place in range(40)] + [0.6 + 0.02 * place for place in range(40)]
    case = Case({}, {"train/loss": of_steps(*np.linspace(1, 0, 80)), "validation/loss": of_steps(*validation[::2])})
    assert len(case.by_epoch("train/loss")) == 20 and case.at(9) == "step 2,000"
    (finding,) = diagnose(
        Case({}, {"train/loss": of_steps(*np.linspace(1, 0, 80)), "validation/loss": of_steps(*validation)})
    )
    assert finding.code == "overfitting" and "in step 2,000 to" in finding.message and not finding.mends
    assert finding.evidence[0].start == 2000.0 and finding.evidence[0].end == 4000.0


# What curves showed that were misread once


def flat(value: float, count: int, noise: float = 0.0) -> list[float]:
    """A curve at rest, which moves up and down by some noise."""
    return [value + noise * (-1) ** place for place in range(count)]


SURE = [0.58, 0.105, 0.064, 0.057, 0.06, 0.056, 0.06, 0.061, 0.063, 0.065, 0.067, 0.069, 0.069, 0.069]
"""Validation of a network that is sure of itself, and pays more for the same few mistakes."""
LATE = [0.8, 0.5, 0.4, 0.3, 0.2, 0.15, 0.1, 0.08, 0.05, 0.02, 0.1, 0.11]
THROWN = [2.0, 0.9, 0.6, 0.7, 1.4, 1.6, 1.7, 2.0, 1.3, 1.0, 0.9, 0.9]
FALLING = list(np.geomspace(0.9, 0.04, 12))
SLOW = [2.34 - 0.03 * place for place in range(12)]
REST = [2.1, 1.6, 1.3, 1.2, 1.1, 1.06, 1.05, 1.04, 1.05, 1.04, 1.05, 1.04]
USUAL = {"epochs": 12, "batch_size": 64, "optimizer": {"kind": "SGD", "params": {"lr": 0.1}}}


@pytest.mark.parametrize(
    ("train", "validation", "told"),
    [
        (list(np.geomspace(0.9, 0.015, 14)), SURE, []),
        (LATE, [0.6, 0.5, 0.5, 0.5, 0.6, 0.6, 0.7, 0.7, 0.8, 0.8, 0.7, 0.7], ["overfitting"]),
        (THROWN, [0.7, 0.8, 0.8, 1.0, 1.9, 1.7, 2.2, 2.7, 2.7, 2.0, 1.4, 1.4], ["oscillating"]),
        ([*THROWN[:8], 0.5, 0.4, 0.35, 0.34], [*THROWN[:8], 0.5, 0.4, 0.39, 0.39], []),
        (FALLING, [0.6, 0.3, 0.2, 0.15, 0.13, 0.12, 0.11, 0.1, 0.1, 0.0985, 0.097, 0.0955], []),
    ],
    ids=["sure of itself", "late jumps", "thrown back", "settled", "hardly worth more"],
)  # fmt: skip
def test_curves_are_told_from_their_noise(train: list[float], validation: list[float], told: list[str]) -> None:
    series = {"train/loss": curve(train), "validation/loss": curve(validation)}
    assert [finding.code for finding in diagnose(Case({**USUAL, "epochs": len(train)}, series, 10, True))] == told


@pytest.mark.parametrize(
    ("validation", "count", "told"),
    [
        ([0.5, 0.68, 0.8, 0.85, *[0.89] * 5], 360, True),
        ([0.5, 0.68, 0.8, 0.85, *[0.89] * 5], 30, False),
        ([0.5, 0.68, 0.8, 0.85, *[0.89] * 5], None, True),
        ([0.5, 0.68, 0.8, 0.85, *[0.95] * 5], 360, False),
        ([0.5, 0.6, 0.68, 0.74, 0.79, 0.83, 0.86, 0.88, 0.895], 360, False),
        ([0.5, 0.9, 0.7, 0.95, 0.7, 0.95, 0.7, 0.95, 0.7], 360, False),
    ],
    ids=["far behind", "of few", "of unknown many", "near", "still rising", "jumps"],
)
def test_what_is_memorized_is_told_where_the_loss_does_not_rise(
    validation: list[float], count: int | None, told: bool
) -> None:
    losses = {"train/loss": curve(np.geomspace(1.4, 0.03, 9)), "validation/loss": curve([1.4, 0.9, 0.6, *[0.45] * 6])}
    learned = {"train/accuracy": curve([0.5, 0.7, 0.85, 0.93, *[1.0] * 5]), "validation/accuracy": curve(validation)}
    case = Case({**USUAL, "epochs": 9}, losses | learned, 10, True, data={"validation": count} if count else {})
    found = [finding for finding in diagnose(case) if finding.code == "memorized"]
    assert bool(found) == told
    for finding in found:
        assert (
            finding.message == "Accuracy stays at 89 % in validation, while it is 100 % in training."
            and not finding.mends
        )
    unknown = {**losses, "train/accuracy": curve([0.9] * 9), "validation/accuracy": curve(validation)}
    assert "memorized" not in [finding.code for finding in diagnose(Case({**USUAL, "epochs": 9}, unknown, 10, True))]


def test_a_rising_loss_says_more_than_answers_that_stay_behind() -> None:
    rises = {
        "train/loss": curve(np.geomspace(1.4, 0.03, 9)),
        "validation/loss": curve([1.1, 0.6, *np.linspace(0.5, 1.1, 7)]),
    }
    learned = {"train/accuracy": curve([1.0] * 9), "validation/accuracy": curve([0.8] * 9)}
    codes = [finding.code for finding in diagnose(Case({**USUAL, "epochs": 9}, rises | learned, 10, True))]
    assert codes == ["overfitting"]


def test_dropout_is_put_before_the_last_layer_alone_and_only_where_it_is() -> None:
    (finding,) = memorized(memorized.ill())
    document = memorized.ill().document
    assert document is not None
    (mend,) = finding.mends
    last = next(node for node in reversed(list(document.network)) if node.kind == "Linear")
    document.apply(mend.edit)
    (wire,) = document.network.edges_into(last.id)
    assert document.network[wire.source].kind == "Dropout"
    assert sum(node.kind == "Dropout" for node in document.network) == 1
    assert not document.analysis.issues()


@pytest.mark.parametrize(("train", "told"), [(REST, True), (SLOW, False)])
def test_a_loss_that_falls_as_it_always_did_is_not_at_rest(train: list[float], told: bool) -> None:
    accuracy = {"train/accuracy": curve(flat(0.5, 12)), "validation/accuracy": curve(flat(0.45, 12, 0.02))}
    # By its loss validation may lag behind while it does as well by its answers.
    series = {"train/loss": curve(train), "validation/loss": curve([loss * 1.15 for loss in train]), **accuracy}
    codes = [finding.code for finding in diagnose(Case(USUAL, series, 10, True))]
    assert ("underfitting" in codes) == told


def test_the_class_that_gets_all_answers_may_change() -> None:
    data = {"classes": {"train": [400, 300, 300], "validation": [40, 30, 30]}}
    for accuracy, told in (([0.5, 0.4, 0.3, 0.4], True), ([0.5, 0.4, 0.31, 0.4], False)):
        series = {"validation/accuracy": curve(accuracy), "validation/loss": curve(flat(1.1, 4))}
        codes = [finding.code for finding in diagnose(Case(USUAL, series, 3, data=data))]
        assert codes == (["one_class"] if told else [])


def test_targets_that_are_scaled_are_not_unscaled() -> None:
    data = {"numbers": {"mean": 0.0, "std": 2000.0, "mean_absolute_error": 1600.0}}
    for scaled in (True, False):
        case = Case({**USUAL, "scale_targets": scaled}, {"validation/mae": curve(flat(1600.0, 4))}, data=data)
        assert [finding.code for finding in diagnose(case)] == ([] if scaled else ["unscaled_targets"])


def test_steps_that_cannot_take_weights_anywhere_are_seen_by_one_look() -> None:
    for update, told in ((1e-5, "Use a larger rate."), (0.1, "inputs and targets belong together.")):
        (finding,) = diagnose(Case(USUAL, FLAT, 10, health=steady({"fc1": {"weight": 1.0, "update": update}}, 1)))
        assert finding.detail.endswith(told)


@pytest.mark.parametrize(
    ("norms", "told"),
    [
        ([4e-4, 1.6e-4, 6e-5, 7e-5, 3e-4, 1.5e-3, 4e-3, 1e-2, 3e-2, 7e-2, 0.4], ["vanishing"]),  # grown in front
        ([0.4 * 0.5 ** (10 - place) for place in range(11)], ["vanishing"]),  # by a steady half a layer
        ([0.4 * 0.5 ** (6 - place) for place in range(7)], []),
        ([55.0, 25, 30, 24, 22, 23, 12, 10, 8, 6, 4, 3.4, 2.3, 2.1, 1.6, 1.3, 1.2, 0.8, 0.6, 0.5, 0.9], ["exploding"]),
        ([3.0, 0.1, 2.0, 0.2, 5.0, 0.1, 3.0, 0.2, 4.0], []),
    ],
)
def test_gradients_are_told_by_their_trend(norms: list[float], told: list[str]) -> None:
    layers = {f"fc{place}": {"gradient": norm} for place, norm in enumerate(norms)}
    case = Case(USUAL, {"train/loss": curve((2.3, 2.25, 2.2))}, 10, health=steady(layers))
    assert [finding.code for finding in diagnose(case)] == told


def test_guessing_follows_the_number_of_classes() -> None:
    for classes in (2, 10, 1000):
        flat = {"train/loss": curve([math.log(classes)] * 4)}
        assert [finding.code for finding in diagnose(Case({}, flat, classes))] == ["guessing"]
        assert not diagnose(Case({}, flat, None))


FLAT = {"train/loss": curve([math.log(10)] * 4)}


@pytest.mark.parametrize(
    ("layers", "words"),
    [
        ({"fc1": {"weight": 0.0}, "fc2": {"weight": 1.0}}, "All weights of fc1 are 0"),
        ({"relu1": {"silent": 1.0}}, "relu1 gives 0 to every example"),
        (
            {f"fc{n}": {"gradient": 10.0 ** (n - 8), "weight": 1.0} for n in range(1, 9)},
            "a factor of about 0.1 a layer, from fc8 back to fc1",
        ),
        ({"fc1": {"weight": 1.0, "update": 1e-8}}, "by more than 1e-08 of their size"),
    ],
)
def test_what_is_behind_guessing_is_said(layers: dict[str, dict[str, float]], words: str) -> None:
    (finding,) = diagnose(Case({}, FLAT, 10, health=steady(layers)))
    assert finding.code == "guessing" and words in finding.detail


def test_a_factor_a_layer_is_worked_out_and_said() -> None:
    layers = {f"fc{n}": {"gradient": 0.17 ** (9 - n)} for n in range(1, 9)}
    (finding,) = diagnose(Case({}, {"train/loss": curve((2.3, 2.2, 2.1, 2.0))}, 10, health=steady(layers)))
    assert finding.message == "Gradients fall by a factor of about 0.17 a layer, from fc8 back to fc1."
    assert finding.layers == tuple(layers)


def test_a_loss_that_came_down_long_ago_does_not_learn_steadily() -> None:
    came = [1.0, 0.5, 0.2, *flat(0.21, 9, 0.005)]
    case = Case(USUAL, {"validation/loss": curve(came)})
    assert well(case) == "Validation loss fell from 1 to 0.2 in epoch 3, and no further since."
    for trained, more in ((0.02, ", while training went on to 0.02"), (0.15, "")):
        both = {"train/loss": curve([*came[:-1], trained]), "validation/loss": curve(came)}
        assert well(Case(USUAL, both)) == f"Validation loss fell from 1 to 0.2 in epoch 3, and no further since{more}."
    assert well(Case(USUAL, {"validation/loss": curve(came[:4])})).startswith("Learning steadily: validation loss fell")


def test_a_loss_that_falls_to_what_guessing_costs_is_not_called_learning() -> None:
    slow, quick = ({"validation/loss": curve(losses)} for losses in ((1.72, 1.69), (1.72, 1.3)))
    assert well(Case(USUAL, slow, 5)) == (
        "Validation loss fell from 1.72 to 1.69; that is no better than one answer for all, which costs 1.61."
    )
    assert well(Case(USUAL, quick, 5)) == "Learning steadily: validation loss fell in every epoch from 1.72 to 1.3."
    assert well(Case(USUAL, slow)).startswith("Learning steadily")  # what guessing costs is not known


@pytest.mark.parametrize(
    ("losses", "told"), [((8.04, 3.37), True), ((8.04, 2.0), False), ((1.9, 2.3), False), ((8.04,), False)]
)
def test_two_epochs_tell_of_a_loss_that_is_worse_than_guessing(losses: tuple[float, ...], told: bool) -> None:
    series = {"train/loss": curve(losses), "validation/loss": curve([loss * 1000 for loss in losses])}
    found = [finding.message for finding in diagnose(Case({**USUAL, "epochs": 2}, series, 5, True))]
    assert ("The training loss of 3.37 is worse than guessing: ln 5 = 1.61." in found) == told
    assert any("worse than guessing" in message or "rose" in message for message in found) == told


@given(st.lists(st.floats(0, 1, width=32), min_size=3, max_size=12), st.integers(1, 8))
def test_no_layers_surprise_any_of_them(values: list[float], samples: int) -> None:
    names = ("gradient", "weight", "update", "mean", "std", "zeros", "saturated", "silent")
    layers = {f"layer{at}": dict(zip(names, values[at:] + values[:at], strict=False)) for at in range(len(values))}
    with np.errstate(all="raise"):
        for finding in diagnose(Case({"batch_size": 64}, RISES, 10, health=steady(layers, samples))):
            assert "nan" not in finding.message + finding.detail


@pytest.mark.parametrize(
    "data", [{"classes": 3}, {"classes": {"validation": "x"}}, {"classes": {"validation": [-1]}}, {"leaked": "x"},
             {"numbers": []}, {"numbers": {"mean": "x"}}, {"leaked": 9}],
)  # fmt: skip
def test_facts_of_another_form_are_no_facts(data: dict[str, Any]) -> None:
    series = {"validation/accuracy": curve([0.5] * 5), "validation/mae": curve([9.0] * 5)}
    assert not diagnose(Case({}, series, data=data))


def test_a_run_with_fewer_looks_than_tell_anything_is_not_judged_by_them() -> None:
    dead = steady({"relu1": {"silent": 1.0}}, 2)
    assert not diagnose(Case({}, {"train/loss": curve((2.0, 1.9, 1.8))}, health=dead))
    assert still(fc1=1e-8).recent("weight") == {"fc1": 1.0}


@pytest.fixture
def odd() -> Iterator[None]:
    @diagnosis(ill=lambda: Case({}, {"odd": curve((1.0,))}), well=lambda: Case({}, {}))
    def odd_series(case: Case) -> Iterator[Diagnosis]:
        if "odd" in case.series:
            yield tell("hint", "An odd series.", "Look at it.", sure=0.6)

    yield
    DIAGNOSES.remove(odd_series)


@pytest.mark.usefixtures("odd")
def test_a_new_diagnosis_is_one_function() -> None:
    assert [finding.code for finding in diagnose(Case({}, {"odd": curve((1.0,))}))] == ["odd_series"]


@pytest.mark.parametrize(("layers", "factor", "told"), [(24, 1.2, True), (24, 1.1, False), (12, 1.4, False)])
def test_of_many_layers_a_steady_growth_of_gradients_is_enough(layers: int, factor: float, told: bool) -> None:
    graded = {f"fc{place}": {"gradient": factor ** (layers - place)} for place in range(layers)}
    assert bool([*exploding(Case({}, {"train/loss": curve((2.3, 2.2, 2.1))}, health=steady(graded)))]) == told


@pytest.mark.parametrize(
    ("losses", "told"),
    [
        ((2.22, 2.08, 2.12, 2.07, 2.08, 2.07, 2.07, 2.0, 1.94, 1.99, 2.1, 2.08), True),
        ((2.22, 1.4, 1.0, 0.7, 0.5, 0.51, 0.49, 0.5, 0.49, 0.48, 0.49, 0.48), False),
    ],
)
def test_little_noise_is_enough_where_nothing_has_been_learned(losses: tuple[float, ...], told: bool) -> None:
    case = Case({"batch_size": 2, "epochs": len(losses)}, {"train/loss": curve(losses)}, 10, True)
    assert bool([*noisy_batch(case)]) == told


def test_dead_units_of_several_layers_are_told_in_one_whole_sentence() -> None:
    health = steady({"relu1": {"silent": 0.98}, "relu2": {"silent": 0.9}})
    case = Case(USUAL, {"train/loss": curve((2.3, 2.2, 2.1))}, 10, health=health)
    messages = [finding.message for finding in diagnose(case)]
    assert "98 % of the units of relu1 are dead: 0 for every example; 1 more layer alike." in messages


def test_nothing_is_said_to_be_right_of_a_loss_that_is_worse_than_guessing() -> None:
    series = {"train/loss": curve((40.0, 30.0, 20.0, 18.2)), "validation/loss": curve((30.0, 20.0, 16.0, 9.0))}
    facts = {"epochs": 4, "batch_size": 64, "optimizer": {"kind": "SGD", "params": {"lr": 50}}}
    case = Case(facts, series, 10, True, document=easier_validation.ill().document)
    assert list(easier_validation(case))
    codes = [finding.code for finding in diagnose(case)]
    assert "rising" in codes and "easier_validation" not in codes
