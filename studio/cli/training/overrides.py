"""``--set training.epochs=3``: settings changed for one run, read by the same fields as forms and documents."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING

from studio.cli.console import CommandError, each

if TYPE_CHECKING:
    from models.document import Document

HELP = (
    "change a setting before training: training.epochs=3, training.optimizer=SGD, training.optimizer.lr=0.1, "
    "data.source=iris, conv1.out_channels=32, parameters.width=16"
)


def override(document: Document, assignments: Iterable[str]) -> None:
    """Apply assignments, in order; raises `CommandError` that names what there is, after a line for each other that
    does not fit."""
    each(assignments, partial(_assign, document))


def names(assignments: Iterable[str]) -> set[str]:
    """The dotted names that assignments set."""
    return {assignment.partition("=")[0].strip() for assignment in assignments}


def _assign(document: Document, assignment: str) -> None:
    from studio.experiments.dotted import SettingError, assign, setting_of

    name, sign, value = assignment.partition("=")
    if not sign or "." not in name:
        raise CommandError(f"--set expects NAME=VALUE such as training.epochs=3, found ‘{assignment}’.")
    try:
        assign(document, {name.strip(): setting_of(document, name.strip()).from_text(value)})
    except SettingError as error:
        raise CommandError(str(error)) from error
