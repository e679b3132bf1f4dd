"""Which steps are taken with a compiled network: those that are measured to be faster, and no step twice or never."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from documents import chain, history, mlp
from histories import told_by
from torch import nn

from models.document import Document
from studio.running.launch import training_script
from studio.runs.folder import RunFolder
from studio.worker.session import train
from studio.worker.training.stepping import COMPILED, TIMED, UNCOMPILED, WARM_UP, Chosen
from studio.worker.training.updating.compiling import Compiling
from support import SOAK

EACH = WARM_UP + TIMED
PLAIN, MADE = nn.Identity(), nn.Identity()


class Bench:
    """Steps that take so many seconds with either network; ``compiler`` is what makes one of the other."""

    def __init__(self, compiled: float, compiler: Callable[[nn.Module], nn.Module] = lambda plain: MADE) -> None:
        self.now, self.seconds = 0.0, {PLAIN: 1.0, MADE: compiled}
        self.used: list[nn.Module] = []
        self.compiling = Compiling(PLAIN, torch.device("cpu"), compiler, lambda: self.now)

    def work(self) -> int:
        network = self.compiling.network
        self.now += self.seconds[network]
        self.used.append(network)
        return len(self.used)

    def step(self, size: int = 8, *, watched: bool = False) -> Chosen | None:
        found, chosen = self.compiling.step(size, self.work, watched=watched)
        assert found == len(self.used)
        return chosen


@pytest.mark.parametrize(("seconds", "way"), [(0.25, COMPILED), (1.0, UNCOMPILED), (3.0, UNCOMPILED)])
def test_the_faster_of_both_stays(seconds: float, way: str) -> None:
    bench = Bench(seconds)
    told = [bench.step() for _ in range(2 * EACH)]
    assert [chosen for chosen in told if chosen] == [told[-1]] and not bench.compiling.is_trying
    assert bench.used == [PLAIN] * EACH + [MADE] * EACH
    chosen = told[-1]
    assert chosen is not None and (chosen.way, chosen.plain, chosen.captured) == (way, 1.0, seconds)
    assert ("steps are 4.0× faster" in chosen.message) == (way == COMPILED)
    bench.step()
    assert bench.used[-1] is (MADE if way == COMPILED else PLAIN)


def test_steps_of_another_size_or_that_are_watched_are_plain_and_not_timed() -> None:
    bench = Bench(0.25)
    for _ in range(EACH):
        bench.step()
        bench.step(3)
        bench.step(watched=True)
    assert set(bench.used) == {PLAIN} and bench.step() is None and bench.used[-1] is MADE
    while bench.compiling.is_trying:
        bench.step()
    for bench_step in (lambda: bench.step(3), lambda: bench.step(watched=True)):
        bench_step()
        assert bench.used[-1] is PLAIN


def test_what_cannot_be_compiled_is_taken_plainly_and_says_why() -> None:
    def refuses(plain: nn.Module) -> nn.Module:
        raise RuntimeError("\n no compiler found \n and pages more")

    bench = Bench(0.25, refuses)
    (chosen,) = [chosen for _ in range(3 * EACH) if (chosen := bench.step())]
    assert chosen.message == "The network is not compiled: no compiler found." and set(bench.used) == {PLAIN}


def test_a_step_that_fails_while_it_is_compiled_is_taken_again() -> None:
    bench = Bench(0.25)
    for _ in range(EACH):
        bench.step()
    bench.seconds.pop(MADE)  # a KeyError in the first step that would be compiled
    chosen = bench.step()
    assert chosen is not None and chosen.way == UNCOMPILED and len(bench.used) == EACH + 1
    assert bench.used == [PLAIN] * (EACH + 1)


def test_a_loss_that_is_no_number_ends_the_run_whatever_it_was_taken_with() -> None:
    bench = Bench(0.25)
    for _ in range(EACH):
        bench.step()

    def broken() -> None:
        raise FloatingPointError

    with pytest.raises(FloatingPointError):
        bench.compiling.step(8, broken)


def test_a_failure_of_the_plain_network_is_the_run_s() -> None:
    with pytest.raises(ValueError, match="shape"):
        Bench(0.25).compiling.step(8, lambda: int("shape"))


def test_the_script_compiles_as_well() -> None:
    assert "    model.compile()\n" in training_script(mlp(compile=True), None)
    assert "compile" not in training_script(mlp(), None)


@pytest.mark.soak
@pytest.mark.skipif(not SOAK, reason="writing kernels takes a minute")
def test_a_compiled_network_has_the_losses_of_the_plain_one(new: Callable[[Document], RunFolder]) -> None:
    rows = []
    for compiled in (False, True):
        layers = [("input1", "Input", {"shape": [1, 8, 8]}), ("flatten1", "Flatten", {}),
                  ("fc1", "Linear", {"out_features": 64}), ("gelu1", "GELU", {}), ("drop1", "Dropout", {"p": 0.0}),
                  ("fc2", "Linear", {"out_features": 10}), ("output1", "Output", {})]  # fmt: skip
        told = told_by(train, new(chain(layers, "digits", epochs=3, compile=compiled, seed=3)))
        ways = [facts["way"] for event, facts in told if event == "stepping"]
        assert len(ways) == compiled
        rows.append(history(told))
    for plain, other in zip(*rows, strict=True):
        assert other == pytest.approx(plain, rel=1e-3)
