"""Templates: complete, described, sound, and with the counts that the literature gives."""

from __future__ import annotations

import pytest

from benchmarks import networks
from models.checks import findings
from models.storage import files, templates
from models.storage.files import FileError
from models.training import TrainingSettings

NAMES = [template.name for template in templates.available()]
PUBLISHED = {"exam-cnn": 13_050, "lenet5": 61_706, "resnet18": 11_689_512}


def test_the_promised_ones_are_there() -> None:
    promised = {"mlp", "exam-cnn", "digits-cnn", "lenet5", "vgg-style", "small-resnet", "lstm-tagger", "transformer"}
    assert promised <= set(NAMES)


def test_they_are_listed_by_category_then_size() -> None:
    listed = [(templates.CATEGORIES.index(item.category), item.parameters) for item in templates.available()]
    assert listed == sorted(listed)
    assert {item.category for item in templates.available()} == set(templates.CATEGORIES)


@pytest.mark.parametrize("template", templates.available(), ids=NAMES)
def test_each_is_described(template: templates.Template) -> None:
    assert 3 <= len(template.title) <= 40 and 30 <= len(template.description) <= 120
    assert template.description.endswith(".")
    assert template.parameters == templates.load(template.name).analysis.totals().parameters


@pytest.mark.parametrize(("name", "parameters"), PUBLISHED.items())
def test_published_networks_have_their_published_size(name: str, parameters: int) -> None:
    assert templates.load(name).analysis.totals().parameters == parameters


@pytest.mark.parametrize("name", NAMES)
def test_each_is_sound_and_ready_to_train(name: str) -> None:
    document = templates.load(name)
    assert findings(document) == [] and not document.is_modified
    assert TrainingSettings.read(document.training)[1] == []
    assert document.content.extra == {}


@pytest.mark.parametrize("name", NAMES)
def test_those_with_data_fit_it(name: str) -> None:
    from studio.running.preflight import preflight

    document = templates.load(name)
    if document.data:
        assert preflight(document, None, ["cpu"]) == []


def test_each_call_gives_a_document_of_its_own() -> None:
    assert templates.load("mlp").network is not templates.load("mlp").network


@pytest.mark.parametrize("name", ["nothing", "", "../templates/mlp", "mlp.netloom", "x" * 5_000, "a\0b"])
def test_an_unknown_one_is_refused_with_those_there_are(name: str) -> None:
    with pytest.raises(FileError, match="no template") as caught:
        templates.load(name)
    assert "exam-cnn" in str(caught.value) and len(str(caught.value)) < 400


def test_the_bundled_example_is_sound() -> None:
    document, problems = files.read(templates.RESOURCES / "examples" / "digits.netloom")
    assert problems == [] and findings(document) == []
    assert document.data == {"source": "digits"}


@pytest.mark.parametrize("depth", networks.PARAMETERS)
def test_the_resnets_of_the_benchmarks_are_the_published_ones(depth: int) -> None:
    document = networks.document(networks.resnet(depth))
    assert document.analysis.totals().parameters == networks.PARAMETERS[depth]
    assert findings(document) == []


def test_chains_have_the_length_asked_for() -> None:
    assert len(networks.document(networks.chain(50)).network) == 50
