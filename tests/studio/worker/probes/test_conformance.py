"""What every probe promises: an answer of plain, bounded arrays for its example, the same each time; an end at any
step; a sentence for data that it is not for; and a network that is as it was."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from trained_runs import DOCUMENTS, Asking

from studio.runs.folder import RunFolder
from studio.runs.probes.answer import LARGEST
from studio.worker.probes import PROBES
from studio.worker.probing.base import Probe

Run = Callable[[str], RunFolder]
probes = pytest.mark.parametrize("probe", PROBES.values(), ids=list(PROBES))
KINDS = {"u1", "i4", "i8", "f4", "f8"}


@probes
def test_its_example_is_answered_in_plain_arrays_and_the_same_again(probe: Probe, run: Run, asking: Asking) -> None:
    first, second = (asking.ask(probe.name, run(probe.suits), **probe.example) for _ in range(2))
    assert first.arrays or first.facts
    assert first.size < LARGEST // 8, "an example is small"
    if probe.is_timed:
        assert first.arrays.keys() == second.arrays.keys() and first.facts.keys() == second.facts.keys()
        return
    assert first.facts == second.facts
    for name, array in first.arrays.items():
        assert array.dtype.str[1:] in KINDS, name
        assert np.isfinite(array).all(), name
        np.testing.assert_array_equal(array, second.arrays[name])


@probes
def test_it_can_be_given_up_at_any_step(probe: Probe, run: Run, asking: Asking) -> None:
    for steps in (0, 1, 2, 4):
        question = asking.question(probe.name, run(probe.suits), **probe.example)
        asking.desk.put(question)
        for _ in range(steps):
            asking.desk.step()
        asking.desk.cancel(question.id)
        if any(facts.get("id") == question.id for state, facts in asking.said if state == "answered"):
            return
        assert asking.outcome(question) == ("canceled", "")
        assert not Path(question.answer).exists()
    asking.ask(probe.name, run(probe.suits), **probe.example)


@probes
@pytest.mark.parametrize("kind", DOCUMENTS)
def test_on_other_data_it_answers_or_says_what_to_do(probe: Probe, kind: str, run: Run, asking: Asking) -> None:
    question = asking.question(probe.name, run(kind), **probe.example)
    asking.desk.put(question)
    outcome, sentence = asking.outcome(question)
    assert outcome == "done" or (
        outcome == "failed" and sentence.endswith(".") and "could not be run" not in sentence
    ), sentence


@probes
def test_it_leaves_the_network_as_it_was(probe: Probe, run: Run, asking: Asking) -> None:
    asking.ask("thought", run(probe.suits), sample=0)
    assert asking.desk._seat is not None and asking.desk._seat._bench is not None
    bench = asking.desk._seat._bench
    before = {name: value.clone() for name, value in bench.model.state_dict().items()}
    asking.ask(probe.name, run(probe.suits), **probe.example)
    assert asking.desk._seat._bench is bench
    for name, value in bench.model.state_dict().items():
        assert torch.equal(value, before[name]), name
    assert all(parameter.grad is None and parameter.requires_grad for parameter in bench.model.parameters())
    assert not bench.model.training


@probes
def test_arguments_of_another_kind_are_refused_with_their_name(probe: Probe, run: Run, asking: Asking) -> None:
    for name, value in probe.example.items():
        odd = {"x": 1} if not isinstance(value, dict) else 3
        question = asking.question(probe.name, run(probe.suits), **{**probe.example, name: odd})
        asking.desk.put(question)
        outcome, sentence = asking.outcome(question)
        assert outcome == "failed" and f"“{name}”" in sentence, sentence


@pytest.mark.parametrize(
    "file", list((Path(__file__).parents[4] / "studio/worker/probes").rglob("[a-z]*.py")), ids=lambda file: file.stem
)
def test_a_file_holds_one_probe_that_is_called_as_it_is(file: Path) -> None:
    assert file.stem in PROBES
