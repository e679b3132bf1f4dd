"""The settings that all data sets have: which examples are for what, and what becomes of them behind the split."""

from __future__ import annotations

from models.specs.bindings import Bindings
from models.specs.corrections import Corrections
from models.specs.fields import Bool, Choice, Float, Int, Portion, Text
from models.specs.spec import Spec

KEEP, DROP = "keep", "drop"
"""What becomes of examples that are there twice."""
CLIP = "clip"
"""What becomes of values that are far out."""


class Shared(Spec):
    """Settings of every data set."""

    validation = Portion(0.2, help="Held out, never trained on: a share of all below 1, or a count of examples.")
    training_share = Float(
        1.0,
        above=0.0,
        maximum=1.0,
        help="Share of the training part that is trained on; the validation part stays whole.",
        unit="of the part",
        advanced=True,
    )
    resample = Int(
        0,
        minimum=0,
        maximum=1_000_000,
        help="0 takes each training example once; another number draws as many with replacement, by it, for bagging.",
        advanced=True,
    )
    validation_list = Text(
        path=True,
        label="Validation list",
        help="A text, CSV or JSON file with its examples, by name or by row number from 0, or with those of all parts.",
        advanced=True,
    )
    training_list = Text(
        path=True,
        label="Training list",
        help="As the validation list. Empty: all are trained on that no list has; else those are left out.",
        advanced=True,
    )
    test = Portion(
        0.0,
        optional=True,
        label="Test",
        help="Kept apart, a share of all below 1 or a count: measured once, when a training has ended. 0 for none.",
    )
    test_list = Text(
        path=True,
        label="Test list",
        help="As the validation list, of the test part. Empty where the validation list tells the parts.",
        advanced=True,
    )
    folds = Int(
        0,
        minimum=0,
        maximum=1000,
        help="Parts of equal size, each the validation part once: netloom sweep F --folds 5. 0 holds a share out.",
        advanced=True,
    )
    fold = Int(0, minimum=0, maximum=999, help="Which of the folds is the validation part, from 0.", advanced=True)
    seed = Int(0, label="Split seed", help="Another number holds out other examples.", advanced=True)
    normalize = Bool(True, help="Subtract the mean and divide by the standard deviation of the training part.")
    duplicates = Choice(
        KEEP,
        (KEEP, DROP),
        help="drop: of examples equal in inputs and targets one stays, in the test before validation before training.",
        advanced=True,
    )
    outliers = Choice(
        KEEP,
        (KEEP, CLIP),
        help="clip: numbers over 3 interquartile ranges beyond the quartiles of the training part become that limit.",
        advanced=True,
    )
    inputs = Bindings(label="Input columns", help="The column that each Input is fed with.", advanced=True)
    targets = Bindings(label="Target columns", help="The column that each Output is compared with.", advanced=True)
    corrections = Corrections(help="Samples whose class is another than the data says, or left out.", advanced=True)
