"""Every kind of layer worked by hand: what is written for it, forward and backward, is what torch computed."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest
from codegen_networks import KINDS
from layer_cases import Case
from worked import result
from worked_kinds import document_of, small_case

from models.byhand import notation
from models.byhand.pen import NotWrittenError, Page
from models.byhand.written.lookup import lines_of
from models.byhand.written.registry import WITHOUT, WRITERS, found
from models.document import Document
from models.kinds.layer import Layer
from models.layers import LAYERS
from models.layers.learned.attending import Waves
from studio.worker.probing.working import Work

CASES = 2
PLACES = 5
"""Numbers of a table whose lines are looked at."""
WRITTEN = [kind for kind in KINDS if not found(WITHOUT, kind())]


def worked(document: Document) -> Page:
    work = Work(document)
    for _ in work.walk(0):
        pass
    return Page(document.network, work.settings, work.walked, 0)


@pytest.mark.parametrize("kind", WRITTEN, ids=[kind.__name__ for kind in WRITTEN])
def test_what_is_written_for_a_kind_is_what_torch_computed(kind: type[Layer], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notation, "DIGITS", 17)
    monkeypatch.setattr(notation, "MOST_TERMS", 10_000)
    rng = np.random.default_rng(7)
    for number in range(CASES):
        case = small_case(kind, Random(f"{kind.__name__}{number}"))
        if any(given.dtype == "int" for given in case.outputs or ()):
            continue  # of integers there is no loss
        page = worked(document_of(case, rng))
        written = set()
        for name, table in page.now.tables().items():
            if name.startswith("weight/") or name == "value/input1" or name.startswith("value/input"):
                continue
            places = list(np.ndindex(*table.shape))
            for at in rng.permutation(len(places))[:PLACES]:
                try:
                    found = lines_of(page, name, places[at])
                except NotWrittenError as reason:
                    assert "max_norm" in case.layer.settings() or name.startswith("mask/"), f"{name}: {reason}"
                    continue
                written.add(name.partition("/")[0])
                near = 1e-5 if isinstance(case.layer, Waves) else 1e-7  # torch works angles out as float32
                for line in found:
                    assert result(line.numbers) == pytest.approx(line.value, rel=near, abs=near / 100), line.text
        assert "value" in written or "max_norm" in case.layer.settings(), case.layer.settings()


def test_every_kind_with_values_has_steps() -> None:
    inner = [kind for kind in LAYERS.values() if kind.outputs and kind.inputs]
    assert [kind.kind for kind in inner if not found(WRITERS, kind()) and not found(WITHOUT, kind())] == []


@pytest.mark.parametrize("kind", ["LSTM", "MultiheadAttention", "TransformerEncoderLayer"])
def test_dropout_inside_a_layer_is_said_to_be_unseen(kind: str) -> None:
    settings = {
        "LSTM": {"hidden_size": 2, "num_layers": 2, "dropout": 0.5},
        "MultiheadAttention": {"num_heads": 1, "dropout": 0.5},
        "TransformerEncoderLayer": {"nhead": 1, "dim_feedforward": 2, "dropout": 0.5},
    }[kind]
    layer, _ = LAYERS[kind].read(settings)
    from models.kinds.layer import TensorType

    given = (TensorType((2, 2)),)
    page = worked(document_of(Case(layer, given, layer.output_types(given)), np.random.default_rng(1)))
    with pytest.raises(NotWrittenError, match=r"draws inside torch\. Set it to 0"):
        lines_of(page, "value/layer1", (0, 0, 0))
