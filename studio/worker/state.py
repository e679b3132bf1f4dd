"""The state of training as files: tensors as safetensors, the rest as JSON. No pickles.

    weights.safetensors   the network's parameters and buffers under their names in its `state_dict`, averages of them
                          where those are validated; what is trained is then among the tensors, as ``trained.NAME``
    training.safetensors  the optimizer's tensors (``optimizer.3.exp_avg``) and the random states (``random.torch``, …),
                          which weights are not pruned (``masks.fc1.weight``, …), and within an epoch what single
                          samples did (``samples.losses``, …)
    state.json            epoch, position, step, sums so far, best value, the optimizer’s numbers, checksum of the data

On the CPU training continues from these to the very bits it would have had; strides are restored as well, since
fused kernels walk weights and their moments in memory order.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import torch
from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor

from models.training.schedules import UNMOVED, Reaction
from studio.runs.checkpoints import WEIGHTS
from studio.runs.files.reading import read_file
from studio.worker.errors import TRAINING_FAILURES, TrainingError
from studio.worker.training.metrics import Sums
from studio.worker.training.trainer import Trainer

TENSORS = "training.safetensors"
NUMBERS = "state.json"
LIVE = "live.safetensors"
"""In the run folder: the weights of a small network a moment ago, while it trains."""
FORMAT = 1
AUGMENTATION = "random.augmentation"
MOST_THREADS = 1024
SHARE_FOR_COPY = 0.25
"""Share of a graphics card's free memory that a copy of the state may take."""


class State(NamedTuple):
    """The whole state of a training: the network's tensors by name, all others, and `state.json` as text."""

    weights: dict[str, Tensor]
    tensors: dict[str, Tensor]
    numbers: str
    ready: torch.cuda.Event | None = None
    """On a graphics card: what tells that the copy is done."""


def captured(trainer: Trainer) -> State:
    """The whole state, copied. Call `Trainer.collect` before.

    On a graphics card the copy stays there while there is ample room, since bringing it over halts the training.
    """
    sums, samples = trainer.whole()
    tensors, plain = _divided(trainer.plan.optimizer.state_dict()["state"])
    content = {
        "format": FORMAT,
        "epoch": trainer.epoch,
        "position": trainer.position,
        "step": trainer.step,
        "best": trainer.best,
        "sums": sums.to_json(),
        "judged": trainer.judged,
        "stale": trainer.stale,
        "reaction": list(trainer.plan.reaction),
        "averaged": trainer.plan.averaging.last,
        "scaler": trainer.plan.scaler.state_dict(),
        "optimizer": plain,
        "data": trainer.plan.fingerprint,
        "device": str(trainer.plan.device),
        "threads": torch.get_num_threads(),
        "processes": trainer.plan.team.count,
    }
    weights, trained = trainer.plan.averaging.weights()
    tensors |= trained
    size = sum(tensor.nbytes for tensor in (*weights.values(), *tensors.values()))
    device = trainer.plan.device
    stays = device.type != "cuda" or size < SHARE_FOR_COPY * torch.cuda.mem_get_info(device)[0]
    here = partial(_copied, stays=stays)
    others = here(tensors | samples | _masks(trainer)) | _random_states(trainer)
    kept = here(weights)
    ready = torch.cuda.current_stream(device).record_event() if device.type == "cuda" else None
    return State(kept, others, json.dumps(content, indent=1), ready)


def _copied(tensors: dict[str, Tensor], *, stays: bool) -> dict[str, Tensor]:
    return {
        name: tensor.detach().clone() if stays else tensor.detach().to("cpu", copy=True)
        for name, tensor in tensors.items()
    }


def write_files(state: State, folder: Path) -> None:
    """Write a captured state, from any thread; raises `OSError`."""
    # Plain writes, not safetensors' own save_file: it fills a memory map, where a full disk kills the process (SIGBUS).
    with _behind(state.ready):
        (folder / WEIGHTS).write_bytes(_packed(state.weights))
        (folder / TENSORS).write_bytes(_packed(state.tensors))
    (folder / NUMBERS).write_text(state.numbers, encoding="utf-8")


@contextmanager
def _behind(ready: torch.cuda.Event | None) -> Iterator[None]:
    """Within, what is copied from a graphics card waits for that event, not for the steps handed over since."""
    if ready is None:
        yield
        return
    stream = torch.cuda.Stream(ready.device)  # type: ignore[no-untyped-call]
    stream.wait_event(ready)
    with torch.cuda.stream(stream):
        yield


def load_state(trainer: Trainer, folder: Path) -> bool:
    """Bring a new trainer to a saved state; returns whether it continues exactly, rather than nearly.

    It is exact on the CPU with the data of before. Raises `TrainingError` if the state is of another network.
    """
    try:
        content = json.loads(read_file(folder / NUMBERS))
        tensors = load((folder / TENSORS).read_bytes())
        weights = load((folder / WEIGHTS).read_bytes())
        trainer.plan.model.load_state_dict(weights)
        trainer.plan.averaging.load(tensors, _whole(content.get("averaged", -1) + 1) - 1)
        _load_optimizer(trainer, tensors, content["optimizer"])
        if trainer.plan.scaler.is_enabled() and content.get("scaler"):
            trainer.plan.scaler.load_state_dict(content["scaler"])
        trainer.plan.watch.load(tensors)
        _load_masks(trainer, tensors)
        same_device = _load_random_states(trainer, tensors)
        # Sums over parts depend on how many parts there are.
        torch.set_num_threads(max(1, _whole(content["threads"], MOST_THREADS)))
        trainer.epoch, trainer.position = _whole(content["epoch"]), _whole(content["position"])
        trainer.step = _whole(content["step"])
        trainer.best = None if content["best"] is None else float(content["best"])
        trainer.judged = None if content.get("judged") is None else float(content["judged"])
        trainer.stale = _whole(content.get("stale", 0))
        trainer.plan.reaction = _reaction(content.get("reaction"))
        trainer.epoch_sums = Sums.from_json(content["sums"])
        if trainer.epoch_sums.examples:
            trainer.plan.measures(trainer.epoch_sums)  # fails where they are of other losses and metrics
    except (*TRAINING_FAILURES, SafetensorError) as error:
        raise TrainingError(f"Checkpoint {folder.name} does not fit this run's network: {error}") from error
    exact = trainer.plan.device.type == "cpu" and content["device"] == "cpu" and same_device
    exact &= not trainer.plan.settings.compile  # which steps are compiled follows from what was measured
    same = content.get("processes", 1) == trainer.plan.team.count
    return exact and same and content["data"] == trainer.plan.fingerprint


def _whole(value: object, most: int = 1 << 53) -> int:
    if not isinstance(value, int) or not 0 <= value <= most:
        raise ValueError(f"an integer from 0 to {most} was expected, not {value!r:.40}")
    return value


def _reaction(found: Any) -> Reaction:
    """What a schedule that reacts has kept; nothing in the checkpoint of a program that knew none."""
    if found is None:
        return UNMOVED
    best, bad, rest, share = found
    return None if best is None else float(best), _whole(bad), _whole(rest), float(share)


def _packed(tensors: dict[str, Tensor]) -> bytes:
    return save({name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()})


def _divided(state: dict[int, dict[str, Any]]) -> tuple[dict[str, Tensor], dict[str, dict[str, Any]]]:
    tensors: dict[str, Tensor] = {}
    plain: dict[str, dict[str, Any]] = {}
    for index, values in state.items():
        for name, value in values.items():
            if isinstance(value, Tensor):
                tensors[f"optimizer.{index}.{name}"] = value
            elif isinstance(value, list) and value:
                _divide_list(f"optimizer.{index}.{name}", value, tensors)
            else:
                plain.setdefault(str(index), {})[name] = value
    return tensors, plain


def _divide_list(name: str, values: list[Any], tensors: dict[str, Tensor]) -> None:
    """Put a list that an optimizer keeps among the tensors; one with gaps is a place for notes within a step."""
    if None not in values:
        tensors |= {f"{name}.{place}": torch.as_tensor(value) for place, value in enumerate(values)}


def _load_optimizer(trainer: Trainer, tensors: dict[str, Tensor], plain: dict[str, dict[str, Any]]) -> None:
    optimizer = trainer.plan.optimizer
    state: dict[int, dict[str, Any]] = {int(index): dict(values) for index, values in plain.items()}
    for key, tensor in tensors.items():
        kind, _, rest = key.partition(".")
        if kind == "optimizer":
            index, _, name = rest.partition(".")
            name, _, place = name.partition(".")
            own = state.setdefault(int(index), {})
            if place:  # of a list, whose parts come in order by their numbers
                own.setdefault(name, {})[int(place)] = tensor
            else:
                own[name] = tensor
    for own in state.values():
        for name, found in own.items():
            if isinstance(found, dict):
                own[name] = [found[place] for place in sorted(found)]
    optimizer.load_state_dict({**optimizer.state_dict(), "state": state})
    for parameter, values in optimizer.state.items():
        for name, value in values.items():
            if isinstance(value, Tensor) and value.shape == parameter.shape and value.stride() != parameter.stride():
                values[name] = torch.empty_like(parameter, memory_format=torch.preserve_format).detach().copy_(value)


def _random_states(trainer: Trainer) -> dict[str, Tensor]:
    states = {
        "random.torch": torch.get_rng_state(),
        "random.order": trainer.order_at_epoch,
        AUGMENTATION: trainer.plan.augmenter.generator.get_state(),
    }
    device = trainer.plan.device
    if device.type == "cuda":
        states["random.cuda"] = torch.cuda.get_rng_state(device)
    elif device.type == "mps":
        states["random.mps"] = torch.mps.get_rng_state()
    return states


def _masks(trainer: Trainer) -> dict[str, Tensor]:
    """Which weights are not pruned, as bytes."""
    return {f"masks.{name}": mask.to(torch.uint8) for name, mask in trainer.plan.begun.masks.items()}


def _load_masks(trainer: Trainer, tensors: dict[str, Tensor]) -> None:
    """Prune what was pruned: a weight that learning brought to 0 looks the same."""
    for name, mask in trainer.plan.begun.masks.items():
        mask.copy_(tensors[f"masks.{name}"])


def _load_random_states(trainer: Trainer, tensors: dict[str, Tensor]) -> bool:
    torch.set_rng_state(tensors["random.torch"])
    trainer.order.set_state(tensors["random.order"])
    trainer.order_at_epoch = tensors["random.order"]
    drawing, drawn = trainer.plan.augmenter.generator, tensors.get(AUGMENTATION)
    # None in those of a program that knew none; of another device it is of another kind, which no other can go on from.
    if drawn is not None and drawn.shape == drawing.get_state().shape:
        drawing.set_state(drawn)
    device = trainer.plan.device
    if f"random.{device.type}" not in tensors:
        return device.type == "cpu"
    if device.type == "cuda":
        torch.cuda.set_rng_state(tensors["random.cuda"], device)
    else:
        torch.mps.set_rng_state(tensors["random.mps"])
    return True


def show_weights(path: Path, weights: dict[str, Tensor]) -> None:
    """Put weights into a file for those who watch: whole, but not forced to the disk, and not at all where that
    refuses."""
    content = save({name: weight.detach().to("cpu").contiguous() for name, weight in weights.items()})
    temporary = path.with_name(f".{path.name}")
    with suppress(OSError):
        temporary.write_bytes(content)
        temporary.replace(path)
