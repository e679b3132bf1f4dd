"""The Design workspace: the network, drawn and edited."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, cast

from studio.services.commands import Command
from studio.services.message import Message
from studio.workspaces.design import facts
from studio.workspaces.workspace import Example, Page, Studio, Workspace, commands_of, register

if TYPE_CHECKING:
    from studio.workspaces.design.workspace import DesignWorkspace

ON_THE_CANVAS = [
    ("cut", "Edit", "Cut layers", "Ctrl+X"),
    ("copy", "Edit", "Copy layers", "Ctrl+C"),
    ("paste", "Edit", "Paste layers", "Ctrl+V"),
    ("duplicate", "Edit", "Duplicate layers", "Ctrl+D"),
    ("delete", "Edit", "Delete layers", "Del"),
    ("arrange", "Edit", "Arrange the network", "L"),
    ("fit", "View", "Show the whole network", "Home"),
]
"""What the canvas does: the name of its method, the menu, the words, the key."""


def _page(studio: Studio) -> Page:
    from studio.workspaces.design.layer_health import LayerHealth
    from studio.workspaces.design.layer_outputs import LayerOutputs
    from studio.workspaces.design.workspace import DesignWorkspace

    page = DesignWorkspace(studio.controller, studio.settings)
    LayerHealth(page.canvas, studio.controller, studio.training)

    def example() -> Example | None:
        inspect = studio.made("inspect")
        return inspect.looked_at() if inspect else None

    LayerOutputs(page.canvas, studio.controller, studio.training, studio.probing, example)
    page.export_requested.connect(studio.exporter.ask_module)
    page.inspector.node_page.vary_requested.connect(studio.vary)
    page.canvas.show_facts(facts.chosen_facts(studio.settings))
    training = studio.training
    training.changed.connect(lambda: page.show_training(training.trains_what_is_open))
    page.show_training(training.trains_what_is_open)
    return page


def _commands(studio: Studio) -> list[Command]:
    def act(method: str) -> None:
        page = cast("DesignWorkspace", studio.show_workspace("design"))
        getattr(page.canvas, method)()

    on_canvas = [
        Command(name, menu, text, (key,), partial(act, name), in_canvas=True) for name, menu, text, key in ON_THE_CANVAS
    ]

    def on_settings(method: str) -> None:
        getattr(cast("DesignWorkspace", studio.show_workspace("design")).inspector, method)()

    def show_outputs() -> None:
        cast("DesignWorkspace", studio.show_workspace("design")).canvas.colors.choose("outputs")

    def on_shelf(method: str) -> None:
        getattr(cast("DesignWorkspace", studio.show_workspace("design")).shelf, method)()

    return [
        *on_canvas,
        Command("save-template", "File", "Save as template", (), partial(on_shelf, "keep_template")),
        Command("add-block", "File", "Add a block from a file…", (), partial(on_shelf, "ask_block")),
        *facts.commands(studio),
        Command("copy-settings", "Edit", "Copy settings", ("Ctrl+Alt+C",), partial(on_settings, "copy_settings")),
        Command("paste-settings", "Edit", "Paste settings", ("Ctrl+Alt+V",), partial(on_settings, "paste_settings")),
        Command("outputs", "View", "Outputs of a sample on the cards", (), show_outputs),
        Command("find", "Edit", "Find layers", ("Ctrl+F",), partial(act, "find_layers")),
        Command("picture", "File", "Picture of the network…", ("Ctrl+Alt+E",), partial(_ask_for_picture, studio)),
    ]


def _ask_for_picture(studio: Studio) -> None:
    """Offer pictures of what is open, of the selected layers alone if there are some."""
    from studio.workspaces.design.picture_dialog import PictureDialog

    page, controller = cast("DesignWorkspace", studio.show_workspace("design")), studio.controller
    if not controller.document.network.nodes:
        controller.said.emit(Message("There is nothing to draw yet: the network has no layers.", "info"))
        return
    place = controller.path or Path.home() / f"{controller.title}.netloom"
    chosen, write = page.canvas.selection(), studio.exporter.write_picture
    PictureDialog(controller.document, place, chosen, studio.settings, write, page.window()).open()


def _finds(studio: Studio) -> Iterator[Command]:
    """The layers, and what can be done on the canvas with what is selected there."""

    def reveal(id: str) -> None:
        page = cast("DesignWorkspace", studio.show_workspace("design"))
        page.go_back(0)
        page.canvas.reveal(id)

    for node in studio.controller.document.network:
        yield Command(f"layer {node.id}", f"Layer · {node.kind}", node.id, (), partial(reveal, node.id))
    page = cast("DesignWorkspace | None", studio.made("design"))
    known = {key for *_, key in ON_THE_CANVAS}
    if page:
        for command in commands_of("Canvas", page.canvas.deeds(), partial(studio.show_workspace, "design")):
            if not known.intersection(command.keys):
                yield command
        yield from page.shelf.finds(page.canvas.library)


register(Workspace("design", "Design", "arrange", 20, _page, _commands, _finds))
