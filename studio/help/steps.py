"""The steps of the tour, through the parts of the window."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from PySide6.QtWidgets import QWidget

from studio.help.tour import Step
from studio.workspaces.workspace import Page

if TYPE_CHECKING:
    from studio.workspaces.design.workspace import DesignWorkspace


def steps(page: Page, train: QWidget) -> list[Step]:
    """Through the Design workspace, whose page is given, from the first layer to the first run."""
    design = cast("DesignWorkspace", page)
    design.drawer.set_collapsed(False)
    return [
        Step(
            "Layers",
            "Every layer of the field, by family. Drag one onto the canvas, or press Tab there and type its name.",
            lambda: design.canvas if design.palette_panel.isHidden() else design.palette_panel,
        ),
        Step(
            "The network",
            "Drag from port to port to wire layers. Each card shows its output shape and its parameters as you draw; "
            "what does not fit turns red and says why, often with a button that mends it.",
            lambda: design.canvas,
        ),
        Step(
            "What is selected",
            "Settings of the selected layer, and beneath them where its numbers come from: the formulas with your "
            "sizes put in.",
            lambda: design.inspector,
        ),
        Step(
            "Problems, layers, code",
            "Everything that is wrong or doubtful in one list; the table of layers with its totals; the PyTorch code "
            "that will be trained, word for word.",
            lambda: design.drawer,
        ),
        Step(
            "Train",
            "Choose data under Data, then Train: loss and accuracy are drawn live, and every run stays to be compared. "
            "Ctrl+K finds any command, ? lists the keys, F1 opens the guide.",
            lambda: train,
        ),
    ]
