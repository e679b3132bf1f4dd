"""The graph of an exported program: calls of ATen functions in their order, with what each is given.

Arguments are numbers, texts, None, lists, `Ref` for a tensor, `Symbol` for an integer that is worked out, and the kinds
of `models.importers.pytorch.trace`. Graphs that others run at once (with gradients switched off) stand in their place.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from models.importers.exported.files import DTYPES, ProgramFile
from models.importers.pytorch.trace import Named, Opaque
from models.importers.records import ImportFailed

RUN_AT_ONCE = ("wrap_with_set_grad_enabled", "wrap_with_autocast")
BACK = "\\"
DEEPEST, MOST_NODES = 20, 200_000
DAMAGED = (KeyError, TypeError, ValueError, IndexError, AttributeError)
TRAINING = ("train", "training")
"""Arguments that tell functions to act as in training."""


class Ref(NamedTuple):
    """A tensor by name."""

    name: str


class Symbol(NamedTuple):
    """An integer by name."""

    name: str


class Given(NamedTuple):
    """Tensors that go into the graph: what they are ("parameter", "buffer", "constant", "input"), and in the source."""

    role: str
    name: str
    source: str


class Sized(NamedTuple):
    """What is known of a tensor: its sizes, an expression where one is open, and its type ("float32")."""

    sizes: tuple[int | str, ...]
    dtype: str


@dataclass(frozen=True, eq=False)
class Node:
    """One call. ``modules`` are those around it, outermost first, as (path, class); ``place`` the line of code."""

    target: str
    args: tuple[Any, ...]
    kwargs: Mapping[str, Any]
    outputs: tuple[str, ...]
    modules: tuple[tuple[str, str], ...] = ()
    place: str = ""

    @property
    def operator(self) -> str:
        """ "conv2d" for ``torch.ops.aten.conv2d.default``; "" for what is no function of ATen."""
        parts = self.target.split(".")
        return parts[3] if parts[:3] == ["torch", "ops", "aten"] and len(parts) == 5 else ""

    @property
    def writes(self) -> bool:
        """Whether it writes into its first argument."""
        name = self.operator
        told = name.endswith("_") and not name.startswith("__") and name != "detach_"
        return told and bool(self.args) and isinstance(self.args[0], Ref)


@dataclass
class Graph:
    """A whole program. ``integers`` gives for the name of each integer the expression that it is; ``outputs`` are
    (name, tensor)."""

    given: list[Given] = field(default_factory=list)
    nodes: list[Node] = field(default_factory=list)
    tensors: dict[str, Sized] = field(default_factory=dict)
    integers: dict[str, int | str] = field(default_factory=dict)
    outputs: list[tuple[str, str]] = field(default_factory=list)
    in_training: bool = False
    """Whether it was exported to act as in training; here it never does."""


def read_graph(file: ProgramFile) -> Graph:
    """The graph of a file; raises `ImportFailed` for one that is damaged, or that branches or loops."""
    try:
        return _Reader(file.program["graph_module"]).graph
    except DAMAGED as error:
        raise damaged(file, error) from error


def damaged(file: ProgramFile, error: Exception) -> ImportFailed:
    """What is said of a program that is not what it should be."""
    return ImportFailed(f"the program in {file.name} is damaged: {type(error).__name__} {error!s:.40}.")


class _Reader:
    def __init__(self, module: Mapping[str, Any]) -> None:
        self.graph = Graph()
        for spec in module["signature"]["input_specs"]:
            self.graph.given += _given(spec)
        self._take(module["graph"], "", {}, ())
        keys = _keys(module)
        for spec in module["signature"]["output_specs"]:
            if "user_output" in spec and "as_tensor" in (given := spec["user_output"]["arg"]):
                place = len(self.graph.outputs)
                name = keys[place] if place < len(keys) else f"output{place + 1}"
                self.graph.outputs.append((name, given["as_tensor"]["name"]))

    def _take(self, graph: Mapping[str, Any], lead: str, outer: dict[str, str], around: tuple[Any, ...]) -> None:
        """Take in a graph; in one that stands in another names get a ``lead``, but those that come from ``outer``."""
        names = _Names(lead, outer)
        for name, meta in graph["tensor_values"].items():
            self.graph.tensors.setdefault(names[name], _sized(meta))
        for name, value in graph["sym_int_values"].items():
            self.graph.integers.setdefault(names[name], _size(value))
        for node in graph["nodes"]:
            self._node(node, names, around)

    def _node(self, node: Mapping[str, Any], names: _Names, around: tuple[Any, ...]) -> None:
        if len(self.graph.nodes) >= MOST_NODES:
            raise ImportFailed(f"it makes over {MOST_NODES:,} calls, the most that can be read.")
        metadata = node.get("metadata") or {}
        modules, place = (*around, *_modules(metadata)), _place(str(metadata.get("stack_trace", "")))
        inner = next((item["arg"]["as_graph"] for item in node["inputs"] if "as_graph" in item["arg"]), None)
        outputs = tuple(names[name] for item in node["outputs"] for name in _made(item))
        if inner is not None:
            return self._inside(node, inner["graph"], names, modules, outputs)
        args, kwargs = list[Any](), dict[str, Any]()
        for item in node["inputs"]:
            value = self._value(item, names)
            if item.get("kind") == 2:
                kwargs[item["name"]] = value
            else:
                args.append(value)
        self.graph.nodes.append(Node(str(node["target"]), tuple(args), kwargs, outputs, modules, place))
        return None

    def _inside(
        self, node: Mapping[str, Any], inner: Mapping[str, Any], names: _Names, around: tuple[Any, ...],
        outputs: tuple[str, ...],
    ) -> None:  # fmt: skip
        what = str(node["target"]).rpartition(".")[2]
        if what not in RUN_AT_ONCE:
            raise ImportFailed(
                f"{node.get('name', what)!s:.40} is a branch or a loop ({what:.20}), which no layer can."
            )
        if names.lead.count("/") >= DEEPEST:
            raise ImportFailed(f"it has over {DEEPEST} graphs within graphs.")
        place = next(at for at, item in enumerate(node["inputs"]) if "as_graph" in item["arg"])
        given = [names[name] for item in node["inputs"][place + 1 :] for name in _made(item["arg"])]
        own = [name for item in inner["inputs"] for name in _made(item)]
        lead = f"{names.lead}{node.get('name') or len(self.graph.nodes)}/"
        self._take(inner, lead, dict(zip(own, given, strict=True)), around)
        results = [
            _Names(lead, dict(zip(own, given, strict=True)))[name] for out in inner["outputs"] for name in _made(out)
        ]
        for name, result in zip(outputs, results, strict=True):
            self.graph.nodes.append(Node("torch.ops.aten.alias.default", (Ref(result),), {}, (name,), around))

    def _value(self, item: Mapping[str, Any], names: _Names) -> Any:
        value = _argument(item["arg"], names)
        if item["name"] in TRAINING and value is True:
            self.graph.in_training = True
            return False
        return value


class _Names(dict[str, str]):
    """The names of an inner graph as the whole has them."""

    def __init__(self, lead: str, outer: Mapping[str, str]) -> None:
        super().__init__(outer)
        self.lead = lead

    def __missing__(self, name: str) -> str:
        return self.lead + name


def _given(spec: Mapping[str, Any]) -> Iterator[Given]:
    (kind, about), = spec.items()  # fmt: skip
    arg = about["arg"]
    if kind == "user_input":
        if "as_tensor" in arg:
            yield Given("input", arg["as_tensor"]["name"], arg["as_tensor"]["name"])
        elif "as_none" not in arg:
            yield Given("number", next(iter(_made(arg)), ""), "")
    elif kind in ("parameter", "buffer"):
        yield Given(kind, arg["name"], str(about[f"{kind}_name"]))
    elif kind == "tensor_constant":
        yield Given("constant", arg["name"], str(about["tensor_constant_name"]))


def _made(argument: Mapping[str, Any]) -> list[str]:
    """The names in what a call gives or takes."""
    (kind, value), = argument.items()  # fmt: skip
    if kind == "as_tensor":
        return [value["name"]]
    if kind == "as_tensors":
        return [item["name"] for item in value]
    if kind == "as_sym_int" and "as_name" in value:
        return [value["as_name"]]
    return []


def _argument(argument: Mapping[str, Any], names: _Names) -> Any:
    (kind, value), = argument.items()  # fmt: skip
    if kind == "as_none":
        return None
    if kind in ("as_tensor", "as_optional_tensor", "as_optional_tensors", "as_tensors", "as_nested_tensors"):
        return _tensor(value, names)
    if kind == "as_sym_int":
        return _integer(value, names)
    if kind == "as_sym_ints":
        return [_integer(item, names) for item in value]
    if kind == "as_scalar_type":
        return Named(f"torch.{DTYPES.get(value, 'other')}")
    if kind in ("as_device", "as_layout", "as_memory_format"):
        return Named(kind.removeprefix("as_"))
    plain = kind in ("as_int", "as_ints", "as_float", "as_floats", "as_bool", "as_bools", "as_string", "as_strings")
    return value if plain or kind == "as_int_lists" else Opaque(kind.removeprefix("as_"))


def _tensor(value: Any, names: _Names) -> Any:
    if isinstance(value, list):
        return [_tensor(item, names) for item in value]
    if "as_none" in value:
        return None
    return Ref(names[value["as_tensor"]["name"] if "as_tensor" in value else value["name"]])


def _integer(value: Mapping[str, Any], names: _Names) -> Any:
    return Symbol(names[value["as_name"]]) if "as_name" in value else int(value["as_int"])


def _sized(meta: Mapping[str, Any]) -> Sized:
    return Sized(tuple(map(_size, meta["sizes"])), DTYPES.get(meta["dtype"], "other"))


def _size(value: Mapping[str, Any]) -> int | str:
    return int(value["as_int"]) if "as_int" in value else str(value["as_expr"]["expr_str"])


def _modules(metadata: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The modules around a call: ``key,path,class;…``, of which the first is the whole network."""
    for item in str(metadata.get("nn_module_stack", "")).split(";"):
        parts = item.split(",")
        if len(parts) == 3 and parts[1] and not parts[1].startswith("_"):
            yield parts[1], parts[2]


def _place(trace: str) -> str:
    """The innermost line of code that is none of PyTorch's."""
    found = [
        (file, line)
        for file, line in re.findall(r'File "([^"\n]*)", line (\d+)', trace)
        if "/torch/" not in file.replace(BACK, "/") and not file.startswith("torch/")
    ]
    if not found:
        return ""
    file, line = found[-1]
    return f"{file.replace(BACK, '/').rpartition('/')[2]:.40}, line {line}"


def _keys(module: Mapping[str, Any]) -> list[str]:
    """The names of the outputs, where the network returned them by key."""
    calls: Sequence[Any] = module.get("module_call_graph") or ()
    spec = next((call["signature"]["out_spec"] for call in calls if call["fqn"] == "" and call["signature"]), "")
    try:
        root = json.loads(spec)[1]
    except (ValueError, IndexError, KeyError, TypeError, RecursionError):
        return []
    if not isinstance(root, dict) or root.get("type") is None:
        return ["output"]
    if len(root.get("children_spec") or ()) == 1 and not str(root["type"]).endswith("dict"):
        return ["output"]
    if str(root["type"]).endswith("dict") and all(not item.get("children_spec") for item in root["children_spec"]):
        found = json.loads(root["context"])
        return [str(key) for key in found] if isinstance(found, list) else []
    return []


def refs_in(item: Any) -> list[str]:
    """The names of the tensors in arguments."""
    if isinstance(item, Ref):
        return [item.name]
    if isinstance(item, Mapping):
        item = list(item.values())
    return [name for inner in item for name in refs_in(inner)] if type(item) in (list, tuple) else []
