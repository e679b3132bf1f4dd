"""What a class says where only some of its modules are made otherwise."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from models.kinds.layer import Layer
from models.sources.following.modules import Modules
from models.sources.following.state import Definer, State
from models.sources.following.steps import Drawing, Step
from models.sources.recognizing.base import Base
from models.sources.syntax.outline import ClassOutline, Outline, Unreadable


def remade(
    base: Base, source: Outline, part: ClassOutline, before: Drawing, changed: Sequence[Step], definer: Definer
) -> Drawing:
    """What a class says that wires its layers as ``before``, where the modules of some were made otherwise."""
    drawing = Drawing(dict(before.steps), before.starts, before.results)
    modules = Modules(State(base, source, definer), part, {})
    for step in changed:
        made = part.made[step.attribute]
        try:
            found, kind, layer = modules.step(made, (), made.written.lineno, wanted=step.id)
            _check_ports(made.written, base, step, kind, layer)
        except Unreadable as error:
            drawing.problems.append(error.problem)
        else:
            found.wires = step.wires
            drawing.steps[step.id] = found
    return drawing


def _check_ports(node: ast.stmt | ast.keyword, base: Base, step: Step, kind: type[Layer], layer: Layer) -> None:
    """Raise `Unreadable` where another kind is not called as the one before."""
    before = base.network[step.id].layer
    if before is None or type(before) is kind or (layer.chains and before.chains):
        return
    ports = (layer.inputs, layer.outputs) == (before.inputs, before.outputs)
    same = kind.lines is type(before).lines and kind.forward is type(before).forward
    if not ports or not same:
        raise Unreadable(node, f"{kind.kind} is called in another way. Change its line in forward, too.")
