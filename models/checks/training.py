"""Settings of the training that cannot be read, or that do not go with the network."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from models.analysis.steps import last_batch_of_one_fails
from models.byhand.exercise import SECTION
from models.byhand.starting import starting_weights
from models.codegen.augmenting import FIELD, augmentations_of, entries_of, switched_off
from models.data import ColumnFacts, Facts
from models.document import Document
from models.document.edits import SetSection
from models.findings.base import check, check_of
from models.findings.example import Example, image, row
from models.findings.finding import Finding, Mend, error, in_line, warning
from models.findings.settings import drawn_weights, set_training, unreadable
from models.layers.linear import Linear
from models.layers.normalization import BatchNorm1d
from models.layers.reshape import Flatten
from models.layers.terminals import Output
from models.network import output_nodes
from models.specs.lists import Entry, SpecList
from models.training import METRICS, Loss
from models.training.augmentation import Augmentation, other_label
from models.training.augmentation.planes import RandomHorizontalFlip
from models.training.metrics import LOSS, NUMBERS
from models.training.metrics.counted import MACRO
from models.training.settings import GIVEN, RUN, TrainingSettings

_GIVEN = {"start_from": GIVEN}


@check(
    finds=row(image(4), Linear, Output, training={"epochs": "many"}),
    passes=row(image(4), Linear, Output, training={"epochs": 3}),
)
def training_setting(document: Document) -> Iterator[Finding]:
    """A refused value is an error, a setting that training does not have a warning."""
    _, problems = TrainingSettings.read(document.training)
    for problem in problems:
        yield unreadable(document, "training", problem.field in TrainingSettings.fields, problem)


@check(
    finds=row(image(4), Linear, BatchNorm1d, Linear, Output, training={"batch_size": 1}),
    passes=row(image(4), Linear, Linear, Output, training={"batch_size": 1}),
    learn="https://docs.pytorch.org/docs/stable/generated/torch.nn.BatchNorm1d.html",
)
def batch_of_one(document: Document) -> Iterator[Finding]:
    """A batch normalization that sees one value a channel has no standard deviation to divide by."""
    settings, _ = TrainingSettings.read(document.training)
    if settings.batch_size == 1 and last_batch_of_one_fails(document.network, document.analysis):
        message = "Batch normalization cannot train on batches of one example."
        yield error("", message, mends=(set_training(document, "batch_size", 32),))


@check(
    finds=row(image(4), Linear, Output, training={"optimizer": "LBFGS", "l1": 0.1}),
    passes=row(image(4), Linear, Output, training={"optimizer": "LBFGS", "average": "EMA"}),
)
def asks_several_times(document: Document) -> Iterator[Finding]:
    """An optimizer that works the loss out several times a step, or of sparse gradients, takes these as they are."""
    settings, _ = TrainingSettings.read(document.training)
    if name := settings.misfit:
        kind, field = settings.optimizer.kind, settings.fields[name]
        again = getattr(settings.optimizer, "asks_again", False)
        why = "works the loss out anew within a step" if again else "has sparse gradients"
        message = f"{kind} {why}; {field.label} does not go with it."
        yield error("", in_line(message), mends=(set_training(document, name, field.default),))


@check(
    finds=row(image(4), Linear, Output, training={"watched": "mae"}),
    passes=row(image(4), Linear, Output, training={"watched": "macro_f1"}),
)
def watched_series(document: Document) -> Iterator[Finding]:
    """A metric to watch that no Output can measure."""
    watched = str(TrainingSettings.read(document.training)[0].watched)
    needs = {form for kind in METRICS.values() if kind.name == watched for form in kind.needs}
    losses = [getattr(node.layer, "loss", None) for node in output_nodes(document.network)]
    if watched != LOSS and losses and not any(isinstance(loss, Loss) and needs & _answered(loss) for loss in losses):
        message = f"No Output can measure {watched:.30}, which is to be watched."
        yield error("", message, mends=(set_training(document, "watched", LOSS),))


def _answered(loss: Loss) -> set[str]:
    """What an Output with that loss may give: of images, which the data tells, numbers."""
    return {loss.answers} | ({NUMBERS} if loss.takes_shades else set())


def _measured(over: str) -> Example:
    """Flowers of two kinds, and a metric of one of them."""
    target = ColumnFacts("y", (), ("setosa", "virginica"), role="target")
    facts = Facts("Flowers", {"": ColumnFacts("x", (4,))}, {"": target}, 100)
    training = {"metrics": [{"kind": "F1Score", "params": {"over": over}}]}
    parts = image(4), (Linear, {"out_features": 2}), Output
    return row(*parts, known=facts, data={"source": "iris"}, training=training)


@check_of(
    Facts,
    finds=_measured("2"),
    passes=_measured("1"),
    learn="https://scikit-learn.org/stable/modules/model_evaluation.html#precision-recall-and-f-measures",
)
def measured_class(document: Document, facts: Facts) -> Iterator[Finding]:
    """A metric of a class, by a number that no class has."""
    field = cast(SpecList, TrainingSettings.fields["metrics"])
    entries = TrainingSettings.read(document.training)[0].metrics
    most = max((_classes(facts.target(node.id)) for node in output_nodes(document.network)), default=0)
    for place, (metric, on) in enumerate(entries):
        over = str(getattr(metric, "over", ""))
        if on and over.isdecimal() and 0 < most <= int(over):
            message = f"{facts.name:.20} has classes 0 to {most - 1:,}; {metric.title} is to be measured of {over}."
            mended = field.to_json((*entries[:place], Entry(metric.replace(over=MACRO)), *entries[place + 1 :]))
            edit = SetSection("training", document.training | {"metrics": mended}, field="metrics")
            yield warning("", in_line(message), mends=(Mend("Average over the classes", edit),))


def _classes(column: ColumnFacts | None) -> int:
    """How many classes a metric can be measured of: of one yes or no two; 0 where it isn't known."""
    if column is None:
        return 0
    return len(column.classes or ()) or max(2, (*column.shape, 1)[0])


@check(
    finds=row(
        image(4), Linear, Output, training=_GIVEN, numbers={"weights": {"n1": {"bias": [1], "gone": [1], "weight": 2}}}
    ),
    passes=row(image(4), Linear, Output, training=_GIVEN, numbers={"weights": {"n1": {"bias": [0.5] * 10}}}),
)
def weights_to_start_from(document: Document) -> Iterator[Finding]:
    """Weights that were given, and fit the network no more: they are drawn, which was hardly meant."""
    if TrainingSettings.read(document.training)[0].start_from != GIVEN:
        return
    found = starting_weights(document.network, document.analysis, document.content.section(SECTION))
    mends = (drawn_weights(document),)
    if found.misfits:
        count, total = len(found.misfits), len(found.misfits) + len(found.weights)
        yield warning("", f"{count} of {total} weights to start from do not fit; they are drawn.", mends=mends)
        yield from (warning("", sentence, mends=mends) for sentence in found.misfits[:3])
    elif not found.weights:
        yield warning("", "There are no weights to start from; all are drawn. Set them under Numbers.", mends=mends)


@check(
    finds=row(image(4), Linear, Output, training={"start_from": RUN}),
    passes=row(image(4), Linear, Output, training={"start_from": RUN, "start_run": "20261121-143000-exam-9f3a/last"}),
)
def run_to_start_from(document: Document) -> Iterator[Finding]:
    """Whether there is a run of that id is seen where it is made, since the document does not know where runs lie."""
    settings, _ = TrainingSettings.read(document.training)
    if settings.start_from == RUN and not settings.start_run.strip():
        mends = (drawn_weights(document),)
        yield error("", "Training is to start from a run's weights, but no run is named.", mends=mends)


_FLIPS = {FIELD: [RandomHorizontalFlip.kind]}
_DIGITS = Facts.simple("Digits", (1, 8, 8), tuple("0123456789"), (), 100)
_PETS = Facts.simple("Pets", (1, 8, 8), ("cat", "dog"), (), 100)


def _switch_off(document: Document, place: int) -> Mend:
    edit = SetSection("training", document.training | {FIELD: switched_off(document, place)}, field=FIELD)
    return Mend(f"Switch off {entries_of(document)[place].spec.kind}", edit)


@check(
    finds=row(image(4), Linear, Output, training=_FLIPS),
    passes=row(image(1, 8, 8), Flatten, Linear, Output, training=_FLIPS),
)
def augmentation_misfit(document: Document) -> Iterator[Finding]:
    """An augmentation for data of another form: it is left out."""
    for place, reason in augmentations_of(document).misfits:
        yield warning("", in_line(reason), "It is left out.", mends=(_switch_off(document, place),))


@check_of(
    Facts,
    finds=row(image(1, 8, 8), Flatten, Linear, Output, training=_FLIPS, known=_DIGITS, data={"source": "digits"}),
    passes=row(image(1, 8, 8), Flatten, Linear, Output, training=_FLIPS, known=_PETS, data={"source": "digits"}),
)
def augmentation_changes_labels(document: Document, facts: Facts) -> Iterator[Finding]:
    """A digit that is mirrored is another one, or none, and yet is trained as what it was."""
    classes = facts.classes or ()
    for place, (spec, on) in enumerate(entries_of(document)):
        seen = cast(Augmentation, spec).seen
        if on and (name := other_label(seen, classes)):
            message = f"{spec.kind} may change labels: “{name:.20}” {seen} may be another class."
            yield warning("", in_line(message), mends=(_switch_off(document, place),))
