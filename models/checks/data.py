"""What of the data does not go with the network or the settings, once the facts of the data are known."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from math import prod
from typing import Any, NamedTuple

from models.analysis import Issue
from models.basics.text import times
from models.checks.trying import obstacle
from models.data import (
    ColumnFacts,
    Facts,
    Unreadable,
    are_numbers_in_shape,
    input_difference,
    input_misfit,
    lacks_channel,
    loss_misfit,
    nearest_shape,
    other_form,
    other_task,
    output_misfit,
    token_misfits,
)
from models.data.held import SECTION, FilesNow, Held, changed, held, noted
from models.document import Document
from models.document.edits import SetParam, SetSection
from models.findings.base import check_of
from models.findings.example import Example, image, row, trained_by
from models.findings.finding import Finding, Mend, error, hint, in_line, warning
from models.findings.inserting import decided, insert_before, sized
from models.findings.settings import in_form, itself, set_data, unreadable
from models.findings.texts import bound_to_texts, takes_words
from models.layers.linear import Embedding, Linear
from models.layers.reshape import Flatten
from models.layers.terminals import Output
from models.network import Node, input_nodes, output_nodes
from models.specs.spec import SpecProblem
from models.training.losses import CrossEntropyLoss, Loss, MSELoss
from models.training.metrics import SEQUENCE
from models.training.settings import TrainingSettings


def _flowers(classes: tuple[str, ...] = ("setosa", "versicolor", "virginica"), **other: Any) -> Facts:
    return replace(Facts.simple("Iris", (4,), classes, (), 150), **({"held_out": 0.2} | other))


def _classifier(size: int = 4, classes: int = 3, loss: type[Loss] = CrossEntropyLoss, **other: Any) -> Example:
    """A network for flowers; ``other`` as for an example, facts of the flowers unless it says otherwise."""
    known: dict[str, Any] = {"known": _flowers(), "data": {"source": "iris"}}
    return row(image(size), (Linear, {"out_features": classes}), trained_by(loss), **(known | other))


def _reader(known: Facts, rows: int = 100) -> Example:
    """A network for eight words."""
    table = Embedding, {"num_embeddings": rows, "embedding_dim": 2}
    decider = Linear, {"out_features": 2}
    return row(image(8, dtype="int"), table, Flatten, decider, Output, data={"source": "words"}, known=known)


_WORDS = Facts.simple("Words", (8,), ("good", "bad"), (), 100, token_range=(0, 99))
_NO_WORDS = Facts.simple("Words", (8,), ("good", "bad"), (), 100)
ADD_CHANNEL = "add channel"
"""The layout of images that are stored without their one channel."""
_ODD = SpecProblem("color", "iris has no setting ‘color’; it is kept unused.", 1)
_SETTLED = _classifier()


def _misfit(document: Document, node: str, message: str, detail: str = "", mends: tuple[Mend, ...] = ()) -> Finding:
    """What does not go with the data: an error where somebody chose that data, else a hint that it must be chosen."""
    if "source" in document.data:
        return error(node, in_line(message), detail, mends=mends)
    return hint(node, in_line(message), detail or "No data is chosen yet.", mends=mends, untrainable=True)


class Fed(NamedTuple):
    """An Input with the column that feeds it."""

    node: Node
    column: ColumnFacts


class Aimed(NamedTuple):
    """An Output with its loss and the column that it is compared with."""

    node: Node
    column: ColumnFacts
    loss: Loss


def fed(document: Document, facts: Facts) -> list[Fed]:
    """The Inputs whose column is known; of several, those that have one of their own."""
    nodes = input_nodes(document.network)
    pairs = ((node, facts.input(node.id)) for node in nodes if len(nodes) == 1 or node.id in facts.inputs)
    return [Fed(node, column) for node, column in pairs if column is not None]


def aimed(document: Document, facts: Facts) -> list[Aimed]:
    """The Outputs whose targets are known, if there is something to tell apart in them; of several Outputs, those that
    have targets of their own. None where other data is needed anyway, or nobody chose any and the Inputs do not fit."""
    nodes = output_nodes(document.network)
    found: list[Aimed] = []
    if "source" not in document.data and is_other_data(document, facts):
        return found
    if any(_lacks_words(document, facts, node, column) for node, column in fed(document, facts)):
        return found
    for node in nodes:
        column = facts.target(node.id) if len(nodes) == 1 or node.id in facts.targets else None
        loss = getattr(node.layer, "loss", None)
        if column is not None and isinstance(loss, Loss) and not _lacks_classes(column):
            found.append(Aimed(node, column, loss))
    return found


def is_other_data(document: Document, facts: Facts) -> bool:
    """Whether the examples have another shape than an Input takes."""
    pairs = fed(document, facts)
    return any(input_misfit(facts.name, column, document.analysis[node.id].shape) for node, column in pairs)


def _lacks_classes(column: ColumnFacts) -> bool:
    return column.classes is not None and len(column.classes) < 2


@check_of(Unreadable, finds=_classifier(known=Unreadable("iris.csv is not there.")), passes=_SETTLED)
def unreadable_data(document: Document, problem: Unreadable) -> Iterator[Finding]:
    """Data that cannot be read at all."""
    mends = tuple(set_data(document, problem.source, name, value) for name, value in problem.mend.items())
    yield error("", "The data cannot be read.", problem.message, mends=mends)


@check_of(
    Facts,
    finds=_classifier(known=_flowers(misread=(_ODD,)), data={"source": "iris", "color": 1}),
    passes=_SETTLED,
)
def data_setting(document: Document, facts: Facts) -> Iterator[Finding]:
    """A refused value is an error, a setting that the data set does not have a warning."""
    yield from _misread(document, facts)


@check_of(
    Unreadable,
    finds=_classifier(known=Unreadable("No file is chosen.", misread=(_ODD,)), data={"source": "iris", "color": 1}),
    passes=_SETTLED,
)
def unreadable_data_setting(document: Document, problem: Unreadable) -> Iterator[Finding]:
    """The same of data that cannot be read, perhaps for that reason: a file that stands under a misspelled name."""
    yield from _misread(document, problem)


def _misread(document: Document, known: Facts | Unreadable) -> Iterator[Finding]:
    for problem in known.misread:
        yield unreadable(document, "data", known.source is not None and problem.field in known.source.fields, problem)


_WAS, _IS = ({"path": Held("iris.csv", 64 * letter, 4_000)} for letter in "ab")


@check_of(
    FilesNow,
    finds=_classifier(known=FilesNow(_IS), content=noted({}, FilesNow(_WAS))),
    passes=_classifier(known=FilesNow(_WAS), content=noted({}, FilesNow(_WAS))),
)
def changed_data(document: Document, files: FilesNow) -> Iterator[Finding]:
    """Files that hold something else than when the document took them."""
    section = document.content.section(SECTION)
    for setting in changed(section, files):
        was, now = held(section)[setting], files.now[setting]
        detail = f"It has {_amount(now, was)}. Runs from before were trained on what it was."
        mend = Mend("Go on with it as it is", SetSection(SECTION, noted(section, files, [setting])))
        yield warning("", f"{now.name:.50} has changed since it was chosen.", detail, mends=(mend,))


@check_of(
    FilesNow,
    finds=_classifier(known=FilesNow(_IS, {"path": "new/iris.csv"}), data={"source": "csv", "path": "iris.csv"}),
    passes=_classifier(known=FilesNow(_IS), data={"source": "csv", "path": "iris.csv"}),
)
def moved_data(document: Document, files: FilesNow) -> Iterator[Finding]:
    """Files that lie elsewhere than the document says, and were found there."""
    for setting, place in files.moved.items():
        edit = SetSection("data", document.data | {setting: place}, field=setting)
        message = f"{files.now[setting].name:.50} was moved, and is read from where it is now."
        yield hint("", message, f"That is {place}.", mends=(Mend("Name its new place", edit),))


def _amount(now: Held, was: Held) -> str:
    """How much there is now and was before, in words."""
    if (now.bytes, now.files) == (was.bytes, was.files):
        return f"{now.bytes:,} bytes as before, but others"
    counts = f"{now.files:,} files instead of {was.files:,}, " if now.files != was.files else ""
    return f"{counts}{now.bytes:,} bytes instead of {was.bytes:,}"


@check_of(Facts, finds=_classifier(known=_flowers(("setosa",))), passes=_SETTLED)
def data_classes(document: Document, facts: Facts) -> Iterator[Finding]:
    """One class is nothing to tell apart."""
    for column in facts.targets.values():
        if column.classes is not None and _lacks_classes(column):
            found = f"only “{column.classes[0][:30]}”" if column.classes else "none"
            yield error("", f"{facts.name:.20} needs two classes or more, but has {found}.")


def _text_column(facts: Facts, shape: tuple[int, ...] | None) -> ColumnFacts | None:
    """A column of text where an Input takes a number of each column of a table."""
    columns = [column for column in facts.columns if column.role == "input" and column.taken]
    if shape != (len(columns),) or facts.shape == shape:
        return None
    return next((column for column in columns if column.where), None)


_SHIPS = replace(
    Facts.simple("Ship", (3,), ("no", "yes"), (), 150),
    held_out=0.2,
    columns=(
        ColumnFacts("age", (1,), taken="number"),
        ColumnFacts("sex", (2,), taken="category", where="row 2: “female”"),
    ),
)


@check_of(Facts, finds=_classifier(2, 2, known=_SHIPS, data={"source": "csv"}), passes=_classifier(3, 2, known=_SHIPS))
def data_texts(document: Document, facts: Facts) -> Iterator[Finding]:
    """A column of text, which became a number for each category, where an Input takes one of each column."""
    for node, column in fed(document, facts):
        text = _text_column(facts, document.analysis[node.id].shape)
        if text is not None:
            message = f"{node.id:.20} takes a number a column, but {text.name:.20} is text ({text.where})."
            detail = f"It became {times(text.shape)} numbers, one a category, so that there are {times(column.shape)}."
            mends, problem = _reshaped(document, node.id, column.shape)
            if problem:
                detail += f" {problem.node:.20} cannot take that. Write its categories as numbers in the file."
            yield _misfit(document, node.id, message, detail, mends=mends)


@check_of(Facts, finds=_classifier(5), passes=_SETTLED)
def data_input(document: Document, facts: Facts) -> Iterator[Finding]:
    """Examples of another shape than their Input takes."""
    for node, column in fed(document, facts):
        shape = document.analysis[node.id].shape
        message = input_misfit(facts.name, column, shape)
        if not message or _lacks_words(document, facts, node, column) or _text_column(facts, shape):
            continue
        if "source" not in document.data:
            yield _unchosen(node.id, shape or (), facts.name, column)
            return
        if facts.source and "layout" in facts.source.fields and lacks_channel(column, shape):
            message = f"{node.id:.20} takes {times(shape or ())}; images of {facts.name:.20} have no channel."
            yield _misfit(document, node.id, message, mends=(set_data(document, facts.source, "layout", ADD_CHANNEL),))
            continue
        mends, problem = _reshaped(document, node.id, column.shape)
        detail = ""
        resized = tuple(_resized(document, facts, column, shape))
        if problem:
            message = f"{input_difference(facts.name, column, shape)} {problem.node:.20} cannot take that."
            detail = "" if resized else "Choose data of another size."
        yield _misfit(document, node.id, message, detail, mends=mends + resized)


def _unchosen(id: str, shape: tuple[int, ...], name: str, column: ColumnFacts) -> Finding:
    """What is missing where nobody chose data, told of the document: nothing is wrong with the Input."""
    message = f"No data is chosen for {id:.20}, which takes {times(shape)}."
    detail = f"Choose it in Data. {name}, used until then, has {times(column.shape)}."
    return hint("", in_line(message), detail, untrainable=True)


def _reshaped(document: Document, id: str, shape: tuple[int, ...]) -> tuple[tuple[Mend, ...], Issue | None]:
    """An Input brought to the shape of the data, or what in the network would not take that."""
    problem = obstacle(document, id, shape)
    mend = Mend(f"Set {id:.40} to the data’s shape", SetParam(id, "shape", list(shape)))
    return () if problem else (mend,), problem


def _resized(document: Document, facts: Facts, column: ColumnFacts, shape: tuple[int, ...] | None) -> Iterator[Mend]:
    """Bring images to the size that the Input has."""
    is_size = facts.source is not None and "size" in facts.source.fields and len(column.shape) == 3
    if is_size and shape is not None and len(shape) == 3 and shape[0] == column.shape[0]:
        yield set_data(document, facts.source, "size", list(shape[1:]))


@check_of(Facts, finds=_classifier(loss=MSELoss), passes=_SETTLED)
def data_loss(document: Document, facts: Facts) -> Iterator[Finding]:
    """A loss for other targets than the data has."""
    for node, column, loss in aimed(document, facts):
        if message := loss_misfit(facts.name, column, loss):
            refused, other = loss.refusal(column.classes, column.shape)
            right = other or ("" if refused else (MSELoss if column.classes is None else CrossEntropyLoss).kind)
            mends = [Mend(f"Use {right}", SetParam(node.id, "loss", {"kind": right}))] if right else []
            if facts.source and "task" in facts.source.fields and (task := other_task(column)):
                mends.append(set_data(document, facts.source, "task", task))
            mends += itself(document, facts, node, loss)
            yield _misfit(document, node.id, message, mends=tuple(mends))


@check_of(Facts, finds=_classifier(classes=7), passes=_SETTLED)
def data_output(document: Document, facts: Facts) -> Iterator[Finding]:
    """Predictions of another shape than their targets."""
    for node, column, loss in aimed(document, facts):
        message = output_misfit(facts.name, column, document.analysis[node.id].shape, loss)
        if message and not loss_misfit(facts.name, column, loss):
            gives = document.analysis[node.id].shape
            wanted = nearest_shape(column, loss, gives or ())
            flat = (prod(column.shape),)
            fitting = flat if gives and len(gives) == 1 and other_form(column, flat, loss) else wanted
            mends = () if gives == wanted else sized(document, node, fitting) or decided(document, node, fitting)
            if are_numbers_in_shape(column, gives, wanted):
                wires = document.network.edges_into(node.id)
                mends = tuple(insert_before("Insert Flatten", wire, (Flatten, {})) for wire in wires)
            own = tuple(itself(document, facts, node, loss))
            mends = (*mends, *own) if loss.answers == SEQUENCE else (*own, *mends)
            yield _misfit(document, node.id, message, mends=mends)


@check_of(Facts, finds=_reader(_WORDS, rows=50), passes=_reader(_WORDS))
def data_table(document: Document, facts: Facts) -> Iterator[Finding]:
    """An Embedding with fewer rows than the data has tokens."""
    for node, column in fed(document, facts):
        if column.token_range is None or not takes_words(document, node):
            continue
        for misfit in token_misfits(document.network, node.id, f"{facts.name:.30}", *column.token_range):
            label = in_form(Embedding.fields["num_embeddings"], misfit.rows, misfit.node)
            mends = [Mend(label, SetParam(misfit.node, "num_embeddings", misfit.rows))] if misfit.node else []
            yield _misfit(document, misfit.node, misfit.message, misfit.remedy, tuple(mends))


@check_of(Facts, finds=_reader(_NO_WORDS), passes=_reader(_WORDS))
def data_words(document: Document, facts: Facts) -> Iterator[Finding]:
    """An Embedding that waits for words, and data that cannot have any."""
    for node, column in fed(document, facts):
        if _lacks_words(document, facts, node, column):
            shape = times(document.analysis[node.id].shape or ())
            message = f"{node.id:.20} feeds token IDs to an Embedding, but {facts.name:.20} holds none."
            detail = f"Choose synthetic sentences, or a NumPy file of {shape} integers an example with tokens on."
            if mends := tuple(bound_to_texts(document, facts, node)):
                message = f"{node.id:.20} feeds token IDs to an Embedding; {column.name:.20} holds none."
                detail = "Bind it to a column of texts."
            yield _misfit(document, node.id, message, detail, mends)


@check_of(
    Facts,
    finds=row(
        image(4, dtype="int"),
        Flatten,
        (Linear, {"out_features": 3}),
        Output,
        known=_flowers(),
        data={"source": "iris"},
    ),
    passes=_SETTLED,
)
def data_tokens(document: Document, facts: Facts) -> Iterator[Finding]:
    """An Input of integers needs data of integers."""
    for node, column in fed(document, facts):
        wants = takes_words(document, node) and not column.tokens
        if not wants or _lacks_words(document, facts, node, column):
            continue
        message = f"{node.id:.20} takes integers, but {facts.name:.20} holds others."
        mend = Mend(f"Set the numbers of {node.id:.30} to float", SetParam(node.id, "dtype", "float"))
        if facts.source and "tokens" in facts.source.fields:
            message = f"{node.id:.20} takes integers, but its data is read as numbers to scale."
            mend = set_data(document, facts.source, "tokens", True)
        yield _misfit(document, node.id, message, mends=(mend,))


def _lacks_words(document: Document, facts: Facts, node: Node, column: ColumnFacts) -> bool:
    """Whether the Input feeds a table and the data can by no setting be read as integers."""
    if column.tokens or (facts.source and "tokens" in facts.source.fields) or not takes_words(document, node):
        return False
    followers = (document.network[edge.target].layer for edge in document.network.edges_from(node.id))
    return any(layer is not None and layer.accepts == "int" for layer in followers)


@check_of(
    Facts,
    finds=_classifier(known=_flowers(held_out=0.001), data={"source": "iris", "validation": 0.001}),
    passes=_SETTLED,
)
def data_split(document: Document, facts: Facts) -> Iterator[Finding]:
    """A share of the examples that leaves nothing for one of the parts."""
    training = facts.training_examples
    if facts.held_out is None or facts.examples is None or training is None or 0 < training < facts.examples:
        return
    part, less = ("validation", "Raise") if training else ("training", "Lower")
    message = f"No example of {facts.examples:,} is left for {part}. {less} the validation share."
    yield error("", message, mends=(set_data(document, facts.source, "validation", 0.2),))


@check_of(Facts, finds=_classifier(training={"batch_size": 500}), passes=_SETTLED)
def batch_beyond_data(document: Document, facts: Facts) -> Iterator[Finding]:
    """A batch that can never be full."""
    size, training = TrainingSettings.read(document.training)[0].batch_size, facts.training_examples
    if training is not None and size > training > 0:
        message = f"The batch size {size:,} is more than the {training:,} training examples."
        yield warning("", message, "All of them make one batch.")
