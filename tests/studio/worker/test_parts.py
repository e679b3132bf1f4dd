"""The small parts of the worker: metrics, examples, devices, control, sentences."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable
from importlib import import_module

import numpy as np
import pytest
import torch
from documents import cnn, mlp
from hypothesis import given
from hypothesis import strategies as st

from models.document import Document
from models.training import LOSSES, TrainingSettings
from models.training.metrics import usual_metric
from studio.runs.errors import RunError
from studio.worker.devices import card_of, probe, resolve
from studio.worker.errors import TrainingError, is_out_of_memory, sentence_for
from studio.worker.process.control import Control
from studio.worker.ranks.place import Place
from studio.worker.training.examples import Examples, Feed, ahead, prepare_targets
from studio.worker.training.metrics import Measured, Meter, Sums
from studio.worker.training.plan import Plan
from studio.worker.training.updating.optimizer import make_optimizer


def measured(kind: str) -> Measured:
    """The metric that goes with a loss, at the only output."""
    metric = usual_metric(LOSSES[kind].answers)
    return [(0, metric.series, metric)]


@given(sizes=st.lists(st.integers(1, 9), min_size=1, max_size=9), cuts=st.sets(st.integers(0, 8)))
def test_sums_do_not_depend_on_when_they_are_brought_over(sizes: list[int], cuts: set[int]) -> None:
    generator = torch.Generator().manual_seed(len(sizes))
    for kind in ("CrossEntropyLoss", "L1Loss", "BCEWithLogitsLoss"):
        found = []
        batches = [torch.randn(size, 3, generator=generator) for size in sizes]
        for when in (set(), cuts):
            meter, sums = Meter(measured(kind)), Sums()
            for number, batch in enumerate(batches):
                classes = LOSSES[kind].targets == "classes"
                targets = torch.zeros(len(batch), dtype=torch.long) if classes else torch.ones_like(batch)
                meter.add([torch.tensor(float(number))], (batch,), (targets,))
                if number in when:
                    sums.add(meter.drain())
            sums.add(meter.drain())
            found.append(sums)
        assert found[0] == found[1] == Sums.from_json(json.loads(json.dumps(found[0].to_json())))


def test_metrics_are_means_over_elements() -> None:
    outputs = torch.tensor([[2.0, 1.0], [0.0, 3.0], [5.0, 4.0]])
    for kind, targets, expected in (
        ("CrossEntropyLoss", torch.tensor([0, 1, 1]), 2 / 3),
        ("BCEWithLogitsLoss", torch.tensor([[1.0, 0.0], [1.0, 1.0], [1.0, 1.0]]), 4 / 6),
        ("MSELoss", torch.tensor([[2.0, 0.0], [0.0, 3.0], [5.0, 2.0]]), 3 / 6),
    ):
        meter, sums = Meter(measured(kind)), Sums()
        meter.add([torch.tensor(0.5)], (outputs,), (targets,))
        sums.add(meter.drain())
        loss, metric = sums.values(["loss"], measured(kind)).values()
        assert metric == pytest.approx(expected)
        assert loss == sums.mean_loss == 0.5
    assert meter.drain() == []


def test_sums_of_a_program_that_knew_one_metric_are_read() -> None:
    old = {"loss": 3.0, "metric": 2.0, "examples": 4, "elements": 8}
    assert Sums.from_json(old).values(["loss"], measured("MSELoss")) == {"loss": 0.75, "mae": 0.25}
    assert Sums.from_json({"loss": 0.0, "metric": 0.0, "examples": 0, "elements": 0}) == Sums()


@given(
    sizes=st.lists(st.tuples(st.integers(1, 5), st.integers(1, 4), st.booleans()), min_size=1, max_size=6),
    kind=st.sampled_from(["CrossEntropyLoss", "L1Loss"]),
)
def test_many_batches_at_once_are_the_same_as_one_by_one(sizes: list[tuple[int, int, bool]], kind: str) -> None:
    generator = torch.Generator().manual_seed(1)
    one, many = Meter(measured(kind)), Meter(measured(kind))
    for count, size, together in sizes:
        losses, outputs = torch.randn(count, 2, generator=generator), torch.randn(count, size, 3, generator=generator)
        targets = (
            torch.zeros(count, size, dtype=torch.long) if kind == "CrossEntropyLoss" else torch.ones(count, size, 3)
        )
        for meter in (one, many):
            if together and meter is many:
                meter.add_many(losses, (outputs.flatten(0, 1),), (targets.flatten(0, 1),), [size] * count)
                continue
            for place in range(count):
                meter.add(list(losses[place]), (outputs[place],), (targets[place],))
    assert one.is_full == many.is_full
    assert one.drain() == many.drain()
    assert many.drain() == []


def test_a_full_meter_says_so() -> None:
    meter = Meter(measured("MSELoss"))
    for _ in range(Meter.MOST_STEPS):
        assert not meter.is_full
        meter.add([torch.tensor(0.0)], (torch.zeros(2, 1),), (torch.zeros(2, 1),))
    assert meter.is_full
    meter.drain()
    assert not meter.is_full


def test_bytes_are_normalized_in_the_batch_and_stay_bytes() -> None:
    cpu = torch.device("cpu")
    stored = torch.arange(12, dtype=torch.uint8).reshape(4, 3)
    scale = torch.tensor([1.0, 2.0, 3.0]), torch.tensor([2.0, 2.0, 4.0])
    examples = Examples([Feed(stored, scale)], [torch.arange(4)], cpu)
    (((inputs,), (targets,)),) = examples.batches([torch.tensor([2, 0])])
    assert torch.equal(inputs, (stored[[2, 0]].float() - scale[0]) / scale[1])
    assert targets.tolist() == [2, 0] and stored.dtype == torch.uint8 and len(examples) == 4
    floats = stored.float()
    before = floats.clone()
    list(Examples([Feed(floats, scale)], [torch.arange(4)], cpu).batches([torch.tensor([1])]))
    assert torch.equal(floats, before)
    tokens = Examples([Feed(stored, tokens=True)], [torch.arange(4)], cpu)
    assert next(tokens.batches([torch.tensor([1])]))[0][0].dtype == torch.long


def test_every_input_and_output_gets_the_same_examples() -> None:
    cpu = torch.device("cpu")
    numbers = torch.arange(5)
    examples = Examples([Feed(numbers.float()), Feed(10 * numbers, tokens=True)], [numbers, -numbers.float()], cpu)
    for moves in (False, True):
        examples.moves = moves
        ((inputs, targets),) = examples.batches([torch.tensor([4, 1])])
        assert [values.tolist() for values in (*inputs, *targets)] == [[4.0, 1.0], [40, 10], [4, 1], [-4.0, -1.0]]


def test_a_batch_is_fetched_while_the_one_before_is_at_work() -> None:
    fetched: list[int] = []
    second = threading.Event()

    def fetch(number: int) -> int:
        fetched.append(number)
        if number == 2:
            second.set()
        return number

    results = ahead(fetch, [1, 2, 3], 1)
    assert next(results) == 1
    assert second.wait(60)  # nobody has asked for it yet
    assert list(results) == [2, 3] and fetched == [1, 2, 3]
    assert list(ahead(fetch, [], 1)) == []


def test_a_fetch_that_fails_says_so_and_leaves_no_thread() -> None:
    results = ahead(lambda number: 1 / number, [1, 0, 2], 1)
    assert next(results) == 1.0
    with pytest.raises(ZeroDivisionError):
        next(results)
    left = ahead(lambda number: number, range(1000), 1)
    next(left)
    left.close()
    assert not [thread.name for thread in threading.enumerate() if thread.name.startswith("ahead")]


def test_targets_are_what_their_loss_takes() -> None:
    classes = np.array([0, 2, 1])
    assert prepare_targets(classes, LOSSES["CrossEntropyLoss"](), 3).dtype == torch.long
    assert prepare_targets(classes, LOSSES["BCEWithLogitsLoss"](), 3).tolist() == [[1, 0, 0], [0, 0, 1], [0, 1, 0]]
    assert prepare_targets(np.array([0, 1]), LOSSES["BCEWithLogitsLoss"](), 2).tolist() == [[0.0], [1.0]]
    assert prepare_targets(np.array([[1.5]]), LOSSES["MSELoss"](), None).shape == (1, 1)


def test_devices_are_probed_and_resolved() -> None:
    found = probe()
    assert found[-1].id == "cpu" and found[-1].memory > 0 and "cores" in found[-1].name
    assert str(resolve("auto")) == found[0].id
    with pytest.raises(TrainingError, match="no device cuda:15"):
        resolve("cuda:15")


def test_each_process_takes_a_card_of_its_own() -> None:
    places = [Place(rank, 4, rank, 4) for rank in range(4)]
    assert [card_of(0, 4, place, {}) for place in places] == [0, 1, 2, 3]
    assert [card_of(4, 8, place, {}) for place in places] == [4, 5, 6, 7]
    for first, cards in ((0, 3), (1, 4), (0, 1)):
        with pytest.raises(TrainingError, match=rf"4 graphics cards from number {first} on, found {cards}\."):
            card_of(first, cards, places[0], {})


def test_a_task_of_slurm_may_see_its_own_card_alone() -> None:
    places, tasks = [Place(rank, 2, rank, 2) for rank in range(2)], {"SLURM_LOCALID": "1"}
    assert [card_of(0, 1, place, tasks) for place in places] == [0, 0]
    assert [card_of(0, 2, place, tasks) for place in places] == [0, 1]
    with pytest.raises(TrainingError, match="found 1"):  # torchrun within a task starts as many as it is told
        card_of(0, 1, places[1], tasks | {"TORCHELASTIC_RUN_ID": "none"})


def test_control_takes_nothing_back_that_ends() -> None:
    control = Control()
    control.pause()
    control.go_on()
    assert control.wanted == "run" and not control.ends
    control.stop()
    control.pause()
    control.go_on()
    control.leave("The window was closed")
    assert control.wanted == "stop" and control.ends
    control.wait()
    other = Control()
    other.leave("The window was closed")
    other.stop()
    other.leave("The process was told to end")
    assert other.wanted == "leave" and other.ends and other.reason == "The window was closed"


def test_failures_are_sentences() -> None:
    memory = RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 8 bytes")
    assert is_out_of_memory(memory) and is_out_of_memory(MemoryError())
    assert is_out_of_memory(RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling cublasCreate(handle)"))
    assert sentence_for(memory, device="cuda:0", fits=1600) == (
        "The memory of cuda:0 ran out. A batch size of 1,600 should fit."
    )
    assert "smaller batches, or a smaller network" in sentence_for(memory)
    assert sentence_for(RunError("The disk is full.")) == "The disk is full."
    assert "ValueError: no good" in sentence_for(ValueError("no\n  good"))
    assert not is_out_of_memory(ValueError("out of memory"))


def test_a_network_without_parameters_is_refused() -> None:

    with pytest.raises(TrainingError, match="nothing to learn"):
        make_optimizer(TrainingSettings(), torch.nn.ReLU())


def test_small_steps_take_one_thread_and_convolutions_channels_last(plan: Callable[[Document], Plan]) -> None:
    plan(mlp())
    assert torch.get_num_threads() == 1
    weight = plan(cnn()).model.get_parameter("conv1.weight")
    assert weight.is_contiguous(memory_format=torch.channels_last)


def test_a_graphics_card_may_be_told_to_repeat_itself_whatever_was_trained_before() -> None:
    import_module("studio.worker.training.updating.precision")
    assert os.environ["CUBLAS_WORKSPACE_CONFIG"] in (":4096:8", ":16:8")  # as torch asks once a process
