"""Places that launchers give, read from their variables."""

from __future__ import annotations

import pytest

from studio.worker.ranks.place import ALONE, FIRST_PORT, PORTS, Place, first_host, place_in, take_from_slurm

SRUN = {
    "SLURM_JOB_ID": "4711",
    "SLURM_STEP_ID": "0",
    "SLURM_STEP_NUM_TASKS": "16",
    "SLURM_STEP_NODELIST": "gpu[07-08]",
    "SLURM_STEP_TASKS_PER_NODE": "8(x2)",
    "SLURM_PROCID": "9",
    "SLURM_LOCALID": "1",
}


def test_without_a_launcher_a_process_is_alone() -> None:
    assert place_in({"HOME": "/home/ada"}) == ALONE == Place(0, 1, 0, 1)


def test_torchrun_says_which_process_this_is() -> None:
    given = {"RANK": "9", "WORLD_SIZE": "16", "LOCAL_RANK": "1", "LOCAL_WORLD_SIZE": "8"}
    assert place_in(given) == Place(9, 16, 1, 8)
    assert place_in({"RANK": "1", "WORLD_SIZE": "2"}) == Place(1, 2, 1, 1)


def test_srun_is_translated_to_what_torchrun_says() -> None:
    assert place_in(SRUN) == Place(9, 16, 1, 8)
    variables = dict(SRUN)
    take_from_slurm(variables)
    assert variables["MASTER_ADDR"] == "gpu07"
    assert FIRST_PORT <= int(variables["MASTER_PORT"]) < FIRST_PORT + PORTS
    other = SRUN | {"SLURM_STEP_ID": "1"}
    take_from_slurm(other)
    assert other["MASTER_PORT"] != variables["MASTER_PORT"]


@pytest.mark.parametrize(("node", "count"), [("0", 8), ("1", 8), ("2", 3), ("7", 16)])
def test_srun_says_how_many_tasks_each_computer_has(node: str, count: int) -> None:
    uneven = SRUN | {"SLURM_STEP_TASKS_PER_NODE": "8(x2),3", "SLURM_NODEID": node}
    assert place_in(uneven).local_count == count


def test_a_batch_script_without_srun_is_one_process() -> None:
    job = {"SLURM_JOB_ID": "4711", "SLURM_NTASKS": "16", "SLURM_NODELIST": "gpu[07-08]", "SLURM_PROCID": "0"}
    assert place_in(job) == ALONE
    assert place_in(SRUN | {"SLURM_STEP_NUM_TASKS": "1"}) == ALONE


@pytest.mark.parametrize(
    ("nodes", "first"),
    [
        ("gpu07", "gpu07"),
        ("gpu[07-08,11]", "gpu07"),
        ("a1,b[2-3]", "a1"),
        ("r[1-2]n[3,5],x", "r1n3"),
        ("node[01-02,05]", "node01"),
    ],
)
def test_the_first_of_slurms_hosts(nodes: str, first: str) -> None:
    assert first_host(nodes) == first


@pytest.mark.parametrize("given", [{"RANK": "x", "WORLD_SIZE": "2"}, {"RANK": "2", "WORLD_SIZE": "2"}])
def test_what_is_no_place_is_refused(given: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="Expected"):
        place_in(given)
