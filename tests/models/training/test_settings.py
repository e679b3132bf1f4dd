"""Optimizers, schedules and settings, against what torch does with them."""

from __future__ import annotations

import ast
import inspect
import math
from typing import Any

import pytest
import torch
from documents import cnn, mlp, regression
from hypothesis import given, settings
from hypothesis import strategies as st

from models.analysis.steps import last_batch_of_one_fails
from models.codegen.portable import portable
from models.specs.fields import Choice, FieldError, Float
from models.specs.spec import Spec, SpecOf
from models.training import OPTIMIZERS, SCHEDULES, SGD, Adam, Optimizer, Schedule, TrainingSettings
from models.training.losses import LOSSES, Loss
from models.training.schedules import UNMOVED, Milestones
from studio.worker.training.loop import updates_in_epoch
from studio.worker.training.updating.own import OWN, PARTS

MATRIX = torch.nn.Parameter(torch.zeros(2, 3))
PARAMETER = torch.nn.Parameter(torch.zeros(2))


def numbers(kind: type[Spec]) -> st.SearchStrategy[dict[str, object]]:
    """Valid settings of a kind."""
    choices: dict[str, st.SearchStrategy[object]] = {}
    for name, field in kind.fields.items():
        if isinstance(field.default, bool):
            choices[name] = st.booleans()
        elif isinstance(field, Choice):
            choices[name] = st.sampled_from(field.options)
        elif isinstance(field.default, int):
            choices[name] = st.integers(1, 50)
        elif isinstance(field, Milestones):
            choices[name] = st.lists(st.integers(1, 50), max_size=3).map(lambda times: ", ".join(map(str, times)))
        else:
            assert isinstance(field, Float)
            highest = min(field.maximum, field.below, 0.99 if field.minimum < 0.99 > field.above else 1e5)
            lowest = max(field.minimum, field.above, 1e-6 if highest > 0 else -2.0)
            edges = {"exclude_min": lowest == field.above, "exclude_max": highest == field.below}
            choices[name] = st.floats(lowest, highest, **edges)
    return st.fixed_dictionaries({}, optional=choices)


def made_by_torch(spec: Optimizer) -> torch.optim.Optimizer:
    """An optimizer of one weight, which is a matrix where not all weights are taken."""
    if spec.module:
        groups = PARTS[spec.parts]([{"params": [MATRIX]}], torch.nn.Module())
        found: torch.optim.Optimizer = OWN[spec.module](groups, **spec.arguments())
    else:
        found = getattr(torch.optim, spec.kind)([PARAMETER], **spec.arguments())
    return found


@pytest.mark.parametrize("kind", OPTIMIZERS.values(), ids=lambda kind: kind.kind)
@settings(deadline=None)
@given(data=st.data())
def test_torch_takes_the_arguments_and_keeps_them(kind: type[SGD], data: st.DataObject) -> None:
    spec = kind(**data.draw(numbers(kind)))
    made = made_by_torch(spec)
    group = made.param_groups[0]
    for name, value in spec.arguments().items():
        assert group[name] == value
    source = spec.expression("[PARAMETER]")
    assert _called(source) == spec.arguments()


@pytest.mark.parametrize("kind", OPTIMIZERS.values(), ids=lambda kind: kind.kind)
@given(rate=st.floats(1e-6, 1e30))
def test_a_gentler_rate_is_a_tenth_or_no_longer_absurd(kind: type[SGD], rate: float) -> None:
    gentler, default = kind(lr=rate).gentler_rate(), kind.fields["lr"].default
    assert 0 < gentler <= rate / 10 * 1.06
    assert gentler in (default, pytest.approx(rate / 10, rel=0.06)) and gentler <= 101 * default
    assert gentler == default or rate <= 1_001 * default


def _called(source: str) -> dict[str, object]:
    call = ast.parse(source, mode="eval").body
    assert isinstance(call, ast.Call)
    return {word.arg or "": ast.literal_eval(word.value) for word in call.keywords}


@pytest.mark.parametrize("kind", OPTIMIZERS.values(), ids=lambda kind: kind.kind)
def test_defaults_are_those_of_torch(kind: type[SGD]) -> None:
    parameters = inspect.signature(getattr(torch.optim, kind.kind)).parameters
    for name, field in kind.fields.items():
        pair, _, place = name.rpartition("_")
        if place in ("1", "2"):
            assert field.default == parameters[pair].default[int(place) - 1]
        else:
            default = parameters[name].default
            assert field.default == ("none" if default is None else default), name
    assert kind.has_fused == (kind.kind in ("SGD", "Adam", "AdamW"))


def test_expressions_read_as_people_write_them() -> None:
    assert SGD(lr=0.1, momentum=0.9).expression("p") == "torch.optim.SGD(p, lr=0.1, momentum=0.9, fused=True)"
    rprop = OPTIMIZERS["Rprop"](step_sizes_2=1.0, etas_1=0.4)
    assert rprop.expression("p").endswith("(p, lr=0.01, etas=(0.4, 1.2), step_sizes=(1e-06, 1.0))")
    assert Adam(betas_2=0.9).expression("p") == "torch.optim.Adam(p, lr=0.001, fused=True, betas=(0.9, 0.9))"
    assert "nesterov" not in SGD(nesterov=True).expression("p")
    assert "nesterov=True" in SGD(nesterov=True, momentum=0.5).expression("p")


@pytest.mark.parametrize("kind", [kind for kind in SCHEDULES.values() if not kind.reaction], ids=lambda kind: kind.kind)
@given(data=st.data(), epochs=st.integers(1, 60))
def test_the_rule_of_a_schedule_stands_by_itself_and_never_goes_beyond_the_rate(
    kind: type[Schedule], data: st.DataObject, epochs: int
) -> None:
    settings = data.draw(numbers(kind))
    names: dict[str, Any] = {"math": math}
    exec(portable(kind.rule, "factor"), names)
    for epoch in range(epochs):
        found = kind(**settings).share(epoch, epochs)
        assert 0 <= found <= 1
        assert found == names["factor"](epoch, epochs, **settings)


def test_schedules_are_those_of_torch() -> None:
    pairs = [
        (SCHEDULES["StepLR"](step_size=3, gamma=0.5), lambda o: torch.optim.lr_scheduler.StepLR(o, 3, 0.5)),
        (SCHEDULES["ExponentialLR"](gamma=0.9), lambda o: torch.optim.lr_scheduler.ExponentialLR(o, 0.9)),
        (SCHEDULES["CosineAnnealingLR"](), lambda o: torch.optim.lr_scheduler.CosineAnnealingLR(o, 20)),
        (
            SCHEDULES["MultiStepLR"](milestones="12, 3,4", gamma=0.5),
            lambda o: torch.optim.lr_scheduler.MultiStepLR(o, [3, 4, 12], 0.5),
        ),
        (
            SCHEDULES["CosineAnnealingLR"](end=0.2),
            lambda o: torch.optim.lr_scheduler.CosineAnnealingLR(o, 20, eta_min=0.02),
        ),
        (
            SCHEDULES["CosineAnnealingWarmRestarts"](T_0=4, end=0.2),
            lambda o: torch.optim.lr_scheduler.CosineAnnealingWarmRestarts(o, 4, eta_min=0.02),
        ),
        (
            SCHEDULES["CyclicLR"](low=0.2, step_size_up=3),
            lambda o: torch.optim.lr_scheduler.CyclicLR(o, 0.02, 0.1, step_size_up=3, cycle_momentum=False),
        ),
        (
            SCHEDULES["CyclicLR"](low=0.2, step_size_up=2, halves=True),
            lambda o: torch.optim.lr_scheduler.CyclicLR(
                o, 0.02, 0.1, step_size_up=2, mode="triangular2", cycle_momentum=False
            ),
        ),
        (SCHEDULES["PolynomialLR"](power=2.0), lambda o: torch.optim.lr_scheduler.PolynomialLR(o, 20, 2.0)),
        (
            SCHEDULES["CosineAnnealingWarmRestarts"](T_0=3, T_mult=2),
            lambda o: torch.optim.lr_scheduler.CosineAnnealingWarmRestarts(o, 3, 2),
        ),
    ]
    for schedule, make in pairs:
        optimizer = torch.optim.SGD([PARAMETER], lr=0.1)
        theirs = make(optimizer)
        for epoch in range(20):
            assert 0.1 * schedule.share(epoch, 20) == pytest.approx(optimizer.param_groups[0]["lr"], abs=1e-12)
            optimizer.step()
            theirs.step()


@given(
    values=st.lists(st.floats(0.01, 10), min_size=1, max_size=40),
    higher=st.booleans(),
    chosen=st.fixed_dictionaries(
        {
            "factor": st.sampled_from((0.1, 0.5)),
            "patience": st.integers(0, 4),
            "threshold": st.sampled_from((0.0, 0.1)),
            "cooldown": st.integers(0, 3),
            "min_lr": st.sampled_from((0.0, 0.02)),
        }
    ),
)
def test_plateaus_are_met_as_torch_meets_them(values: list[float], higher: bool, chosen: dict[str, Any]) -> None:
    names: dict[str, Any] = {"math": math}
    schedule = SCHEDULES["ReduceLROnPlateau"](**chosen)
    exec(portable(type(schedule).reaction, "react"), names)  # type: ignore[arg-type]
    optimizer = torch.optim.SGD([PARAMETER], lr=0.1)
    theirs = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, mode="max" if higher else "min", eps=0.0, **chosen)
    reaction = UNMOVED
    for value in values:
        theirs.step(value)
        reaction = names["react"](value, reaction, higher, 0.1, **schedule.chosen())
        assert 0.1 * reaction[-1] == pytest.approx(optimizer.param_groups[0]["lr"])


@pytest.mark.parametrize(("higher", "worse"), [(False, -9.9995), (True, -10.0005)])
def test_a_worse_value_below_zero_is_no_better_one(higher: bool, worse: float) -> None:
    """As of a likelihood; torch's scheduler takes it for better, and its rate never falls."""
    schedule = SCHEDULES["ReduceLROnPlateau"](patience=0, factor=0.5)
    assert schedule.reaction is not None
    told = {"higher": higher, "lr": 0.1, **schedule.chosen()}
    assert schedule.reaction(worse, (-10.0, 0, 0, 1.0), **told) == (-10.0, 0, 0, 0.5)
    better = -9.0 if higher else -11.0
    assert schedule.reaction(better, (-10.0, 0, 0, 1.0), **told) == (better, 0, 0, 1.0)


def test_transformers_warm_up_and_fall_as_they_were_first_trained() -> None:
    made = rated(schedule={"kind": "InverseSqrtLR", "params": {"stay": 40}}, schedule_by="update", warmup=40)
    for step in range(300):
        noam = min((step + 1) ** -0.5, (step + 1) * 40**-1.5) * 40**0.5
        assert made.learning_rate(step, 30) == pytest.approx(0.01 * noam)


def test_a_rate_stays_and_falls_in_a_line_over_the_last_part() -> None:
    schedule = SCHEDULES["StableDecayLR"](decay=0.25, end=0.2)
    assert [schedule.share(step, 40) for step in (0, 20, 30)] == [1.0, 1.0, 1.0]
    assert [schedule.share(step, 40) for step in (35, 40)] == pytest.approx([0.6, 0.2])


@pytest.mark.parametrize(("typed", "kept"), [("60,30", "30, 60"), (" ", ""), ("7", "7")])
def test_milestones_are_kept_in_order(typed: str, kept: str) -> None:
    assert SCHEDULES["MultiStepLR"](milestones=typed).settings().get("milestones", "") == kept


@pytest.mark.parametrize("typed", ["0", "3.5", "a", "3,,4", "-1"])
def test_what_is_no_milestone_is_refused_with_an_example(typed: str) -> None:
    read, problems = TrainingSettings.read({"schedule": {"kind": "MultiStepLR", "params": {"milestones": typed}}})
    assert "such as 30, 60, 90" in problems[0].message and read.schedule.kind == "MultiStepLR"


@given(examples=st.integers(1, 500), size=st.integers(2, 40), together=st.integers(1, 9), skips=st.booleans())
def test_a_window_knows_as_many_updates_an_epoch_as_a_run_has(
    examples: int, size: int, together: int, skips: bool
) -> None:
    made = TrainingSettings(batch_size=size, accumulate=together)
    assert made.updates_each(examples, skips_single=skips) == updates_in_epoch(examples, size, skips, together)


def test_a_plateau_is_left_by_no_value_and_takes_none_for_better() -> None:
    schedule = SCHEDULES["ReduceLROnPlateau"](patience=0, factor=0.5)
    assert schedule.share(7, 9) == 1 and not schedule.is_constant() and SCHEDULES["Constant"].is_constant()
    assert schedule.reaction is not None
    assert schedule.reaction(math.nan, (1.0, 0, 0, 1.0), False, 0.1, **schedule.chosen()) == (1.0, 0, 0, 0.5)


@pytest.mark.parametrize(("updates", "batches", "epochs"), [(0, 7, 10), (20, 7, 3), (21, 7, 3), (1, 7, 1), (20, 0, 0)])
def test_a_length_in_updates_rules_epochs(updates: int, batches: int, epochs: int) -> None:
    made = rated(updates=updates, epochs=10)
    assert made.total_epochs(batches) == epochs
    assert made.total_updates(batches) == (updates or 70)
    assert made.plans_by_updates == (updates > 0)


def test_schedules_end_with_the_last_update() -> None:
    made = rated(updates=30, schedule="PolynomialLR", schedule_by="update")
    assert made.learning_rate(15, 7) == pytest.approx(0.005) and made.learning_rate(30, 7) == 0
    assert rated(updates=30, schedule="PolynomialLR").learning_rate(29, 7) == pytest.approx(0.01 / 5)


def test_one_cycle_rises_from_a_share_to_the_peak_and_falls_far_below_it() -> None:
    schedule = SCHEDULES["OneCycleLR"](pct_start=0.25, div_factor=10.0, final_div_factor=100.0)
    assert schedule.share(0, 40) == pytest.approx(0.1)
    assert schedule.share(10, 40) == 1
    assert schedule.share(40, 40) == pytest.approx(0.001)
    rises = [schedule.share(epoch, 40) for epoch in range(11)]
    falls = [schedule.share(epoch, 40) for epoch in range(10, 41)]
    assert rises == sorted(rises) and falls == sorted(falls, reverse=True)
    # Phases of torch's are a step shorter, so that the same run is compared in its midst.
    parameter = torch.optim.SGD([PARAMETER], lr=0.1)
    theirs = torch.optim.lr_scheduler.OneCycleLR(
        parameter, 0.1, total_steps=4001, pct_start=0.25, div_factor=10.0, final_div_factor=100.0, cycle_momentum=False
    )
    for step in range(4000):
        assert 0.1 * schedule.share(step, 4000) == pytest.approx(parameter.param_groups[0]["lr"], abs=2e-4), step
        parameter.step()
        theirs.step()


def rated(**training: object) -> TrainingSettings:
    made, problems = TrainingSettings.read({"optimizer": {"kind": "SGD", "params": {"lr": 0.01}}, **training})
    assert not problems
    return made


def test_a_schedule_that_counts_updates_ends_where_the_course_book_says() -> None:
    inverse = {"kind": "InverseTimeLR", "params": {"decay": 0.1}}
    by_update = rated(schedule=inverse, schedule_by="update", epochs=10)
    assert by_update.moves_within_epochs
    assert by_update.learning_rate(199, 20) == pytest.approx(0.01 / (1 + 0.1 * 199))
    # Two hundred updates later, as t = 200 has it.
    assert by_update.learning_rate(200, 20) == pytest.approx(0.00047619, abs=5e-9)
    by_epoch = rated(schedule=inverse, epochs=10)
    assert not by_epoch.moves_within_epochs
    assert {by_epoch.learning_rate(step, 20) for step in range(180, 200)} == {0.01 * (1 / 1.9)}


@pytest.mark.parametrize("kind", SCHEDULES)
def test_a_run_of_one_update_an_epoch_is_the_same_by_epoch_and_by_update(kind: str) -> None:
    one, other = rated(schedule=kind, epochs=30), rated(schedule=kind, epochs=30, schedule_by="update")
    assert [one.learning_rate(step, 1) for step in range(30)] == [other.learning_rate(step, 1) for step in range(30)]


@given(warmup=st.integers(1, 40), batches=st.integers(1, 9))
def test_warm_up_rises_in_a_line_and_is_gone_afterwards(warmup: int, batches: int) -> None:
    with_it, without = rated(warmup=warmup, schedule="ExponentialLR"), rated(schedule="ExponentialLR")
    assert with_it.moves_within_epochs
    for step in range(10 * batches):
        share = min(1.0, (step + 1) / warmup)
        assert with_it.learning_rate(step, batches) == pytest.approx(share * without.learning_rate(step, batches))


def test_inverse_time_halves_after_one_epoch_with_decay_one() -> None:
    schedule = SCHEDULES["InverseTimeLR"](decay=1.0)
    assert [schedule.share(epoch, 9) for epoch in (0, 1, 3)] == [1.0, 0.5, 0.25]


@pytest.mark.parametrize("kind", LOSSES.values(), ids=lambda kind: kind.kind)
def test_losses_are_those_of_torch(kind: type[Loss]) -> None:
    loss = kind()
    classes, each = (3, ()) if loss.targets == "classes" else (None, (4,))
    each = (2,) if loss.answers == "sequence" else each
    shape = loss.outputs_for(classes, each)
    if not loss.module:  # those of our own have tests of their own
        module = getattr(torch.nn, loss.kind)(**loss.arguments())
        targets = torch.zeros(5, dtype=torch.long) if loss.targets == "classes" else torch.zeros(5, *shape)
        assert torch.isfinite(module(torch.randn(5, *shape), targets))
    assert loss.mismatch(shape, classes, each) == ""
    assert "asks for" in loss.mismatch((7, 7), classes, each)


def test_settings_are_read_from_what_a_document_holds() -> None:
    read, problems = TrainingSettings.read({"optimizer": {"kind": "SGD", "params": {"lr": 0.1}}, "epochs": 2})
    assert not problems and read.optimizer == SGD(lr=0.1) and read.schedule.kind == "Constant"
    assert isinstance(TrainingSettings.fields["optimizer"], SpecOf)
    read, problems = TrainingSettings.read({"epochs": 0, "optimizer": "Sgd"})
    assert {problem.field for problem in problems} == {"epochs", "optimizer"} and read.epochs == 10
    with pytest.raises(FieldError):
        TrainingSettings(device="toaster")


def test_batches_of_one_fail_where_batch_normalization_sees_one_value_a_channel() -> None:
    for document, expected in ((regression(), True), (cnn(), False), (mlp(), False)):
        assert last_batch_of_one_fails(document.network, document.analysis) is expected


def test_a_rate_that_stays_is_called_otherwise_than_a_scheduler_of_torch_that_does_another_thing() -> None:
    assert [kind for kind in SCHEDULES if SCHEDULES[kind].is_constant()] == ["Constant"]
    assert not hasattr(torch.optim.lr_scheduler, "Constant")
    for written in ("ConstantLR", {"kind": "ConstantLR"}, {"kind": "ConstantLR", "params": {}}):
        read, problems = TrainingSettings.read({"schedule": written})
        assert not problems and read == TrainingSettings()
        assert read.settings(all_fields=True)["schedule"] == {"kind": "Constant", "params": {}}


def test_every_setting_of_a_training_has_a_section() -> None:
    assert {field.section for field in TrainingSettings.fields.values()} <= set(TrainingSettings.sections)
