"""What is doubtful in data that was looked at, and the edits that mend it: one small function each."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from models.basics.text import counted
from models.document import Document
from models.document.edits import SetParam, SetSection
from models.findings.finding import Finding, Mend, hint, in_line, warning
from models.findings.settings import set_data
from models.network import output_nodes
from models.specs.corrections import Correction
from models.training.losses import Loss
from models.training.losses.weights import BALANCED
from models.training.settings import BALANCED as DRAWN_ALIKE
from models.training.settings import TrainingSettings
from studio.data.base import Dataset
from studio.data.corrections import corrected
from studio.data.seen.look import Seen
from studio.data.splitting.settings import CLIP, DROP

UNEQUAL = 4.0
"""So many times as many examples has the most common class as the rarest, where that is worth a word."""
FAR = 12.0
"""Standard deviations from the mean beyond which a value is worth a word."""
GROUPS = re.compile(
    r"(?:^|[\W_])(patient|subject|speaker|person|user|customer|client|group|session|recording|site|household|donor)"
    r"(?:[\W_]?(?:id|no|nr|number|name|code))?$",
    re.IGNORECASE,
)
"""What columns are called whose rows belong together."""
Advice = Callable[[Document, Dataset, Seen], Iterator[Finding]]
ADVICE: list[Advice] = []


def advises(function: Advice) -> Advice:
    """Decorator: a function that finds something doubtful in what was seen of a document's data."""
    ADVICE.append(function)
    return function


def advice(document: Document, dataset: Dataset, found: Seen) -> list[Finding]:
    """All that is to be said of the data of a document."""
    return [finding for function in ADVICE for finding in function(document, dataset, found)]


@advises
def imbalance(document: Document, dataset: Dataset, found: Seen) -> Iterator[Finding]:
    """A class that is rare beside another, while nothing makes up for it."""
    first = found.targets[0]
    there = [item for item in first.classes if item.training]
    if len(there) < 2 or first.per != "examples":
        return
    most, least = (pick(there, key=lambda item: item.training) for pick in (max, min))
    settings, _ = TrainingSettings.read(document.training)
    weighed = [*_weighed(document)]
    if most.training < UNEQUAL * least.training or settings.sampling == DRAWN_ALIKE or (weighed and not any(weighed)):
        return
    times = most.training / least.training
    mends = [Mend("Weigh classes", edit) for edit in weighed[:1] if edit]
    sampling = SetSection("training", document.training | {"sampling": DRAWN_ALIKE}, field="sampling")
    mends.append(Mend("Draw classes alike", sampling))
    detail = f"“{least.name:.20}” has {least.training:,} in training, “{most.name:.20}” {most.training:,}."
    yield warning("", f"The classes are unequal: one has {times:,.0f} times as many.", detail, mends=tuple(mends))


def _weighed(document: Document) -> Iterator[SetParam | None]:
    """For each loss that can weigh classes the edit that makes it, None where it does already."""
    for node in output_nodes(document.network):
        loss = getattr(node.layer, "loss", None)
        if isinstance(loss, Loss) and "class_weights" in loss.fields:
            params: dict[str, Any] = loss.settings() | {"class_weights": BALANCED}
            yield (
                None
                if getattr(loss, "class_weights", "")
                else SetParam(node.id, "loss", {"kind": loss.kind, "params": params})
            )


@advises
def duplicates(document: Document, dataset: Dataset, found: Seen) -> Iterator[Finding]:
    """Examples that are there twice, with one target."""
    twins = found.exact
    if twins is None or dataset.duplicates == DROP or twins.total <= twins.conflicts:
        return
    mends = (Mend("Drop duplicates", set_data(document, dataset, "duplicates", DROP).edit),)
    pairs = counted(twins.total, "pair")
    make = warning if twins.across else hint
    across = f"{twins.across:,} lie across parts, which so reward what was memorized." if twins.across else ""
    yield make("", f"{pairs} of equal examples.", across, mends=mends)


@advises
def conflicts(document: Document, dataset: Dataset, found: Seen) -> Iterator[Finding]:
    """Equal examples with different targets: no network can have both."""
    twins = found.exact
    if twins is None or not twins.conflicts:
        return
    left = [Correction(row, "", None) for row in twins.conflicting]
    edit = SetSection("data", corrected(_named(document, dataset), left), field="corrections")
    mends = (Mend(f"Leave {len(left):,} examples out", edit),) if left else ()
    message = f"{counted(twins.conflicts, 'pair')} of equal examples with different targets."
    yield warning("", message, "No network can get both right.", mends=mends)


@advises
def outliers(document: Document, dataset: Dataset, found: Seen) -> Iterator[Finding]:
    """Numbers that lie so far out that they press all others together."""
    if dataset.outliers == CLIP:
        return
    there = [item for item in found.columns if item.far_out and item.std]
    off = {item.name: max(item.highest - item.mean, item.mean - item.lowest) / item.std for item in there}
    name = max(off, key=lambda name: off[name], default="")
    if not name or off[name] < FAR:
        return
    mends = (Mend("Clip outliers", set_data(document, dataset, "outliers", CLIP).edit),)
    message = in_line(f"{name:.30} reaches {off[name]:,.0f} standard deviations from its mean.")
    yield warning("", message, "Beside that all other values look alike.", mends=mends)


@advises
def groups(document: Document, dataset: Dataset, found: Seen) -> Iterator[Finding]:
    """A column by which rows belong together, while they are parted one by one."""
    if "group" not in dataset.fields or dataset.splitting.by or "by the data" in found.split:
        return
    for name in [column for column in found.groups if GROUPS.search(column)][:1]:
        mends = (Mend(f"Keep each {name:.20} together", set_data(document, dataset, "group", name).edit),)
        detail = "What is known of one row then tells of the others in another part."
        yield hint("", in_line(f"Rows may share a {name:.30}, and are parted one by one."), detail, mends=mends)


@advises
def constants(document: Document, dataset: Dataset, found: Seen) -> Iterator[Finding]:
    """Columns that say nothing."""
    names = [item.name for item in found.columns if item.lowest == item.highest]
    if names:
        others = f" and {len(names) - 1:,} more" if len(names) > 1 else ""
        yield hint("", in_line(f"{names[0]:.30}{others}: the same value in every example."))


def _named(document: Document, dataset: Dataset) -> dict[str, Any]:
    return {"source": dataset.kind, **document.data}
