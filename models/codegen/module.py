"""The source of a network as a `torch.nn.Module`.

A network that is one chain becomes an `nn.Sequential` with named layers; any other gets a written ``forward``. Either
way a layer's attribute is its id, so that weights keep their names when a chain grows a branch. Layers that share a
module call one attribute. Settings stand as numbers, whatever expressions they come from.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from models.analysis import Analysis
from models.analysis.beginning import gain_behind
from models.analysis.blocks import Block
from models.basics.pieces import Pieces, at_once
from models.codegen.blocks import BlockClass, BlockPlan
from models.codegen.formatting import class_name, comment, definition, one_line, returned, statement
from models.kinds.layer import Layer, TensorType, times
from models.network import Edge, Network, reading_order, without_bypassed


@dataclass(frozen=True)
class Source:
    """Generated text, the class it defines, per node its lines (from 1), what is left out, and the classes of blocks.

    ``left_out`` names the nodes that could not be written, because they or something before them has an error.
    """

    text: str
    class_name: str
    lines: dict[str, tuple[int, ...]] = field(default_factory=dict)
    left_out: tuple[str, ...] = ()
    blocks: tuple[BlockClass, ...] = ()


def generate(network: Network, analysis: Analysis, title: str = "Network", *, chain: bool = True) -> Source:
    """Source of the module called after ``title``. Never raises: what has errors is left out and named in a comment.

    Without ``chain`` a network that is one is written with a ``forward``, as any other.
    """
    return at_once(generate_in_pieces(network, analysis, title, chain=chain))


def generate_in_pieces(
    network: Network, analysis: Analysis, title: str = "Network", *, chain: bool = True
) -> Pieces[Source]:
    """The same, with rests for a window that goes on; the network must not change meanwhile."""
    writer = _Writer(without_bypassed(network), analysis, title)
    yield
    return (yield from writer.write(chain))


class _Writer:
    """Writes the main network and its blocks, or the class of one ``block``, with what the ``plan`` of all says."""

    def __init__(
        self,
        network: Network,
        analysis: Analysis,
        title: str,
        plan: BlockPlan | None = None,
        block: BlockClass | None = None,
    ) -> None:
        self.network = network
        self.analysis = analysis
        self.title = title
        self.name = block.name if block else class_name(title)
        self.plan = plan or BlockPlan(network, analysis, self.name)
        self.block = block
        self.order = reading_order(network)
        self.text: list[str] = []
        self.places: dict[str, list[int]] = {}
        self.good: list[str] = []
        self.good_set: set[str] = set()
        for id in filter(self._is_good, self.order):
            self.good.append(id)
            self.good_set.add(id)
        self.again = analysis.sharing()
        self.made: set[str] = set()
        self.frame = ""
        self.left_out = tuple(id for id in network.nodes if id not in self.good_set)

    def write(self, chains: bool) -> Pieces[Source]:
        chain = self._chain() if chains else []
        self._docstring()
        yield
        self._add("")
        self._notes()
        if chain:
            self._add("from collections import OrderedDict")
            self._add("")
        if self.plan.classes or (self.good and not chain):
            self._add("import torch")
        self._add("from torch import nn")
        self._add("")
        self._add("")
        for block in self.plan.classes:
            self.text += [*_Writer(block.network, block.analysis, block.name, self.plan, block).definition(), "", ""]
        if chain:
            self._sequential(chain)
        else:
            self._constructor()
            yield
            self._forward()
        yield
        text = "\n".join(self.text) + "\n"
        places = {id: tuple(lines) for id, lines in self.places.items()}
        return Source(text, self.name, places, self.left_out, tuple(self.plan.classes))

    def definition(self) -> list[str]:
        """The class of a block."""
        self._constructor()
        self._forward()
        return self.text

    def _is_good(self, id: str) -> bool:
        report = self.analysis[id]
        known = None not in report.inputs and None not in report.outputs
        fed = all(edge.source in self.good_set for edge in self.network.edges_into(id))
        return known and fed and not any(issue.severity == "error" for issue in report.issues)

    def _add(self, line: str, id: str = "") -> None:
        self.text.append(line)
        if id:
            self.places.setdefault(id, []).append(len(self.text))

    def _extend(self, lines: list[str], id: str = "") -> None:
        for line in lines:
            self._add(line, id)

    def _layer(self, id: str) -> Layer:
        layer = self.network.nodes[id].layer
        assert layer is not None, "only nodes of known kinds are good"
        return layer

    def _inputs(self, id: str) -> tuple[TensorType, ...]:
        return tuple(item for item in self.analysis[id].inputs if item is not None)

    def _module_of(self, id: str) -> str:
        if self.block is not None:
            return self.block.modules.get(id, "")
        if isinstance(self._layer(id), Block):
            return self.plan.expression(self.analysis, self.network.nodes[id])
        return self._layer(id).module(self._inputs(id))

    def _attribute(self, id: str) -> str:
        return self.network.nodes[id].attribute if self._layer(id).has_module else id

    # The parts of the file

    def _docstring(self) -> None:
        rows = [("Layer", "Kind", "Output", "Parameters")]
        for id in self.order:
            report = self.analysis[id]
            node = self.network.nodes[id]
            shape = times(report.shape) if report.shape is not None else "?"
            count = f"{report.parameters:,}" if report.parameters is not None else "?"
            count = f"as {self.again[id]}" if report.parameters and id in self.again else count
            rows.append((id, one_line(node.kind, 40), shape, "" if count == "0" else count))
        totals = self.analysis.totals()
        rows.append(("Total", "", "", f"{totals.parameters:,}"))
        widths = [max(len(row[column]) for row in rows) for column in range(4)]
        # Ruff shifts docstrings that start with a quote or blank; a title of letters only avoids both.
        self._add(f'"""{self.name}, a network of {len(self.network):,} layers drawn in Netloom.')
        self._add("")
        for row in rows:
            cells = [row[0].ljust(widths[0]), row[1].ljust(widths[1]), row[2].rjust(widths[2]), row[3].rjust(widths[3])]
            self._add("  ".join(cells).rstrip())
        self._add('"""')

    def _notes(self) -> None:
        """What is said about the network as a whole, and about layers that no statement stands for."""
        texts = [note.text for note in self.network.notes.values()]
        texts += [
            f"{node.id}: {node.note}"
            for node in self.network
            if node.note and (node.id not in self.good_set or not (self._is_step(node.id) or self._module_of(node.id)))
        ]
        for text in texts:
            lines = comment(0, text)
            if lines:
                self._extend([*lines, ""])

    def _say(self, indent: int, id: str, *, note: bool = True) -> None:
        """The title of a layer's frame, where it begins, and what is said about the layer."""
        node = self.network.nodes[id]
        if node.frame != self.frame:
            self.frame = node.frame
            frame = self.network.frames.get(node.frame)
            self._extend(comment(indent, frame.title if frame else ""))
        if note and node.note:
            self._extend(comment(indent, node.note), id)

    def _class_line(self, base: str) -> None:
        self._add(f"class {self.name}({base}):")
        title = one_line(self.title, 70)
        if title and "".join(filter(str.isalnum, title)).casefold() != self.name.casefold():
            self._add(f'    """{_sentence(title)}"""')
            self._add("")
        arguments = self.block.arguments if self.block else []
        told = [f"{a.name}: {a.type}" + (f" = {a.default}" if a.default else "") for a in arguments]
        self._extend(definition(4, "__init__", ["self", *told], "None"))

    def _sequential(self, chain: list[str]) -> None:
        self._class_line("nn.Sequential")
        self._add("        super().__init__(")
        self._add("            OrderedDict(")
        for id in chain:
            self._say(16, id)
            code = f"{self._attribute(id)}={self._module_of(id)}"
            self._extend(statement(16, code, self._comment(id), comma=True), id)
        self._add("            )")
        self._add("        )")
        for id in chain:
            self._extend(self._beginning(id), id)

    def _constructor(self) -> None:
        self._class_line("nn.Module")
        self._add("        super().__init__()")
        for id in self.order:
            if id not in self.good_set:
                self._add(f"        # {one_line(f'{id}: {self._reason(id)}', 78)}", id)
            elif self._module_of(id):
                self._make(id)

    def _make(self, id: str) -> None:
        """Make a layer's module, at the first of the layers that call it; the lines stand for all of them."""
        attribute = self._attribute(id)
        if attribute in self.made:
            return
        self.made.add(attribute)
        callers = [caller for caller in self.network.partners(id) if caller in self.good_set]
        count = f", called {_TIMES.get(len(callers), f'{len(callers)} times')}" if len(callers) > 1 else ""
        for caller in callers:
            self._say(8, caller)
        first = len(self.text) + 1
        code = f"self.{attribute} = {self._module_of(id)}"
        self._extend(statement(8, code, (self._comment(id) + count).removeprefix(", ")) + self._beginning(id))
        for caller in callers:
            self.places.setdefault(caller, []).extend(range(first, len(self.text) + 1))

    def _beginning(self, id: str) -> list[str]:
        """The lines that give a module's weights their first values, and freeze them."""
        layer, name = self._layer(id), f"self.{self._attribute(id)}"
        statements: tuple[str, ...] = ()
        if layer.begins_otherwise:
            statements = layer.begins(name, self._inputs(id), gain_behind(self.network, self.analysis, id))
        if layer.frozen:
            statements += (f"{name}.requires_grad_(False)",)
        return [line for code in statements for line in statement(8, code)]

    def _reason(self, id: str) -> str:
        errors = [issue.message for issue in self.analysis[id].issues if issue.severity == "error"]
        return errors[0] if errors else "left out, because a layer before it has an error."

    def _comment(self, id: str) -> str:
        if self.block is not None:
            return ""  # shapes are those of each use
        report = self.analysis[id]
        return times(report.shape) if report.shape is not None else "?"

    # One chain

    def _chain(self) -> list[str]:
        """The modules in order if the whole network is one chain of them; else nothing."""
        if self.left_out or not self.good:
            return []
        middle = []
        for place, id in enumerate(self.order):
            node = self.network.nodes[id]
            if not self._links(place, id) or len(self.network.partners(id)) > 1:
                return []
            if self._is_step(id):
                called = self._layer(id).lines("layer", ("x",), ("y",) * len(node.outputs), self._inputs(id))
                if not self._module_of(id) or called != ("y = layer(x)",):
                    return []
                middle.append(id)
        return middle if len(middle) >= 2 else []

    def _links(self, place: int, id: str) -> bool:
        """Whether a node continues the chain: fed by the node before it alone, and through its only port."""
        node = self.network.nodes[id]
        edges = self.network.edges_into(id)
        if place == 0:
            return not node.inputs and len(node.outputs) == 1
        fed = len(edges) == 1 and edges[0].source == self.order[place - 1] and len(node.inputs) == 1
        return fed and not node.inputs[0].variadic and (bool(node.outputs) or place == len(self.order) - 1)

    # A written forward

    def _forward(self) -> None:
        if not self.good:
            return
        starts = [id for id in self.good if not self.network.nodes[id].inputs]
        needed = self._needed()
        body = [id for id in self.good if id in needed and self._is_step(id)]
        variables = self._variables(starts, body)
        parameters = [f"{variables.get((id, 'output'), id)}: torch.Tensor" for id in starts]
        results = [variables[self._key(edge)] for edge in self._result_edges()]
        self._add("")
        self._extend(definition(4, "forward", ["self", *parameters], _RETURNS.get(len(results), _MANY)))
        self.frame = ""
        for id in body:
            self._say(8, id, note=not self._module_of(id))
            name = f"self.{self._attribute(id)}"
            arguments, targets = self._arguments(id, variables), self._targets(id, variables)
            for line in self._layer(id).lines(name, arguments, targets, self._inputs(id)):
                self._extend(statement(8, line), id)
        lines = returned(8, results)
        first = len(self.text) + 1
        self._extend(lines)
        for place, edge in enumerate(self._result_edges(), 1):
            self.places.setdefault(edge.target, []).append(first if len(lines) == 1 else first + place)

    def _is_step(self, id: str) -> bool:
        node = self.network.nodes[id]
        return bool(node.inputs and node.outputs)

    def _result_edges(self) -> list[Edge]:
        """The wires into the outputs; in a network without any, one imagined wire out of each loose end."""
        good = self.good_set
        ends = [node.id for node in self.network if node.id in good and not node.outputs]
        if ends:
            return [edge for id in ends for edge in self.network.edges_into(id)]
        loose = [id for id in self.good if not any(edge.target in good for edge in self.network.edges_from(id))]
        return [Edge(id, self.network.nodes[id].outputs[0], "", "") for id in loose]

    def _needed(self) -> set[str]:
        waiting = [edge.source for edge in self._result_edges()]
        needed: set[str] = set()
        while waiting:
            id = waiting.pop()
            if id not in needed:
                needed.add(id)
                waiting.extend(edge.source for edge in self.network.edges_into(id))
        return needed

    @staticmethod
    def _key(edge: Edge) -> tuple[str, str]:
        return edge.source, edge.source_port

    def _variables(self, starts: list[str], body: list[str]) -> dict[tuple[str, str], str]:
        """A variable for each value read: ``x`` where the very next statement is its only reader, else the id."""
        readers: dict[tuple[str, str], list[int]] = {}
        place = {id: index for index, id in enumerate(body)}
        for id in body:
            for edge in self.network.edges_into(id):
                readers.setdefault(self._key(edge), []).append(place[id])
        for edge in self._result_edges():
            readers.setdefault(self._key(edge), []).append(len(body))
        variables = {}
        for (id, port), read_at in readers.items():
            node = self.network.nodes[id]
            following = place[id] + 1 if id in place else 0
            passing = read_at == [following] and port == node.outputs[0] and (id in place or len(starts) == 1)
            variables[id, port] = "x" if passing else id if port == node.outputs[0] else self._port_variable(id, port)
        return variables

    def _port_variable(self, id: str, port: str) -> str:
        name = f"{id}_{port}"
        while name in self.network.nodes:
            name += "_"
        return name

    def _arguments(self, id: str, variables: dict[tuple[str, str], str]) -> tuple[str, ...]:
        node = self.network.nodes[id]
        edges = self.network.edges_into(id)
        by_port = (edge for port in node.inputs for edge in edges if edge.target_port == port.name)
        return tuple(variables[self._key(edge)] for edge in by_port)

    def _targets(self, id: str, variables: dict[tuple[str, str], str]) -> tuple[str, ...]:
        return tuple(variables.get((id, port), "") for port in self.network.nodes[id].outputs)


_RETURNS = {1: "torch.Tensor", 2: "tuple[torch.Tensor, torch.Tensor]"}
_MANY = "tuple[torch.Tensor, ...]"
_TIMES = {2: "twice"}


def _sentence(text: str) -> str:
    return text if text[-1] in ".!?" else text + "."


__all__ = ["Source", "generate", "generate_in_pieces"]
