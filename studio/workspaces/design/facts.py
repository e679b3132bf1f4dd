"""What cards say of their layers: chosen in the View menu, remembered between starts."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, cast

from studio.services.commands import Command
from studio.services.settings import Settings
from studio.workspaces.workspace import Studio
from widgets.basics.facts import FACTS, USUAL_FACTS

if TYPE_CHECKING:
    from studio.workspaces.design.workspace import DesignWorkspace

CHOSEN = "design/cards"
_NEVER = "?"


def chosen_facts(settings: Settings) -> frozenset[str]:
    """What cards say, as it was chosen last."""
    chosen = settings.text(CHOSEN, _NEVER)
    return USUAL_FACTS if chosen == _NEVER else frozenset(chosen.split("|")) & FACTS.keys()


def commands(studio: Studio) -> Iterator[Command]:
    """What switches each fact on or off."""
    for fact, words in FACTS.items():
        run, checked = partial(_switch, studio, fact), partial(_is_on, studio, fact)
        yield Command(
            f"cards-{fact}", "View", f"On cards: {words.lower()}", (), run, checked=checked, submenu="On cards"
        )


def _is_on(studio: Studio, fact: str) -> bool:
    return fact in chosen_facts(studio.settings)


def _switch(studio: Studio, fact: str) -> None:
    facts = chosen_facts(studio.settings) ^ {fact}
    studio.settings.set_text(CHOSEN, "|".join(name for name in FACTS if name in facts))
    page = cast("DesignWorkspace | None", studio.made("design"))
    if page:
        page.canvas.show_facts(facts)
