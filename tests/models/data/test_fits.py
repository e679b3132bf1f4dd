from __future__ import annotations

import pytest

from models.data import fits
from models.training.losses import LOSSES
from studio.data import DATASETS

DIGITS, DIABETES, CANCER = (DATASETS[name]().facts() for name in ("digits", "diabetes", "breast_cancer"))


def loss(name: str):  # type: ignore[no-untyped-def]
    return LOSSES[name]()


def test_what_fits_has_nothing_to_say() -> None:
    assert fits(DIGITS, (1, 8, 8), (10,), loss("CrossEntropyLoss")) == []
    assert fits(DIABETES, (10,), (1,), loss("MSELoss")) == []
    assert fits(CANCER, (30,), (1,), loss("BCEWithLogitsLoss")) == []
    assert fits(DIGITS, None, None, loss("CrossEntropyLoss")) == []


def test_shapes_that_do_not_fit_name_the_mend() -> None:
    first, second = fits(DIGITS, (3, 32, 32), (7,), loss("CrossEntropyLoss"))
    assert first.message == "Input is 3×32×32 but Handwritten digits is 1×8×8. Set Input shape to 1×8×8."
    assert (first.where, first.shape) == ("input", (1, 8, 8))
    assert second.message == "Output is 7 but Handwritten digits has 10 classes. Set the last layer to 10."
    assert (second.where, second.shape) == ("output", (10,))


@pytest.mark.parametrize(
    ("facts", "name", "mend"), [(DIABETES, "CrossEntropyLoss", "MSELoss"), (DIGITS, "L1Loss", "CrossEntropyLoss")]
)
def test_a_loss_of_the_other_kind_is_named(facts, name: str, mend: str) -> None:  # type: ignore[no-untyped-def]
    (found,) = fits(facts, facts.shape, (10,), loss(name))
    assert found.where == "loss"
    assert f"Use {mend}." in found.message


def test_messages_are_short() -> None:
    for name in DATASETS:
        if DATASETS[name].is_bundled:
            facts = DATASETS[name]().facts()
            for kind in LOSSES:
                for misfit in fits(facts, (3, 256, 256), (1000,), loss(kind)):
                    assert len(misfit.message) <= 90, misfit.message
