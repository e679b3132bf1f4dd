"""Networks with several Inputs and Outputs: each Input can be seen, and all answers stand beside a sample."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from documents import two_ended
from PySide6.QtGui import QImage
from trained_runs import trained
from waiting import inspected, until

from studio.workspaces.inspect.samples import answer_line
from studio.workspaces.inspect.workspace import InspectWorkspace
from widgets.theme import theme

Open = Callable[..., InspectWorkspace]


@pytest.fixture
def page(page_of: Open, tmp_path: Path) -> InspectWorkspace:
    trained(two_ended(tmp_path, epochs=1), tmp_path / "runs", "both")
    return page_of(tmp_path / "runs", "both")


def choose(page: InspectWorkspace, id: str) -> None:
    page.samples.input.set_value(id)
    page.samples.input.changed.emit(id)
    inspected(page)


def test_every_input_of_a_sample_is_seen(page: InspectWorkspace) -> None:
    samples, detail = page.samples, page.samples.detail
    assert page.about is not None and [item.id for item in page.about.inputs] == ["picture", "size"]
    assert not samples.input.isHidden() and samples.input.value() == "picture"
    assert isinstance(samples.look(), QImage)
    ((look, name),) = detail.near.looks
    assert name == "size" and isinstance(look, tuple) and len(look) == 3
    choose(page, "size")
    assert samples.look() == look and detail.picture.look == look
    ((other, name),) = detail.near.looks
    assert name == "picture" and isinstance(other, QImage)
    samples.wall.choose(1)
    inspected(page)
    assert isinstance(samples.look(), tuple) and samples.look() != look
    samples.grab()


def test_the_answers_of_the_other_output_stand_below(page: InspectWorkspace) -> None:
    assert page.samples.detail.others.text().startswith("price: ")
    page.strip.output.set_value("price")
    page.strip.output_changed.emit("price")
    inspected(page)
    words = page.samples.detail.others.text()
    assert words.startswith("kind: ") and " %, is " in words


def test_one_input_and_one_output_need_no_choice(page_of: Open, all_runs: Path) -> None:
    page = page_of(all_runs, "images")
    assert page.samples.input.isHidden() and page.samples.detail.near.isHidden()
    assert page.samples.detail.others.isHidden()


def test_answers_are_lines() -> None:
    chances, truth = np.array([[0.2], [0.8]]), np.array(0.0)
    assert answer_line("kind", chances, truth, ("cat", "dog")) == "kind: dog 80 %, is cat"
    assert answer_line("price", np.array([[2.5]]), np.array([3.0]), ()) == "price: 2.5, is 3"
    assert "at 4 positions" in answer_line("tags", np.zeros((2, 4)), np.zeros(4), ("a", "b"))


def test_large_text_fits_a_small_screen(page: InspectWorkspace) -> None:
    theme().set_scale(1.5)
    try:
        inspected(page)
        assert page.minimumSizeHint().width() <= 1280 and page.minimumSizeHint().height() <= 660
        page.resize(1280, 660)
        page.grab()
        above, below = page.tables, page.inside

        def apart() -> bool:
            bottom = above.mapTo(page, above.rect().bottomLeft()).y()
            return bottom < below.mapTo(page, below.rect().topLeft()).y()

        until(apart, "cards that do not lie on each other")
    finally:
        theme().set_scale(1.0)
