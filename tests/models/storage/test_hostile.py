"""Documents full of nonsense, through everything that models and the command line make of a document."""

from __future__ import annotations

import ast
import json
import time
from itertools import pairwise
from random import Random
from typing import Any

import pytest

from models.analysis import Analysis
from models.checks import findings
from models.codegen.module import generate
from models.document import Document
from models.layers import LAYERS
from models.layout import arrange
from models.storage import files
from studio.cli import summary
from support import in_time, scaled

KINDS = (*LAYERS, *["Input"] * 10, "Output", "conv2d", "Magic", "", "\0", "__class__")
IDS = ("class", "a b", "n0", "x", "a:b", "output", "n1:h_n", "\ud800", 5, None, "", 'n"""', "n\n", "n" * 99)
PLAIN = (
    1,
    2,
    3,
    4,
    8,
    [2, 2],
    [3, 8, 8],
    [8],
    [4, 4],
    "same",
    "int",
    True,
    0.5,
    "=width",
    "=in_channels",
    [3, "=width"],
)
NONSENSE = (
    0, -1, 2**31 - 1, 2**31, 10**9, 10**18, 10**299, 1.5, 1e308, -1e308, 1e-320, float("nan"), float("inf"), None,
    False, "", "x" * 300, "ReLU", [], [0], [-1], [10**9] * 3, [1] * 9, {}, {"kind": "SGD"}, "\ud800", "a\nb", "9" * 400,
    {"kind": "MSELoss", "params": {"self": 1}}, [[1]], {"a": {"b": [{}]}}, "=", "=width / 0", "=lost", "=" + "(" * 150,
    "=" + "-" * 190 + "1", "=" + "*".join(["9" * 15] * 12), ["=in_channels", "="], "=__import__('os')", "==\0",
    {"kind": "CrossEntropyLoss", "params": {"label_smoothing": "=width"}},
)  # fmt: skip
STRANGE_NAMES = ("self", "layer", "kind", "x" * 99, "\n")


def nonsense(random: Random) -> Any:
    return random.choice(NONSENSE)


def node(random: Random, place: int) -> dict[str, Any]:
    kind = random.choice(KINDS)
    names = LAYERS[kind].fields if kind in LAYERS else ("size",)
    params = {
        name: nonsense(random) if random.random() < 0.4 else random.choice(PLAIN)
        for name in names
        if random.random() < 0.4
    }
    if random.random() < 0.05:
        params[random.choice(STRANGE_NAMES)] = nonsense(random)
    entry = {"id": f"n{place}" if random.random() < 0.8 else random.choice(IDS), "kind": kind, "params": params}
    if random.random() < 0.3:
        entry["position"] = [nonsense(random), nonsense(random)]
    if random.random() < 0.1:
        entry[random.choice(["params", "later"])] = nonsense(random)
    if random.random() < 0.25:
        entry["module"] = f"n{random.randrange(14)}" if random.random() < 0.8 else random.choice(IDS)
    return entry


def wire(random: Random, source: object, target: object) -> list[object]:
    if random.random() < 0.1:
        source = f"{source}:{random.choice(['h_n', 'weights', 'output', 'none'])}"
    if random.random() < 0.1:
        target = f"{target}:{random.choice(['key', 'value', 'second', 'input', 'none'])}"
    return [source, target]


def network(random: Random) -> dict[str, Any]:
    nodes = [node(random, place) for place in range(random.randint(0, 14))]
    ids = [entry["id"] for entry in nodes]
    pairs = [(before, after) for before, after in pairwise(ids) if random.random() < 0.9]
    pairs += [(random.choice(ids), random.choice(ids)) for _ in range(random.randint(0, 6)) if ids]
    parameters = {
        random.choice(("width", "lost", "in_channels", "min", "")): random.choice((1, 2, 4, nonsense(random)))
    }
    layout = {str(id): [nonsense(random), random.random()] for id in ids if random.random() < 0.3}
    return {
        "parameters": parameters,
        "nodes": nodes,
        "edges": [wire(random, *pair) for pair in pairs],
        "layout": layout if random.random() < 0.9 else nonsense(random),
    }


def content(random: Random) -> dict[str, Any]:
    sections = {name: nonsense(random) for name in ("data", "training", "later") if random.random() < 0.5}
    blocks = {random.choice(("Head", "", "\0")): network(random) if random.random() < 0.8 else nonsense(random)}
    more = {"blocks": blocks} if random.random() < 0.3 else {}
    return {"netloom": random.choice((1, 2, 2)), "network": network(random), **more, **sections}


def text(document: Document) -> bytes:
    return files.format_json(files.to_json(document))


def look_at(document: Document) -> None:
    """Everything that is worked out from a document."""
    ast.parse(generate(document.network, document.analysis, "net").text)
    json.dumps(summary.facts(document), allow_nan=False)
    arrange(document.network, document.analysis)
    for item in document.network:
        report = document.analysis[item.id]
        inputs, outputs = (tuple(given for given in types if given) for types in (report.inputs, report.outputs))
        if item.layer and len(inputs) == len(report.inputs) and len(outputs) == len(report.outputs) > 0:
            item.layer.formulas(inputs, outputs)


def mend(document: Document) -> None:
    """Every mend can be made and taken back, and the analysis follows."""
    before = text(document)
    for issue in findings(document):
        assert issue.message and len(issue.message) <= 90
        for remedy in issue.mends:
            document.apply(remedy.edit)
            assert document.analysis.reports == Analysis(document.network).reports
            document.undo()
            assert text(document) == before, remedy.label


@pytest.mark.R6
def test_nonsense_is_named_and_kept_and_never_raises() -> None:
    """20,000 documents in the long run."""
    for seed in range(scaled(20_000, 0.01)):
        random = Random(seed)
        value = content(random)
        began = time.process_time()
        raw = json.dumps(value).encode()
        document, _ = files.parse(raw) if random.random() < 0.5 else files.from_json(value)
        look_at(document)
        mend(document)
        again, problems = files.parse(text(document))
        assert not problems and text(again) == text(document), seed
        assert in_time(time.process_time() - began, 2), seed
