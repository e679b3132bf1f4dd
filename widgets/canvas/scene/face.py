"""What a card says: texts and marks made from a node, its report and its issues. No painting here."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from models.basics.quantities import bytes_text, count_text
from models.findings.finding import Finding
from models.kinds.layer import Layer, times
from models.layout import SLIM_HEIGHT, card_height
from models.network import Node
from models.network.names import is_made_up
from widgets.basics.facts import MEMORY, MULTIPLY_ADDS, NOTE, PARAMETERS, RECEPTIVE_FIELD, SHAPE, USUAL_FACTS
from widgets.theme import FAMILY_ICONS

if TYPE_CHECKING:
    from models.analysis import Report
from models.analysis.blocks import is_port

UNKNOWN_ICON = "info"


class Gist(NamedTuple):
    """What of a card shows from afar. It is cheap to make, so that every card has it at once; ``problem`` is the error
    in its strip, None if there is none."""

    kind: str
    family: str
    slim: bool
    problem: Finding | None
    bypassed: bool = False


def make_gist(node: Node, issues: Sequence[Finding]) -> Gist:
    """The gist of a node's card; one that is bypassed has the gray of no family."""
    layer = None if node.bypassed else node.own_layer
    problem = next((issue for issue in issues if issue.severity == "error"), None) if issues else None
    return Gist(_kind(node), layer.family if layer else "", card_height(node) == SLIM_HEIGHT, problem, node.bypassed)


def _kind(node: Node) -> str:
    """The kind, and how often it repeats."""
    times = getattr(node.own_layer, "repeat", 1)
    return f"{node.kind} ×{times:,}" if times > 1 else node.kind


class Face(NamedTuple):
    """The contents of one card. ``problem`` is the error in its strip (None if there is none), ``module`` the name of
    the module that it calls where that is not its own."""

    kind: str
    family: str
    icon: str
    name: str
    detail: str
    amount: str
    shape: str
    changes_shape: bool
    slim: bool
    problem: Finding | None
    warns: bool
    module: str = ""
    bypassed: bool = False

    @property
    def weights(self) -> str:
        """How many weights there are, and whose: “448 params · conv1”."""
        return " · ".join(part for part in (self.amount, self.module) if part)

    @property
    def aside(self) -> str:
        """What a slim card says beside its type: a name that a person gave, its settings, its count."""
        own = "" if is_made_up(self.name, self.kind) else self.name
        return " · ".join(part for part in (own, self.detail, self.amount, self.module) if part)

    @property
    def caption(self) -> str:
        """The error as the strip words it, shorter than the sentence."""
        if self.problem and self.problem.inner:
            return self.problem.message.removesuffix(".")
        return strip_text(self.problem.message, self.kind) if self.problem else ""


def make_face(
    node: Node,
    report: Report,
    issues: Sequence[Finding],
    wires: int,
    facts: frozenset[str] = USUAL_FACTS,
    *,
    inside: bool = False,
) -> Face:
    """The face of a node into which ``wires`` wires lead, with the ``facts`` of it that are wanted; ``inside`` of a
    block Inputs and Outputs are its ports, and their own settings say nothing."""
    layer, gist = node.own_layer, make_gist(node, issues)
    shaped = SHAPE in facts
    return Face(
        kind=gist.kind,
        family=gist.family,
        icon=icon_of(layer) if layer else UNKNOWN_ICON,
        name=node.id,
        detail=_detail(node, wires, NOTE in facts, port=inside and is_port(layer)),
        amount=" · ".join(_amounts(layer, report, facts)),
        shape="" if not shaped else times(report.shape) if report.shape is not None else "?",
        changes_shape=shaped and not report.keeps_shape and report.shape is not None and bool(node.outputs),
        slim=gist.slim,
        problem=gist.problem,
        warns=any(issue.severity == "warning" for issue in issues),
        module=node.module,
        bypassed=node.bypassed,
    )


def icon_of(layer: Layer | type[Layer]) -> str:
    """The icon of a layer kind: that of its family, but layers that end a network point outwards."""
    return FAMILY_ICONS.get(layer.family, UNKNOWN_ICON) if layer.outputs else "io_out"


def strip_text(message: str, kind: str) -> str:
    """“Linear needs a flat vector, but it receives 8×4.” as “Needs a flat vector, gets 8×4”."""
    text = message.removeprefix(f"{kind} ").replace(", but it receives ", ", gets ").removesuffix(".")
    return text[:1].upper() + text[1:]


def _amounts(layer: Layer | None, report: Report, facts: frozenset[str]) -> Iterator[str]:
    """The numbers that are wanted, as far as they say something."""
    if PARAMETERS in facts and (count := _count(layer, report.parameters)):
        yield count
    if MULTIPLY_ADDS in facts and report.multiply_adds:
        yield f"{count_text(report.multiply_adds)} mult-adds"
    if MEMORY in facts and report.activation_bytes:
        yield bytes_text(report.activation_bytes)
    if RECEPTIVE_FIELD in facts and report.receptive_field:
        yield f"sees {times(report.receptive_field.size)}"


def _detail(node: Node, wires: int, noted: bool, *, port: bool) -> str:
    layer = node.own_layer
    if layer is None:
        return "unknown layer"
    parts = ["bypassed" if node.bypassed else "frozen" if layer.frozen else "", "" if port else layer.summary()]
    if noted and node.note:
        parts.append(node.note.strip().partition("\n")[0].lstrip("# "))
    if any(port.variadic for port in node.inputs):
        parts.append("1 input" if wires == 1 else f"{wires} inputs")
    return " · ".join(part for part in parts if part)


def _count(layer: Layer | None, parameters: int | None) -> str:
    if layer is None or type(layer).weights is Layer.weights:
        return ""
    if parameters is None:
        return "? params"
    return f"{count_text(parameters)} {'param' if parameters == 1 else 'params'}" if parameters else ""
