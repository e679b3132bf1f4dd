"""Where training can happen: what the computer has, and which of it a run asked for."""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import torch

from studio.worker.errors import TrainingError
from studio.worker.ranks.place import ALONE, Place


class Device(NamedTuple):
    """A place to train: its torch name, what people call it, and its memory in bytes (0 where unknown)."""

    id: str
    name: str
    memory: int


def probe() -> list[Device]:
    """All devices, the best first."""
    cards = [
        Device(f"cuda:{index}", torch.cuda.get_device_name(index), torch.cuda.get_device_properties(index).total_memory)
        for index in range(torch.cuda.device_count() if torch.cuda.is_available() else 0)
    ]
    metal = [Device("mps", "Apple graphics", 0)] if torch.backends.mps.is_available() else []
    return [*cards, *metal, Device("cpu", _processor(), _memory())]


def resolve(wanted: str, place: Place = ALONE) -> torch.device:
    """The device that a run asked for; ``auto`` takes the best. Raises `TrainingError` if it isn't there.

    Of several processes on one computer each takes a graphics card of its own, from the one asked for on.
    """
    devices = [device.id for device in probe()]
    if wanted in ("", "auto"):
        wanted = devices[0]
    index = "cuda:0" if wanted == "cuda" else wanted
    if index not in devices:
        raise TrainingError(
            f"This computer has no device {wanted}. It has: {', '.join(devices)}. Choose one of them, or auto."
        )
    device = torch.device(index)
    if device.type == "cpu" or place.local_count == 1:
        return device
    cards = sum(id.startswith(f"{device.type}:") for id in devices)
    return torch.device(device.type, card_of(device.index or 0, max(1, cards), place, os.environ))


def card_of(first: int, cards: int, place: Place, environment: Mapping[str, str]) -> int:
    """The number of the card that a process takes of so many that it sees, from ``first`` on.

    Raises `TrainingError` where there are too few.
    """
    by_srun = "SLURM_LOCALID" in environment and "TORCHELASTIC_RUN_ID" not in environment
    if cards == 1 and by_srun:
        return first  # --gpus-per-task shows each task its own card alone
    if first + place.local_count > cards:
        raise TrainingError(
            f"Expected {place.local_count} graphics cards from number {first} on, found {cards}. "
            "Ask for fewer devices, or for the CPU."
        )
    return first + place.local_rank


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(errors="replace").splitlines()
    except OSError:
        lines = []
    named = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    name = named[0] if named else platform.processor() or platform.machine() or "Processor"
    return f"{name} ({os.cpu_count()} cores)"


def _memory() -> int:
    names = os.sysconf_names if hasattr(os, "sysconf_names") else {}
    if "SC_PHYS_PAGES" not in names or "SC_PAGE_SIZE" not in names:
        return 0
    return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
