from __future__ import annotations

from dataclasses import replace

import pytest

from models.data import Facts, input_misfit, loss_misfit, output_misfit, output_shape, token_misfits
from models.network import Edge, Network, Node
from models.training.losses import LOSSES
from studio.data import DATASETS

DIGITS, DIABETES, CANCER = (DATASETS[name]().facts() for name in ("digits", "diabetes", "breast_cancer"))


@pytest.mark.parametrize(
    ("facts", "name", "outputs"),
    [(DIGITS, "CrossEntropyLoss", (10,)), (DIABETES, "MSELoss", (1,)), (CANCER, "BCEWithLogitsLoss", (1,))],
)
def test_what_fits_has_nothing_to_say(facts: Facts, name: str, outputs: tuple[int, ...]) -> None:
    loss, x, y = LOSSES[name](), facts.inputs[""], facts.targets[""]
    assert output_shape(y, loss) == outputs
    assert {input_misfit("x", x, x.shape), loss_misfit("x", y, loss), output_misfit("x", y, outputs, loss)} == {""}
    assert {input_misfit("x", x, None), output_misfit("x", y, None, loss)} == {""}


def test_shapes_that_do_not_fit_name_the_mend() -> None:
    found = input_misfit(DIGITS.name, DIGITS.inputs[""], (3, 32, 32))
    assert found == "Input expects 3×32×32; Handwritten digits has 1×8×8. Set Input shape to 1×8×8."
    found = output_misfit(DIGITS.name, DIGITS.targets[""], (7,), LOSSES["CrossEntropyLoss"]())
    assert found == "Output gives 7 values; Handwritten digits has 10 classes. Set the last layer to 10."


def test_an_embedding_fits_at_any_width_and_needs_a_class_an_example() -> None:
    loss, y = LOSSES["SupConLoss"](), DIGITS.targets[""]
    assert {output_misfit("x", y, (width,), loss) for width in (2, 64)} == {""} == {loss_misfit("x", y, loss)}
    assert output_misfit("x", y, (8, 8), loss) == "An embedding asks for one vector, but the network gives 8×8."
    words = replace(y, shape=(5,))
    assert loss_misfit("x", words, loss) == "SupConLoss compares one class an example. Use CrossEntropyLoss."
    assert "Use MSELoss." in loss_misfit("x", DIABETES.targets[""], loss)


@pytest.mark.parametrize(
    ("facts", "name", "mend"), [(DIABETES, "CrossEntropyLoss", "MSELoss"), (DIGITS, "L1Loss", "CrossEntropyLoss")]
)
def test_a_loss_of_the_other_kind_is_named(facts: Facts, name: str, mend: str) -> None:
    assert f"Use {mend}." in loss_misfit(facts.name, facts.targets[""], LOSSES[name]())


def test_a_table_too_small_is_named_with_the_rows_it_needs() -> None:
    nodes = [Node("words", "Input", {"shape": [8], "dtype": "int"}), Node("table", "Embedding", {"num_embeddings": 9})]
    network = Network(nodes, [Edge("words", "output", "table", "input")])
    assert token_misfits(network, "words", "Tags", 0, 8) == []
    (found,) = token_misfits(network, "words", "Tags", 0, 9)
    assert (found.node, found.rows) == ("table", 10) and found.message.endswith("Tags holds the number 9.")
    (negative,) = token_misfits(network, "words", "Tags", -2, 9)
    assert (negative.node, negative.remedy) == ("", "Add 2 to its numbers.")
    assert token_misfits(network, "table", "Tags", -2, 9) == []


def test_messages_are_short() -> None:
    for kind in DATASETS.values():
        if kind.is_bundled:
            facts = kind().facts()
            x, y = facts.inputs[""], facts.targets[""]
            for loss in (loss() for loss in LOSSES.values()):
                said = input_misfit(facts.name, x, (3, 256, 256)), output_misfit(facts.name, y, (1000,), loss)
                assert max(map(len, (*said, loss_misfit(facts.name, y, loss)))) <= 90, said
