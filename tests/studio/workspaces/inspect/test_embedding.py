"""What Inspect shows of an embedding, which is read by its neighbors, and of a sequence that is read off."""

from __future__ import annotations

from typing import Any

import numpy as np
from pytestqt.qtbot import QtBot

from studio.controllers.asking.probing import Probing
from studio.runs.probes.answer import Answer
from studio.workspaces.inspect.inside.network import NetworkPage
from studio.workspaces.inspect.inside.space import SpaceView
from studio.workspaces.inspect.looks import nearest_of, reading_line
from studio.workspaces.inspect.subject import About
from widgets.inspection.detail import SampleDetail

OUTPUT: dict[str, Any] = {"id": "out", "targets": "classes", "classes": ["cat", "dog"], "shape": []}
FACTS: dict[str, Any] = {
    "layers": [], "counts": [9, 3], "changed": False, "notes": [], "data": "pets", "checkpoint": "", "attends": [],
    "inputs": [{"id": "in", "shape": [1, 4, 4], "tokens": False, "span": [0, 1], "features": []}],
}  # fmt: skip
FORMS = ("embedding", "classes", "sequence")
VECTORS, SCORES, READ = (About.of(FACTS | {"outputs": [OUTPUT | {"answers": form}]}) for form in FORMS)


def test_its_nearest_training_examples_stand_beside_a_sample(qtbot: QtBot) -> None:
    near = {"near": np.zeros((2, 1, 4, 4)), "near.classes": np.array([1, 0])}
    looks = nearest_of(Answer(near, {}), VECTORS)
    assert [name for _, name in looks] == ["dog", "cat"] and nearest_of(Answer({}, {}), SCORES) == []
    detail = SampleDetail()
    qtbot.addWidget(detail)
    assert detail.nearest.isHidden() and detail.nearest_words.isHidden()
    detail.show_nearest(looks)
    assert not detail.nearest.isHidden() and detail.nearest.accessibleDescription() == "dog, cat"


def test_its_space_begins_with_itself_and_it_has_no_scores_to_exchange(qtbot: QtBot, probing: Probing) -> None:
    assert VECTORS.embeds and not SCORES.embeds
    space, play = SpaceView(probing), NetworkPage()
    for widget in (space, space.method, play):
        qtbot.addWidget(widget)
    assert [space.layers(about)[0][1] for about in (VECTORS, SCORES)] == ["The embedding", "Last inner layer"]
    for about in (VECTORS, SCORES):
        play.show_network(about)
        assert play.swap.isHidden() == about.embeds


def test_what_is_read_off_a_sample_is_told_to_its_end() -> None:
    assert READ.reads and not SCORES.reads
    found = Answer({"answer": np.array([1, 1, 0]), "true": np.array([1, 0, 0])}, {})
    assert reading_line(found, READ) == "Reads dog dog; is dog."
    assert reading_line(Answer({"answer": np.zeros(3), "true": np.ones(3)}, {}), READ).startswith("Reads nothing;")
