"""A card makes its face when somebody looks at it, and once for each thing that it has to say."""

from __future__ import annotations

from models.document.edits import Disconnect
from models.findings.finding import Finding
from widgets.canvas.scene.card import Card
from widgets.canvas.scene.face import Gist, make_face
from widgets.canvas.scene.measures import FULL_HEIGHT, SLIM_HEIGHT, STRIP_HEIGHT
from widgets.canvas.scene.scene import Scene

PLAIN = Gist("ReLU", "Activation", True, None)


def test_a_face_is_made_when_it_is_looked_at_and_again_when_it_says_something_else(make):
    document, made = make(), []

    def face(id):
        made.append(id)
        return make_face(document.network[id], document.analysis[id], (), 1)

    card = Card("relu1", PLAIN, face)
    assert card.height == SLIM_HEIGHT and made == []
    assert card.face is card.face and card.face.kind == "ReLU" and made == ["relu1"]
    assert not card.renew(PLAIN) and made == ["relu1"]
    assert card.face.slim and made == ["relu1", "relu1"]


def test_a_card_tells_when_its_size_is_another():
    card = Card("relu1", PLAIN, lambda id: None)
    wrong = PLAIN._replace(problem=Finding("error", "shape", "relu1", "No."))
    assert card.renew(wrong) and card.height == SLIM_HEIGHT + STRIP_HEIGHT
    assert not card.renew(wrong)
    assert card.renew(wrong._replace(slim=False)) and card.height == FULL_HEIGHT + STRIP_HEIGHT
    assert card.renew(PLAIN._replace(slim=False)) and card.height == FULL_HEIGHT


def test_what_a_card_says_follows_an_edit_before_anybody_looks(make):
    document = make()
    scene = Scene(document)
    document.changed.connect(scene.update)
    seen, unseen = scene.cards["relu1"].face.shape, scene.cards["conv1"]
    document.apply(Disconnect(document.network.edges_into("conv1")[0]))
    assert (seen, scene.cards["relu1"].face.shape) == ("16×32×32", "?")
    assert unseen.gist.problem and unseen.face.problem == unseen.gist.problem
