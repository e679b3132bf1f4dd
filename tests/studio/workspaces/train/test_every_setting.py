"""Every setting of a training: in the form, by --set, in the document and in the exported script alike."""

from __future__ import annotations

from typing import Any

import pytest
from documents import mlp, regression
from pytestqt.qtbot import QtBot

from models.document import Document
from models.specs.fields import Bool, Choice, Field, Float, Int, OptionalFloat
from models.specs.lists import SpecList
from models.specs.spec import Spec, SpecOf
from models.storage import files
from models.training import OPTIMIZERS, SCHEDULES, TrainingSettings
from studio.experiments.dotted import assign, setting_of
from studio.running.launch import training_script
from widgets.forms.label import FieldLabel
from widgets.forms.spec_form import LABEL_WIDTH, SpecForm
from widgets.theme import px

PATIENT = {"patience": 2}
WITH: dict[str, dict[str, Any]] = {
    **dict.fromkeys(("min_delta", "restore_best", "watched"), PATIENT),
    "average_decay": {"average": "EMA"},
    "average_from": {"average": "SWA"},
    "per_class": {"sampling": "grouped"},
    "prune_by": {"sparsity": 0.5},
    "weight_decay_on": {"l1": 0.1},
    "schedule_by": {"schedule": "StepLR"},
}
"""What else must be set for a setting to do anything."""
NOT_IN_SCRIPTS = {
    **dict.fromkeys(("devices", "sync_batch_norm"), "a script is one process"),
    "cuda_graph": "steps that are handed over one by one give the same",
    **dict.fromkeys(("num_workers", "multiprocessing_context", "persistent_workers", "prefetch_factor", "pin_memory"),
                    "this data is in memory"),
    **dict.fromkeys(("start_from", "start_run", "start_file", "start_sha256"),
                    "the weights are looked up when it is exported, tests/studio/worker/training/test_starting*.py"),
    **dict.fromkeys(("health", "samples_over_time"), "a script records nothing"),
    "checkpoint_blocks": "there are no blocks, see tests/studio/worker/test_update.py",
    "channels_last": "there are no planes, see tests/models/codegen/test_script.py",
}  # fmt: skip


SCRIPTS: dict[str, str] = {}
"""Those with defaults, which are made once."""


def another(field: Field[Any]) -> str:
    """A value that is not the default, as a person types it."""
    if isinstance(field, Bool):
        return "no" if field.default else "yes"
    if isinstance(field, Choice):
        return next(option for option in field.options[::-1] if option != field.default)
    if isinstance(field, SpecOf):
        return next(kind for kind in field.registry if kind != field.default.kind)
    if isinstance(field, SpecList):
        return "CohenKappa" if field.name == "metrics" else "GaussianNoise"
    if isinstance(field, OptionalFloat):
        return "0.5"
    if isinstance(field, Int):
        return str(field.default + 1)
    return "0.25" if isinstance(field, Float) else "20261128-120000-exam-0000"


def script(name: str) -> str:
    """The script with the default of a setting, where it would do something."""
    key = "targets" if name == "scale_targets" else name if name in WITH else ""
    if key not in SCRIPTS:
        SCRIPTS[key] = training_script(made(name), None)
    return SCRIPTS[key]


def made(name: str) -> Document:
    """A document in which a setting does something."""
    return (regression if name == "scale_targets" else mlp)(device="auto", **WITH.get(name, {}))


def changed(name: str) -> Document:
    """It, with another value of the setting, as it is typed behind --set."""
    document = made(name)
    given = setting_of(document, f"training.{name}").from_text(another(TrainingSettings.fields[name]))
    assign(document, {f"training.{name}": given})
    return document


@pytest.mark.parametrize("name", TrainingSettings.fields)
def test_it_is_on_the_command_line_in_the_document_and_in_the_script(name: str) -> None:
    field = TrainingSettings.fields[name]
    document, problems = files.from_json(files.to_json(changed(name)))
    read, refused = TrainingSettings.read(document.training)
    assert not problems and not refused
    assert field.to_json(getattr(read, name)) == document.training[name]
    assert getattr(read, name) != getattr(TrainingSettings(), name)
    if not name.startswith("start_"):
        assert (training_script(document, None) != script(name)) is (name not in NOT_IN_SCRIPTS)


def test_each_has_an_editor_with_help_that_shows_a_change(qtbot: QtBot) -> None:
    form = SpecForm()
    qtbot.addWidget(form)
    for name, field in TrainingSettings.fields.items():
        training = changed(name).training
        form.set_spec(TrainingSettings.read(training)[0], training)
        assert name in form._editors and field.help.rstrip().endswith("."), name
        assert form._labels[name].is_changed or name == "start_file", name  # a path must be chosen anyway


@pytest.mark.parametrize(
    "kind", [TrainingSettings, *OPTIMIZERS.values(), *SCHEDULES.values()], ids=lambda own: own.kind
)
def test_each_label_has_room_beside_the_mark_of_a_change(qtbot: QtBot, kind: type[Spec]) -> None:
    label = FieldLabel(TrainingSettings.fields["epochs"], LABEL_WIDTH)
    qtbot.addWidget(label)
    room = label.mark().left() - px(2)
    widths = {field.label: label.fontMetrics().horizontalAdvance(field.label) for field in kind.fields.values()}
    assert {name: width for name, width in widths.items() if width > room} == {}


def test_no_more_is_left_out_of_scripts_than_there_is() -> None:
    assert {*NOT_IN_SCRIPTS, *WITH} <= set(TrainingSettings.fields)
