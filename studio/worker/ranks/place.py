"""Which of several processes this one is, as whoever started it says in the environment.

`torchrun` sets RANK, WORLD_SIZE, LOCAL_RANK, LOCAL_WORLD_SIZE, MASTER_ADDR and MASTER_PORT, and so does Netloom for the
processes that it starts itself. Slurm's `srun` numbers its tasks in variables of its own; they are translated here.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass

FIRST_PORT, PORTS = 20_000, 12_000
"""Where the processes of a Slurm step meet, told apart by the numbers of job and step: below the ports that Linux gives
to anybody who asks for some."""
_NUMBERS = ("RANK", "WORLD_SIZE", "LOCAL_RANK", "LOCAL_WORLD_SIZE")


@dataclass(frozen=True)
class Place:
    """The process of number ``rank`` (from 0) of ``count``; on its computer ``local_rank`` of ``local_count``."""

    rank: int = 0
    count: int = 1
    local_rank: int = 0
    local_count: int = 1


ALONE = Place()


def place_in(environment: Mapping[str, str]) -> Place:
    """The place that a launcher gave this process; `ALONE` without one. Raises `ValueError` with a sentence."""
    given = {**_of_slurm(environment), **environment}
    if "RANK" not in given or "WORLD_SIZE" not in given:
        return ALONE
    texts = [given.get(name, usual) for name, usual in zip(_NUMBERS, ("0", "1", given["RANK"], "1"), strict=True)]
    if not all(text.isdecimal() for text in texts):
        found = ", ".join(f"{name}={text[:12]!r}" for name, text in zip(_NUMBERS, texts, strict=True))
        raise ValueError(f"Expected integers from the launcher, found {found}.")
    place = Place(*map(int, texts))
    if not (place.rank < place.count and place.local_rank < max(place.local_count, place.local_rank + 1)):
        raise ValueError(f"Expected a RANK below WORLD_SIZE, found {place.rank} of {place.count}.")
    return place


def take_from_slurm(environment: MutableMapping[str, str]) -> None:
    """Set what `torchrun` sets where `srun` alone has started this process; what is set already stays."""
    for name, value in _of_slurm(environment).items():
        environment.setdefault(name, value)


def started_by_launcher() -> Place:
    """The place of this process among those of a launcher. Raises `ValueError` with a sentence."""
    take_from_slurm(os.environ)
    return place_in(os.environ)


def _of_slurm(environment: Mapping[str, str]) -> dict[str, str]:
    # A step's own variables: a batch script that runs without srun has those of the job, and is one process.
    tasks, nodes = environment.get("SLURM_STEP_NUM_TASKS", "1"), environment.get("SLURM_STEP_NODELIST", "")
    if tasks == "1" or "RANK" in environment or not nodes or "SLURM_PROCID" not in environment:
        return {}
    number = int(re.sub(r"\D", "", environment.get("SLURM_JOB_ID", "")) or 0)
    step = int(re.sub(r"\D", "", environment.get("SLURM_STEP_ID", "")) or 0)
    here = _tasks_of(environment.get("SLURM_STEP_TASKS_PER_NODE", ""), environment.get("SLURM_NODEID", "0"))
    return {
        "RANK": environment["SLURM_PROCID"],
        "WORLD_SIZE": tasks,
        "LOCAL_RANK": environment.get("SLURM_LOCALID", "0"),
        "LOCAL_WORLD_SIZE": here or tasks,
        "MASTER_ADDR": first_host(nodes),
        "MASTER_PORT": str(FIRST_PORT + (number * 31 + step) % PORTS),
    }


def _tasks_of(listed: str, node: str) -> str:
    """How many tasks run on the node of a number, of what Slurm lists in its short form, such as 8(x2),3; "" where it
    says nothing of that node."""
    counts: list[str] = []
    for count, times in re.findall(r"(\d+)(?:\(x(\d+)\))?", listed):
        counts += [count] * min(int(times or 1), 100_000)
    return counts[int(node)] if node.isdecimal() and int(node) < len(counts) else ""


def first_host(nodes: str) -> str:
    """The first of the hosts that Slurm lists in its short form, such as gpu[03-05,09],login1."""
    return re.sub(r"\[(\w+)[^\]]*\]", r"\1", re.split(r",(?![^\[]*\])", nodes)[0])
