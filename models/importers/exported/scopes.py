"""The modules around calls of an exported program: PyTorch's own that are layers name the layer, others are blocks."""

from __future__ import annotations

from models.importers.records import Scope
from models.kinds.layer import LAYERS

MODULES = "torch.nn.modules."
CONTAINERS = "torch.nn.modules.container."


class Scopes:
    """Gives each call of a module one scope."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, ...], Scope] = {}

    def place(self, modules: tuple[tuple[str, str], ...]) -> tuple[Scope | None, str, str]:
        """For the modules around a call, as (path, class): the innermost block, how the layer is called there, and the
        path of its module; "" where no module stands for the call alone."""
        path = ""
        if modules and modules[-1][1].startswith(MODULES) and modules[-1][1].rpartition(".")[2] in LAYERS:
            path = modules[-1][0].partition("@")[0]
        scope, lead = None, tuple[str, ...]()
        for place, kind in modules[:-1] if path else modules:
            scope = self._within(lead, place.partition("@")[0], scope)
            lead = (*lead, place)
            scope = self._scope(lead, kind, scope)
        return self._within(lead, path, scope), path.rpartition(".")[2], path

    def _scope(self, lead: tuple[str, ...], kind: str, around: Scope | None) -> Scope:
        if lead not in self._known:
            path = lead[-1].partition("@")[0]
            plain = "" if kind.startswith(CONTAINERS) else kind.rpartition(".")[2]
            self._known[lead] = Scope(path.rpartition(".")[2], plain, around, path)
        return self._known[lead]

    def _within(self, lead: tuple[str, ...], path: str, around: Scope | None) -> Scope | None:
        """The scope in which a module lies: those that only hold it are never called."""
        before = f"{around.path}." if around is not None and around.path else ""
        for part in path.removeprefix(before).split(".")[:-1]:
            before += f"{part}."
            around = self._scope((*lead, before.rstrip(".")), CONTAINERS, around)
        return around
