"""What is done while playing, and the way back: the algebra of steps."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.workspaces.inspect.inside.play import Change, Play, Steps

names = st.sampled_from(["noise", "brightness", "right", "down", "moved"])
changes = st.builds(
    Change,
    st.sampled_from(["conv1", "relu1"]),
    st.one_of(st.none(), st.tuples(st.integers(0, 5))),
    st.booleans(),
)
moves = st.lists(st.one_of(st.tuples(names, st.integers(-5, 5)), changes), max_size=12)


def walked(steps: Steps, done: list[tuple[str, int] | Change]) -> list[Play]:
    """All states in their order."""
    seen = [steps.present]
    for item in done:
        state = steps.present
        after = state.with_change(item) if isinstance(item, Change) else state.with_slider(*item)
        steps.go(after)
        if after != state:
            seen.append(after)
    return seen


@given(moves)
def test_all_steps_back_is_the_beginning_and_all_forward_the_end(done: list[tuple[str, int] | Change]) -> None:
    steps = Steps()
    seen = walked(steps, done)
    for state in reversed(seen[:-1]):
        assert steps.can_undo
        steps.undo()
        assert steps.present == state
    assert not steps.can_undo
    steps.undo()
    for state in seen[1:]:
        steps.redo()
        assert steps.present == state
    assert not steps.can_redo
    steps.redo()
    assert steps.present == seen[-1]


def test_dragging_one_slider_is_one_step_and_a_new_step_forgets_those_taken_back() -> None:
    steps = Steps()
    for value in (3, 4, 5):
        steps.go(steps.present.with_slider("noise", value), "noise")
    steps.go(steps.present.with_slider("right", 1), "right")
    steps.undo()
    assert steps.present == Play(noise=5)
    steps.go(steps.present.with_slider("noise", 9), "noise")
    assert not steps.can_redo
    steps.undo()
    assert steps.present == Play(noise=5), "after a step back the slider begins a new one"
    steps.undo()
    assert steps.present == Play() and not steps.can_undo
    steps.begin(Play(down=2))
    assert not steps.can_redo and steps.present.down == 2


def test_units_of_one_layer_stand_together_and_a_whole_layer_takes_their_place() -> None:
    state = Play().with_change(Change("conv1", (4,))).with_change(Change("relu1", (0,)))
    state = state.with_change(Change("conv1", (2,)))
    assert state.changes == (Change("relu1", (0,)), Change("conv1", (2, 4)))
    assert [change.words() for change in state.changes] == ["relu1 unit 0 off", "conv1 units 2, 4 off"]
    whole = state.with_change(Change("conv1"))
    assert whole.changes[-1] == Change("conv1") and whole.changes[-1].words() == "conv1 off"
    again = whole.with_change(Change("conv1", bypass=True))
    assert again.network_arguments() == {
        "changes": [{"layer": "relu1", "units": [0]}, {"layer": "conv1", "bypass": True}]
    }
    assert Play(noise=3, swap=(1, 2)).of_network() == Play(swap=(1, 2))
    assert Play(swap=(1, 2)).network_arguments() == {"swap": [1, 2]} and Play().network_arguments() == {}


@pytest.mark.parametrize(
    ("shape", "place", "moves"),
    [((1, 4, 5), 7, [[7, 1.5]]), ((3, 4, 5), 7, [[7, 1.5], [27, 1.5], [47, 1.5]]), ((10,), 3, [[3, 1.5]])],
)
def test_a_pixel_moves_in_all_channels_a_number_alone(
    shape: tuple[int, ...], place: int, moves: list[list[float]]
) -> None:
    state = Play(place=place, moved=15, noise=10)
    found = state.sample_arguments(shape, tokens=False)
    assert found == {"noise": 0.1, "brightness": 0.0, "moves": moves}
    assert state.sample_arguments(shape, tokens=True) == {}, "no other word was chosen"
    assert Play(place=place, word=4).sample_arguments(shape, tokens=True) == {"words": [[place, 4]]}
    long = Play(right=3).sample_arguments((40, 2), tokens=False)
    assert long["shift"] == [0, 3], "steps are seen from left to right"
    assert Play(right=3).sample_arguments((2, 40), tokens=False)["shift"] == [3, 0]
    assert "moves" not in Play(moved=15).sample_arguments(shape, tokens=False)
