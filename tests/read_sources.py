"""Documents and their code, as it is edited in tests."""

from __future__ import annotations

from typing import Any

from models.codegen.module import generate
from models.document import Document
from models.document.content import CODE
from models.sources.following.flow import drawn
from models.sources.following.known import known
from models.sources.plain.outlining import outline
from models.sources.recognizing.base import bases
from models.storage.writing import to_json


def state(document: Document) -> dict[str, Any]:
    """The document without its kept code, and without where cards lie."""
    value = to_json(document)
    value.pop(CODE, None)
    value["network"].pop("layout", None)
    return value


def check_drawn(document: Document) -> None:
    source = generate(document.network, document.analysis, "Net")
    found = outline(source.text)
    for name, base in bases(document, source).items():
        drawing = drawn(base, found, found.classes[name], {})
        assert drawing.problems == []
        assert drawing.steps.keys() <= base.network.nodes.keys()
        for id, step in drawing.steps.items():
            assert step.kind == base.network[id].kind
            if step.wires is not None:
                fed = [(edge.target_port, (edge.source, edge.source_port)) for edge in base.fed(id)]
                assert step.wires == fed
        expected = known(base, source.left_out if name == source.class_name else ())
        assert (drawing.starts, drawing.results) == (expected.starts, expected.results)
        assert {base.network[id].attribute for id in drawing.steps} == {
            base.network[id].attribute for id in expected.steps
        }
