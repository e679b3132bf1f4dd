"""Documents out of their JSON."""

from __future__ import annotations

import json
from typing import Any

from models.document import Document
from models.storage import files

FULL: dict[str, Any] = {
    "netloom": 1,
    "network": {
        "nodes": [
            {"id": "conv1", "kind": "Conv2d", "params": {"out_channels": 16, "flavor": "new"}},
            {"id": "odd1", "kind": "FromTheFuture", "params": {"deep": {"list": [1, None, True]}}, "mood": "blue"},
            {"id": "lstm1", "kind": "LSTM"},
            {"id": "fc1", "kind": "Linear"},
        ],
        "edges": [["conv1", "odd1"], ["odd1", "lstm1"], ["lstm1:h_n", "fc1"]],
        "layout": {"conv1": [0, 120.5]},
        "blocks": {"block1": ["conv1"]},
    },
    "data": {"source": "digits", "later": [1]},
    "training": {"epochs": 10, "optimizer": {"kind": "SGD", "params": {"lr": 0.1}}},
    "views": {"zoom": 0.5},
}


def opened(value: Any) -> tuple[Document, list[str]]:
    document, problems = files.parse(value if isinstance(value, bytes) else json.dumps(value).encode())
    return document, [str(problem) for problem in problems]


def network(nodes: Any, edges: Any = ()) -> dict[str, Any]:
    return {"netloom": 1, "network": {"nodes": nodes, "edges": list(edges)}}
