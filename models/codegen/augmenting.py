"""What the augmentations of a document change: which Inputs, masks and targets, and which of them change nothing."""

from __future__ import annotations

import re
from typing import NamedTuple, cast

from models.basics.text import times
from models.codegen.formatting import literal, statement
from models.codegen.objectives import input_ids, objectives_of
from models.codegen.portable import portable
from models.document import Document
from models.kinds.layer import TensorType
from models.layers.terminals import Output
from models.specs.lists import Entries, SpecList
from models.training import Augmentation, Mixing, TrainingSettings
from models.training.metrics import NUMBERS
from models.training.objectives import Objective

FIELD = "augmentation"


class Placed(NamedTuple):
    """An augmentation with the places of the inputs that it changes, and of the masks that move along, in order.

    ``shared`` are the places of targets that are mixed, each with the number of its classes, 0 for numbers.
    """

    augmentation: Augmentation
    inputs: tuple[int, ...]
    masks: tuple[int, ...] = ()
    shared: tuple[tuple[int, int], ...] = ()

    @property
    def each(self) -> tuple[Placed, ...]:
        """One for each draw: what is seen elsewhere is so in all inputs at once."""
        if self.augmentation.moves or self.augmentation.mixes:
            return (self,)
        return tuple(self._replace(inputs=(place,)) for place in self.inputs)


class Misfit(NamedTuple):
    """An augmentation that changes nothing here, by its place in the list, and why, as a sentence."""

    place: int
    reason: str


class Augmentations(NamedTuple):
    """What a document's augmentations come to: changes in order, mixtures behind them, and misfits."""

    changes: tuple[Placed, ...]
    mixtures: tuple[Placed, ...]
    misfits: tuple[Misfit, ...]

    def __bool__(self) -> bool:
        return bool(self.changes or self.mixtures)


def entries_of(document: Document) -> Entries:
    """The augmentations in a document's settings, those that are switched off as well."""
    return TrainingSettings.read(document.training)[0].augmentation


def augmentations_of(document: Document) -> Augmentations:
    """The augmentations of a document that are switched on; nothing where it cannot be trained."""
    if not any(entry.on for entry in entries_of(document)):
        return Augmentations((), (), ())
    placing = _Placing(document)
    found: list[Placed] = []
    misfits: list[Misfit] = []
    for place, (spec, on) in enumerate(entries_of(document)):
        if on:
            result = placing.place(cast(Augmentation, spec))
            if isinstance(result, Placed):
                found.append(result)
            else:
                misfits.append(Misfit(place, result))
    changes = tuple(part for item in found if not item.augmentation.mixes for part in item.each)
    return Augmentations(changes, tuple(item for item in found if item.augmentation.mixes), tuple(misfits))


class _Placing:
    def __init__(self, document: Document) -> None:
        self._inputs = [document.analysis[id].outputs[0] for id in input_ids(document)]
        has_output = any(isinstance(node.layer, Output) for node in document.network)
        self._objectives = objectives_of(document) if has_output else []
        self._outputs = [self._coming(document, objective) for objective in self._objectives]

    def _coming(self, document: Document, objective: Objective) -> TensorType | None:
        return next(iter(document.analysis[objective.output].inputs), None)

    def place(self, spec: Augmentation) -> Placed | str:
        """Where it belongs, or why it changes nothing."""
        wanted = [self._misfit(spec, kind) for kind in self._inputs]
        places = tuple(place for place, misfit in enumerate(wanted) if not misfit)
        if not places:
            return self._says(spec, wanted[0] if wanted else "inputs")
        masks = self._masks(places[0])
        if spec.moves and (larger := self._other_images(masks)):
            return f"{spec.kind} would move inputs alone; {larger:.30} gives images of another size."
        if not isinstance(spec, Mixing):
            return Placed(spec, places, masks if spec.moves else ())
        masks = masks if spec.cuts else ()
        for number, objective in enumerate(self._objectives):
            loss = objective.loss
            if number not in masks and loss.targets == "classes" and not loss.soft:
                return f"{spec.kind} shares targets, but {loss.kind} takes one class each. Use CrossEntropyLoss."
        return Placed(spec, places, masks, self._shared(masks))

    def _shared(self, masks: tuple[int, ...]) -> tuple[tuple[int, int], ...]:
        pairs = []
        for place, (objective, output) in enumerate(zip(self._objectives, self._outputs, strict=True)):
            if place not in masks:
                by_class = objective.loss.targets == "classes" and output is not None
                pairs.append((place, output.shape[0] if by_class and output is not None else 0))
        return tuple(pairs)

    def _masks(self, place: int) -> tuple[int, ...]:
        """The Outputs that give planes as large as those of an input, and so are compared with masks."""
        kind = self._inputs[place]
        if kind is None or len(kind.shape) != 3:
            return ()
        planes = kind.shape[1:]
        outputs = enumerate(self._outputs)
        return tuple(i for i, kind in outputs if kind and len(kind.shape) == 3 and kind.shape[1:] == planes)

    def _other_images(self, masks: tuple[int, ...]) -> str:
        """The Output that gives images of another size than an input has, "" where there is none."""
        for place, (objective, kind) in enumerate(zip(self._objectives, self._outputs, strict=True)):
            is_image = kind is not None and len(kind.shape) == 3 and min(kind.shape[1:]) > 1
            if is_image and place not in masks and objective.loss.answers == NUMBERS:
                return objective.output
        return ""

    def _misfit(self, spec: Augmentation, kind: TensorType | None) -> str:
        return spec.misfit(kind.shape, tokens=kind.dtype == "int") if kind else "inputs of a known shape"

    def _says(self, spec: Augmentation, wanted: str) -> str:
        shapes = ", ".join(times(kind.shape) for kind in self._inputs if kind) or "nothing"
        return f"{spec.kind} changes {wanted}; Input has {shapes}."


def switched_off(document: Document, place: int) -> object:
    """The setting as JSON data with the augmentation at a place switched off."""
    field = cast(SpecList, TrainingSettings.fields[FIELD])
    return field.to_json(field.switched(entries_of(document), place, False))


class AugmentingSource:
    """The parts of a training script that augment its batches; all are empty where nothing is augmented."""

    def __init__(self, document: Document) -> None:
        self._inputs = input_ids(document)
        self._found = augmentations_of(document)

    @property
    def unused(self) -> list[str]:
        """The functions of the loop that the script does without."""
        left_out = [] if self._found.changes else ["ends_of", "augmented"]
        left_out += [] if self._found.mixtures else ["blended", "soft"]
        return left_out + ([] if self._found else ["moved"])

    def parts(self) -> list[str]:
        """The functions of the augmentations, and the table of what is done in which order."""
        functions: dict[str, str] = {}
        for item in (*self._found.changes, *self._found.mixtures):
            kind = type(item.augmentation)
            for function in kind.uses:
                functions[function.__name__] = portable(function)
            for step in _steps(item):
                functions[_called(item, step)] = portable(getattr(kind, step), _called(item, step))
        tables = []
        for name, items in (("CHANGES", self._found.changes), ("MIXTURES", self._found.mixtures)):
            if items:
                tables.append("\n".join((f"{name} = [", *(row for item in items for row in _row(item)), "]")) + "\n")
        return [*functions.values(), *tables]

    def beginning(self, several: bool) -> list[str]:
        """Lines of ``main`` before the first epoch; ``several`` tells that inputs are held by their ids."""
        if not self._found:
            return []
        places = sorted({place for item in self._found.changes for place in item.inputs})
        keys = {place: f"[{literal(self._inputs[place])}]" if several else "" for place in places}
        ends = ", ".join(f"{place}: ends_of(x{key}, mean{key}, std{key}, DEVICE)" for place, key in keys.items())
        return [
            *(statement(4, f"ends = {{{ends}}}") if ends else []),
            "    augmenting = torch.Generator(DEVICE).manual_seed(SEED)",
        ]

    def of_each_batch(self) -> list[str]:
        """Lines that change a batch."""
        changes = ["            batch = augmented(*batch, CHANGES, ends, augmenting)"] if self._found.changes else []
        return changes + (["            batch = blended(*batch, MIXTURES, augmenting)"] if self._found.mixtures else [])


def _steps(item: Placed) -> tuple[str, ...]:
    return ("draw", "change", "share") if item.augmentation.mixes else ("draw", "change")


def _called(item: Placed, step: str) -> str:
    """``random_crop_draw``."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", f"{item.augmentation.kind}_{step}").lower()


def _row(item: Placed) -> list[str]:
    """The row of a table: functions, settings, places of inputs and masks, and of targets that are shared."""
    functions = ", ".join(_called(item, step) for step in _steps(item))
    values = item.augmentation.settings(all_fields=True).items()
    settings = ", ".join(f'"{name}": {literal(value)}' for name, value in values)
    shared = f", {dict(item.shared)!r}" if item.augmentation.mixes else ""
    return statement(4, f"({functions}, {{{settings}}}, {item.inputs!r}, {item.masks!r}{shared})", comma=True)
