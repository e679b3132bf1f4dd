"""Templates: complete, described, sound, and with the counts that the literature gives."""

from __future__ import annotations

from math import prod
from pathlib import Path
from typing import Any

import pytest
import torch
from layer_cases import held_by
from saved_tensors import kept_by_torch
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.flop_counter import FlopCounterMode

from benchmarks import networks
from models.analysis.memory import activation_bytes
from models.byhand.starting import shapes_of
from models.checks import findings
from models.codegen.module import generate
from models.kinds.layer import TensorType
from models.network import input_nodes, output_nodes
from models.storage import files, shelf, templates
from models.storage.files import FileError
from models.training import TrainingSettings

NAMES = [template.name for template in templates.available()]
PUBLISHED = {
    "exam-cnn": 13_050, "lenet5": 61_706, "alexnet": 61_100_840, "vgg16": 138_357_544, "resnet18": 11_689_512,
    "resnet50": 25_557_032, "densenet121": 7_978_856, "squeezenet": 1_235_496, "mobilenetv2": 3_504_872,
    "efficientnet-b0": 5_288_548, "convnext-tiny": 28_589_128, "vit-b16": 86_567_656, "mlp-mixer": 59_880_472,
    "unet": 31_037_633, "small-densenet": 769_162, "vae": 652_824,
}  # fmt: skip
"""torchvision's counts; those of timm for the MLP-Mixer, of milesial's U-Net, of DenseNet-BC's authors and of
PyTorch's example of a VAE."""
MULTIPLY_ADDS = {"alexnet": 714, "vgg16": 15_470, "resnet50": 4_089, "efficientnet-b0": 386, "convnext-tiny": 4_456}
"""In millions, as torchvision gives them."""
ATTENTION = {"by-hand-attention", "by-hand-lstm", "small-vit", "vit-b16", "transformer"}
LIGHT = 60_000_000
"""Multiply-adds up to which a template is trained with real numbers; others are on torch's meta device."""


@pytest.fixture(autouse=True)
def own_shelf(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nothing is kept by others."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))


def test_the_promised_ones_are_there() -> None:
    promised = {
        "mlp", "exam-cnn", "digits-cnn", "vgg-style", "small-resnet", "lstm-tagger", "transformer", "googlenet",
        "autoencoder", "gru-tagger", "sentiment", "small-vit", "small-mobilenet", "small-mixer", "small-convnext",
    }  # fmt: skip
    assert promised | PUBLISHED.keys() <= set(NAMES)


def test_they_are_listed_by_category_then_size() -> None:
    listed = [(templates.CATEGORIES.index(item.category), item.parameters) for item in templates.available()]
    assert listed == sorted(listed)
    assert {*(item.category for item in templates.available()), templates.OWN} == set(templates.CATEGORIES)


@pytest.mark.parametrize("template", templates.available(), ids=NAMES)
def test_each_is_described(template: templates.Template) -> None:
    assert 3 <= len(template.title) <= 40 and 30 <= len(template.description) <= 120
    assert template.description.endswith(".")
    assert template.parameters == templates.load(template.name).analysis.totals().parameters


@pytest.mark.parametrize(("name", "parameters"), PUBLISHED.items())
def test_published_networks_have_their_published_size(name: str, parameters: int) -> None:
    assert templates.load(name).analysis.totals().parameters == parameters


@pytest.mark.parametrize(("name", "millions"), MULTIPLY_ADDS.items())
def test_published_networks_have_their_published_cost(name: str, millions: int) -> None:
    assert round(templates.load(name).analysis.totals().multiply_adds / 10**6) == millions


@pytest.mark.parametrize("name", NAMES)
def test_each_costs_what_torch_counts_and_trains_a_step(name: str) -> None:
    torch.manual_seed(0)
    document = templates.load(name)
    network, analysis = document.network, document.analysis
    real = analysis.totals().multiply_adds <= LIGHT
    names: dict[str, Any] = {}
    with torch.device("cpu" if real else "meta"):
        source = generate(network, analysis, "Net")
        exec(compile(source.text, name, "exec"), names)
        model = names[source.class_name]()
        given = [_batch(analysis[node.id].outputs[0]) for node in input_nodes(network)]
    assert held_by(model) == shapes_of(network, analysis)
    results: Any = ()

    def forward() -> list[torch.Tensor]:
        nonlocal results
        results = model(*given)
        return list(results) if isinstance(results, tuple) else [results]

    with FlopCounterMode(display=False) as counter, sdpa_kernel(SDPBackend.MATH):
        saved = kept_by_torch(forward, [*model.parameters(), *model.buffers()])
    told = activation_bytes(analysis, 2) - sum(8 * prod(analysis[end.id].shape or ()) for end in output_nodes(network))
    # The counter needs another way of attention than the usual one, and recurrent layers have workspaces.
    assert name in ATTENTION or told == pytest.approx(saved, rel=0.05)
    if not {node.kind for node in network} & {"RNN", "LSTM", "GRU"}:  # the counter sees nothing of these
        assert counter.get_total_flops() == 4 * analysis.totals().multiply_adds
    outputs = results if isinstance(results, tuple) else (results,)
    assert [tuple(output.shape[1:]) for output in outputs] == [analysis[end.id].shape for end in output_nodes(network)]
    sum(output.square().mean() for output in outputs).backward()
    torch.optim.SGD(model.parameters(), lr=1e-3).step()
    assert all(weight.grad is not None for weight in model.parameters())
    assert not real or all(torch.isfinite(weight).all() for weight in model.parameters())


def _batch(given: TensorType | None) -> torch.Tensor:
    """Two examples."""
    assert given is not None
    return torch.randn(2, *given.shape) if given.dtype == "float" else torch.randint(0, 12, (2, *given.shape))


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
def test_an_unknown_one_is_refused_with_some_that_there_are(name: str) -> None:
    with pytest.raises(FileError, match="no template") as caught:
        templates.load(name)
    named = str(caught.value).partition("The closest: ")[2].rstrip(".").split(", ")
    assert 1 <= len(named) <= 3 and set(named) <= set(NAMES) and len(str(caught.value)) < 200


def test_a_typing_error_is_answered_with_what_was_meant() -> None:
    with pytest.raises(FileError, match=r"closest: resnet50\b"):
        templates.load("ResNet-50")


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


def test_own_templates_stand_beside_the_others() -> None:
    document = templates.load("lenet5")
    document.content.set_section("data", {"source": "digits"})
    name = templates.keep(document, "LeNet-5")
    assert name == "lenet-5" and templates.keep(document, "LeNet-5", with_data=False) == "lenet-5-2"
    (first, second) = [item for item in templates.available() if item.category == templates.OWN]
    assert (first.title, first.parameters) == ("LeNet-5", 61_706) == (second.title, second.parameters)
    assert templates.load(name).data == {"source": "digits"} and templates.load("lenet-5-2").data == {}
    found = [item for item, _ in templates.documents()]
    assert sorted(found, key=templates.place) == templates.available()
    assert {item.name for item, _ in templates.documents({item.name for item in found})} == {"lenet-5", "lenet-5-2"}


def test_an_own_template_never_hides_one_of_the_program() -> None:
    name = templates.keep(templates.load("mlp"), "resnet18")
    assert name == "resnet18-2" and templates.load("resnet18").analysis.totals().parameters == 11_689_512


def test_what_others_laid_there_is_described_as_far_as_it_can_be_read() -> None:
    templates.keep(templates.load("mlp"), "mine")
    (path,) = shelf.kept(shelf.TEMPLATES).values()
    path.with_name("broken.netloom").write_bytes(b"\0")
    path.with_name("plain.netloom").write_text('{"netloom": 1, "network": {"nodes": []}, "about": 3}')
    own = [item for item in templates.available() if item.category == templates.OWN]
    assert [(item.name, item.title) for item in own] == [("plain", "plain"), ("mine", "mine")]
