"""What is doubtful in data that was looked at, and the edits that mend it: one small function each."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from models.basics.text import counted
from models.checks.habits.values import unequal
from models.document import Document
from models.document.edits import SetSection
from models.findings.finding import Finding, Mend, hint, in_line, warning
from models.findings.settings import set_data
from models.specs.corrections import Correction
from studio.data.base import Dataset
from studio.data.corrections import corrected
from studio.data.seen.look import Seen
from studio.data.splitting.settings import CLIP, DROP

FAR = 12.0
"""Standard deviations from the mean beyond which a value is worth a word."""
FEWEST_GRADES = 4
"""Different integers in a target that may well be grades."""
GROUPS = re.compile(
    r"(?:^|[\W_])(patient|subject|speaker|person|user|customer|client|group|session|recording|site|household|donor)"
    r"(?:[\W_]?(?:id|no|nr|number|name|code))?$",
    re.IGNORECASE,
)
"""What columns are called whose rows belong together."""
NUMBERED = re.compile(r"(?i:(?:^|[\W_])(?:id|idx|index|row|rowid|no|nr|key)$|^#$|^unnamed)|[a-z]I[Dd]$")
"""What columns are called that only number the rows."""
NOT_MEASURED = (-9999.0, -999.0, -99999.0, 999.0, 9999.0, 99999.0)
"""Numbers that stand for one that is not there, where they lie far out."""
TARGETS = ("target", "label", "labels", "class", "outcome", "y")
"""What columns are called that are to be predicted."""
FEWEST_LEVELS = 32
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
    yield from unequal(document, {item.name: item.training for item in there})


@advises
def numbers_as_classes(document: Document, dataset: Dataset, found: Seen) -> Iterator[Finding]:
    """Integers in steps that were taken as classes, and may be grades or counts; codes of classes begin with 0."""
    for target in found.targets if getattr(dataset, "task", "") == "auto" else ():
        names = [item.name for item in target.classes]
        numbers = sorted(int(name) for name in names if re.fullmatch(r"-?\d{1,9}", name))
        if len(numbers) == len(names) >= FEWEST_GRADES and numbers[0]:
            message = in_line(f"{target.name:.24} holds {numbers[0]} to {numbers[-1]}, taken as {len(names)} classes.")
            mends = (Mend("Predict numbers", set_data(document, dataset, "task", "regression").edit),)
            yield hint("", message, "If it is a grade or a count, predict numbers: they have an order.", mends=mends)


@advises
def several_labels(document: Document, dataset: Dataset, found: Seen) -> Iterator[Finding]:
    """Classes that are put together of others, as of examples with several labels."""
    for target in found.targets:
        names = {item.name for item in target.classes}
        for sign in "|;,":
            together = sorted(name for name in names if sign in name)
            parts = [{part.strip() for part in name.split(sign)} for name in together]
            known = names.difference(together).union(*parts)
            if len(together) > 1 and all(part for each in parts for part in each) and len(known) < len(names) + 1:
                message = in_line(f"Classes such as “{together[0]:.40}” seem to be several labels an example.")
                yield hint("", message, "In an .npz, a 0 or 1 for each label trains with binary cross-entropy.")
                return


@advises
def alike_classes(document: Document, dataset: Dataset, found: Seen) -> Iterator[Finding]:
    """Classes whose names differ in case, blanks or marks alone, as slips of whoever wrote them."""
    for target in found.targets:
        known: dict[str, str] = {}
        for item in target.classes:
            name = re.sub(r"[\W_]+", " ", item.name.casefold()).strip()
            other = known.setdefault(name, item.name) if name else item.name
            if other != item.name:
                message = in_line(f"The classes “{other:.24}” and “{item.name:.24}” may be one.")
                yield warning("", message, "They differ in case, blanks or marks. Write them alike in the file.")
                break


@advises
def duplicates(document: Document, dataset: Dataset, found: Seen) -> Iterator[Finding]:
    """Examples that are there twice, with one target."""
    twins = found.exact
    if twins is None or dataset.duplicates == DROP or twins.total <= twins.conflicts:
        return
    mends = (Mend("Drop duplicates", set_data(document, dataset, "duplicates", DROP).edit),)
    pairs = counted(twins.total, "pair")
    make = warning if twins.across else hint
    lie = "lies across parts, which so rewards" if twins.across == 1 else "lie across parts, which so reward"
    across = f"{twins.across:,} {lie} what was memorized." if twins.across else ""
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
def stand_ins(document: Document, dataset: Dataset, found: Seen) -> Iterator[Finding]:
    """Numbers such as -999 that may say that there is none."""
    for item in found.columns:
        value = next((end for end in (item.lowest, item.highest) if end in NOT_MEASURED), None)
        if value is not None and item.far_out:
            detail = (
                "If that means “not measured”, empty these cells in the file: gaps are filled, or their rows dropped."
            )
            yield warning("", in_line(f"{item.name:.30} holds {value:g}, far from its other numbers."), detail)
            return


@advises
def numbered_rows(document: Document, dataset: Dataset, found: Seen) -> Iterator[Finding]:
    """A column that numbers the rows, each by another integer of a run of them."""
    if "ignore" not in dataset.fields:
        return
    for item in found.columns:
        count = item.highest - item.lowest + 1
        spread = ((count**2 - 1) / 12) ** 0.5
        run = count == found.examples > 2 and abs(item.std - spread) < 1e-6 * spread
        if run and not item.gaps and NUMBERED.search(item.name):
            ignored = ", ".join(filter(None, (getattr(dataset, "ignore", ""), item.name)))
            mends = (Mend(f"Ignore {item.name:.20}", set_data(document, dataset, "ignore", ignored).edit),)
            message = in_line(f"{item.name:.30} numbers the rows, which says nothing of new ones.")
            yield hint("", message, "A network may memorize it.", mends=mends)
            return


@advises
def named_target(document: Document, dataset: Dataset, found: Seen) -> Iterator[Finding]:
    """The last column is predicted, for nobody chose one, while another is called as targets are."""
    first = found.targets[0].name
    if getattr(dataset, "target", None) != "" or dataset.targets or first.lower() in TARGETS:
        return
    there = {item.name.partition("=")[0]: None for item in found.columns}
    for name in [name for name in there if name.lower() in TARGETS][:1]:
        mends = (Mend(f"Predict {name:.20}", set_data(document, dataset, "target", name).edit),)
        message = in_line(f"{first:.24} is predicted, as the last column; another is called {name:.10}.")
        yield hint("", message, "An input that tells the target makes the task too easy.", mends=mends)


@advises
def few_levels(document: Document, dataset: Dataset, found: Seen) -> Iterator[Finding]:
    """Images of files of which the darkest levels alone are used, as of 10 or 12 bits in 16."""
    for item in found.inputs if "size" in dataset.fields else ():
        if len(item.shape) == 3 and item.dtype == "uint8" and item.highest < FEWEST_LEVELS:
            message = in_line(f"The images have {item.highest + 1:.0f} of 256 levels: of 16 bits the upper 8 are kept.")
            yield warning("", message, "Save them with their full range, or as arrays in an .npz, which lose nothing.")
            return


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
