"""Exported modules of random networks: a clean interpreter computes with them what the layers compute one by one."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import torch
from codegen_networks import KINDS, random_network
from layer_cases import Case, build

from models.analysis import Analysis
from models.analysis.beginning import gain_behind
from models.codegen.module import Source, generate
from models.kinds.layer import TensorType, Weight
from models.layers.pools.fractional import FractionalPooling
from models.network import Edge, Network, reading_order
from support import ROOT, scaled

COUNT = scaled(1_000, 0.2)
BATCH = 2
GIVEN = '''
import hashlib, torch

def given(types):
    """The same random inputs anywhere; integers stay below the size of any vocabulary."""
    torch.manual_seed(1)
    return [torch.zeros(2, *shape, dtype=torch.long) if dtype == "int" else torch.randn(2, *shape)
            for shape, dtype in types]

def fingerprint(tensor):
    return [list(tensor.shape), hashlib.sha256(tensor.detach().contiguous().numpy().tobytes()).hexdigest()]
'''
RUNNER = (
    GIVEN
    + """
import importlib.util, json, sys, warnings

torch.set_num_threads(1)
warnings.filterwarnings("ignore", "Using padding='same'")
answers = []
for job in json.load(open(sys.argv[1])):
    spec = importlib.util.spec_from_file_location("generated", job["path"])
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    torch.manual_seed(0)
    network = getattr(module, job["class"])().eval()
    with torch.no_grad():
        results = network(*given(job["inputs"]))
    results = results if isinstance(results, tuple) else [results]
    learned = {name: list(item.shape) for name, item in network.named_parameters()}
    stored = {name: list(item.shape) for name, item in network.named_buffers()}
    answers.append([[fingerprint(item) for item in results], learned, stored, list(network.state_dict())])
assert "models" not in sys.modules and "studio" not in sys.modules
print(json.dumps(answers))
"""
)


@dataclass(frozen=True)
class Example:
    """A random network with its source and what a clean interpreter found out about that."""

    network: Network
    analysis: Analysis
    source: Source
    results: list[Any]
    learned: dict[str, list[int]]
    stored: dict[str, list[int]]
    keys: list[str]

    def ends(self) -> list[tuple[str, str]]:
        """The ports that the module gives back, in order."""
        outputs = [node for node in self.network if node.kind == "Output"]
        edges = [edge for node in outputs for edge in self.network.edges_into(node.id)]
        loose = [id for id in reading_order(self.network) if not self.network.edges_from(id)]
        return [(edge.source, edge.source_port) for edge in edges] or [
            (id, self.network[id].outputs[0]) for id in loose
        ]

    def needed(self) -> set[str]:
        """The layers that the results depend on."""
        backward = Network((), (Edge(target, "", source, "") for source, _, target, _ in self.network.edges))
        return backward.downstream(id for id, _ in self.ends())

    def inputs(self) -> list[TensorType]:
        """What the module takes, in order."""
        return [given for node in self.network if not node.inputs for given in self.analysis[node.id].outputs if given]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("networks")


@pytest.fixture(scope="module")
def examples(folder: Path) -> list[Example]:
    """Random networks of every kind, each exported and run in a clean interpreter."""
    parts, jobs = [], []
    for seed in range(COUNT):
        network, analysis = random_network(seed)
        source = generate(network, analysis, f"net {seed}")
        path = folder / f"net{seed}.py"
        path.write_text(source.text)
        example = Example(network, analysis, source, [], {}, {}, [])
        parts.append((network, analysis, source))
        jobs.append({"path": str(path), "class": source.class_name, "inputs": example.inputs()})
    plan, runner = folder / "jobs.json", folder / "runner"
    plan.write_text(json.dumps(jobs))
    runner.write_text(RUNNER)
    command = [sys.executable, "-I", str(runner), str(plan)]
    result = subprocess.run(command, capture_output=True, text=True, cwd=folder, check=False)
    assert result.returncode == 0, result.stderr[-2000:]
    return [Example(*part, *answer) for part, answer in zip(parts, json.loads(result.stdout), strict=True)]


def test_every_kind_occurs(examples: list[Example]) -> None:
    assert {node.kind for example in examples for node in example.network} >= {kind.kind for kind in KINDS}
    assert any(len(example.inputs()) > 1 for example in examples)
    assert any(len(example.ends()) > 1 for example in examples)
    assert any(len(ids) > 1 for example in examples for ids in example.network.modules.values())


def test_nothing_is_left_out_and_all_shapes_are_as_analyzed(examples: list[Example]) -> None:
    for example in examples:
        assert not example.source.left_out and not example.analysis.issues()
        reports = [(example.analysis[id], example.network[id].outputs.index(port)) for id, port in example.ends()]
        shapes = [report.outputs[place] for report, place in reports]
        assert [shape for shape, _ in example.results] == [[BATCH, *given.shape] for given in shapes if given]


def test_weights_are_called_after_their_layers_and_counted(examples: list[Example]) -> None:
    for example in examples:
        owned = list(weights(example))
        learned = {name: list(weight.shape) for name, weight in owned if weight.trainable}
        stored = {name: list(weight.shape) for name, weight in owned if not weight.trainable}
        assert example.learned == learned and example.stored == stored
        assert sorted(example.keys) == sorted({**learned, **stored})
        totals = example.analysis.totals()
        assert totals.parameters == sum(weight.elements for _, weight in owned if weight.trainable)


def weights(example: Example) -> list[tuple[str, Weight]]:
    """What the layers say they own, under the names of the exported module."""
    found = {}
    for node in example.network:
        types = tuple(given for given in example.analysis[node.id].inputs if given)
        assert node.layer is not None
        found |= {f"{node.attribute}.{weight.name}": weight for weight in node.layer.weights(types)}
    return list(found.items())


@pytest.mark.R10
@pytest.mark.filterwarnings("ignore:Using padding='same'")
def test_the_module_computes_to_the_bit_what_its_layers_compute_one_by_one(examples: list[Example]) -> None:
    torch.set_num_threads(1)
    for example in examples:
        if any(isinstance(node.layer, FractionalPooling) for node in example.network):
            continue  # it draws after training, too
        values = computed(example)
        expected = [fingerprint(values[end]) for end in example.ends()]
        assert example.results == expected, example.source.text


def test_the_memory_of_activations_is_that_of_the_tensors(examples: list[Example]) -> None:
    looked_at = 0
    for example in examples[::4]:
        values = computed(example)
        for node in example.network:
            ports = [(node.id, port) for port in node.outputs]
            if values.keys() >= set(ports):
                looked_at += 1
                held = sum(values[port].nbytes for port in ports)
                assert held == BATCH * (example.analysis[node.id].activation_bytes or 0), node.kind
    assert looked_at > len(examples)


def computed(example: Example) -> dict[tuple[str, str], torch.Tensor]:
    """Every value of the network: layer after layer, made and called as torch's own classes."""
    network, space = example.network, dict[str, Any]()
    exec(GIVEN, space)
    starts = iter(space["given"](example.inputs()))
    torch.manual_seed(0)
    layers: dict[str, Any] = {}
    modules: dict[str, Any] = {}
    for id in reading_order(network):
        before = torch.get_rng_state()
        layers[id] = real = layer_of(example, id)
        if network[id].attribute in modules:  # the first call's module serves them all
            torch.set_rng_state(before)
            real.run.__globals__["layer"] = modules[network[id].attribute]
        elif real.module is not None:
            modules[network[id].attribute] = real.module
    values: dict[tuple[str, str], torch.Tensor] = {}
    needed = example.needed()
    with torch.no_grad():
        for id, real in layers.items():
            node = network[id]
            if node.inputs and id not in needed:
                continue
            wires = [edge for port in node.inputs for edge in network.edges_into(id) if edge.target_port == port.name]
            given = [values[edge.source, edge.source_port] for edge in wires]
            results = real(*given) if node.inputs else (next(starts),)
            values |= dict(zip(read_ports(example, id), results, strict=False))
    return values


def read_ports(example: Example, id: str) -> list[tuple[str, str]]:
    """The output ports of a layer that the results need; the first one if they need none."""
    needed = example.needed()
    read = {(edge.source, edge.source_port) for edge in example.network.edges if edge.target in needed}
    read |= set(example.ends())
    ports = [(id, port) for port in example.network[id].outputs]
    return [port for port in ports if port in read] or ports[:1]


def layer_of(example: Example, id: str) -> Any:
    """The layer in torch; attention takes another path where nobody reads its weights."""
    report, layer = example.analysis[id], example.network[id].layer
    assert layer is not None
    inputs, outputs = (tuple(given for given in types if given) for types in (report.inputs, report.outputs))
    wanted = tuple((id, port) in read_ports(example, id) for port in layer.outputs)
    real = build(Case(layer, inputs, outputs), wanted or None, gain_behind(example.network, example.analysis, id))
    if real.module is not None:
        real.module.eval()
    return real


def fingerprint(tensor: torch.Tensor) -> list[Any]:
    return [list(tensor.shape), hashlib.sha256(tensor.detach().contiguous().numpy().tobytes()).hexdigest()]


def test_ruff_leaves_all_of_them_as_they_are(folder: Path, examples: list[Example]) -> None:
    for command in (["format", "--diff"], ["check", "--select", "E4,E7,E9,F,I,N,UP,B,C4,PIE,SIM"]):
        full = [sys.executable, "-m", "ruff", *command, "--isolated", str(folder)]
        result = subprocess.run(full, capture_output=True, text=True, cwd=ROOT, check=False)
        assert result.returncode == 0, result.stdout[-3000:] + result.stderr[-500:]
