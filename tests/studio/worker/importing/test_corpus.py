"""Public architectures with random weights: how many become documents with every parameter and equal outputs.

They are those of torchvision, timm and transformers, which are no part of Netloom. ``pip install --no-deps torchvision
timm transformers`` and ``pip install huggingface_hub tokenizers regex`` bring them along.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import torch

from models.importers import ImportFailed, Report
from studio.worker.importing.network import Asked, import_network
from support import scaled

pytestmark = pytest.mark.skipif(find_spec("torchvision") is None, reason="torchvision is not installed")

SMALL = ("squeezenet1_1", "shufflenet_v2_x0_5", "mnasnet0_5", "mobilenet_v3_small", "regnet_y_400mf", "resnet18")
"""Those that a part of the battery begins with."""
TOO_LARGE = ("vit_h_14", "regnet_y_128gf")
"""Several gigabytes of weights."""
TIMM = (
    "lcnet_050", "tinynet_e", "starnet_s1", "mobilenetv3_small_050", "hardcorenas_a", "efficientnet_lite0",
    "regnetx_002", "ghostnet_050", "repghostnet_050", "semnasnet_075", "rexnet_100", "convnext_atto",
    "vit_tiny_patch16_224", "deit_tiny_patch16_224", "mixer_s32_224", "pvt_v2_b0", "visformer_tiny",
    "xcit_nano_12_p16_224", "edgenext_xx_small", "mobilevit_xxs", "efficientformerv2_s0", "resmlp_12_224",
    "poolformer_s12", "pit_ti_224", "cait_xxs24_224", "crossvit_tiny_240", "coat_tiny", "fastvit_t8", "repvgg_a0",
    "res2net50_14w_8s", "seresnext26d_32x4d", "skresnet18", "swin_tiny_patch4_window7_224", "tnt_s_patch16_224",
    "twins_pcpvt_small", "gmlp_s16_224", "dla34", "hrnet_w18_small", "nest_tiny", "volo_d1_224", "botnet26t_256",
    "halonet26t", "eva02_tiny_patch14_224", "nf_resnet26", "mobileone_s0", "selecsls42", "xception41",
    "mambaout_femto", "convmixer_768_32", "davit_tiny", "focalnet_tiny_srf", "gcvit_xxtiny", "hgnetv2_b0",
    "inception_next_tiny", "mvitv2_tiny", "beit_base_patch16_224", "levit_128s", "sequencer2d_s",
)  # fmt: skip
TINY = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 64, "vocab_size": 99}
WORDS, GROUPED = TINY | {"max_position_embeddings": 64}, {"num_key_value_heads": 2}
NARROW = {"d_model": 32, "encoder_layers": 2, "encoder_attention_heads": 4, "encoder_ffn_dim": 64}
PIXELS = {"image_size": 32, "patch_size": 8} | {name: size for name, size in TINY.items() if name != "vocab_size"}
TRANSFORMERS: dict[str, dict[str, Any]] = {
    "BertModel": WORDS, "RobertaModel": WORDS, "AlbertModel": WORDS | {"embedding_size": 16},
    "ElectraModel": WORDS | {"embedding_size": 16}, "DebertaV2Model": WORDS,
    "DistilBertModel": {"dim": 32, "n_layers": 2, "n_heads": 4, "hidden_dim": 64, "vocab_size": 99},
    "GPT2LMHeadModel": {"n_embd": 32, "n_layer": 2, "n_head": 4, "vocab_size": 99, "n_positions": 64},
    "LlamaForCausalLM": WORDS | GROUPED, "MistralModel": WORDS | GROUPED, "Qwen2Model": WORDS | GROUPED,
    "GPTNeoXModel": WORDS, "T5EncoderModel": {"d_model": 32, "d_kv": 8, "d_ff": 64, "num_layers": 2, "num_heads": 4},
    "OPTModel": {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4, "ffn_dim": 64,
                 "word_embed_proj_dim": 32, "vocab_size": 99, "max_position_embeddings": 64},
    "ViTModel": PIXELS, "CLIPVisionModel": PIXELS,
    "SegformerModel": {"hidden_sizes": [8, 16, 24, 32], "depths": [1] * 4, "num_attention_heads": [1, 2, 2, 4]},
    "WhisperEncoder": NARROW | {"num_mel_bins": 16, "max_source_positions": 20},
}  # fmt: skip
"""Classes of transformers with the settings of a small one."""
DECODERS = ("GPT2LMHeadModel", "LlamaForCausalLM", "MistralModel", "Qwen2Model", "GPTNeoXModel", "OPTModel")
"""They would return what they keep for the next word, too."""
Case = Callable[[], tuple[Any, list[Asked], dict[str, Any]]]
SIZES = {"inception_v3": (3, 299, 299), "mvit_v1_b": (3, 16, 224, 224), "mvit_v2_s": (3, 16, 224, 224)}


@cache
def torchvision() -> Any:
    """`torchvision.models`, whose operators are declared for builds of torch that lack them."""
    library = torch.library.Library("torchvision", "DEF")
    for name, arguments in (("nms", "Tensor dets, Tensor scores, float iou_threshold"), ("qnms", "Tensor x")):
        library.define(f"{name}({arguments}) -> Tensor")
    torchvision.library = library  # type: ignore[attr-defined]  # what is declared lasts as long as this
    return import_module("torchvision").models


def of_torchvision(name: str) -> Case:
    def made() -> tuple[Any, list[Asked], dict[str, Any]]:
        heads = {"init_weights": False} if name in ("googlenet", "inception_v3") else {}
        return torchvision().get_model(name, weights=None, **heads), [Asked("", SIZES.get(name, (3, 224, 224)))], {}

    return made


def of_timm(name: str) -> Case:
    def made() -> tuple[Any, list[Asked], dict[str, Any]]:
        torchvision()
        network = import_module("timm").create_model(name, pretrained=False)
        return network, [Asked("", tuple(network.default_cfg["input_size"]))], {}

    return made


def of_transformers(name: str) -> Case:
    def made() -> tuple[Any, list[Asked], dict[str, Any]]:
        torchvision()
        library = import_module("transformers")
        kind = getattr(library, name, None) or library.models.whisper.modeling_whisper.WhisperEncoder
        network = kind(kind.config_class(**TRANSFORMERS[name]))
        pictures = {"ViTModel": (3, 32, 32), "CLIPVisionModel": (3, 32, 32), "SegformerModel": (3, 64, 64),
                    "WhisperEncoder": (16, 40)}  # fmt: skip
        asked = Asked("", pictures[name]) if name in pictures else Asked("input_ids", (12,), "int")
        return network, [asked], {"use_cache": False} if name in DECODERS else {}

    return made


def cases() -> Iterator[tuple[str, str, Case]]:
    """Every architecture of the packages that are there: the package, its name, and what makes it."""
    names = [name for name in torchvision().list_models(module=torchvision()) if name not in TOO_LARGE]
    yield from (("torchvision", name, of_torchvision(name)) for name in SMALL)
    if find_spec("transformers") is not None:
        yield from (("transformers", name, of_transformers(name)) for name in TRANSFORMERS)
    if find_spec("timm") is not None:
        yield from (("timm", name, of_timm(name)) for name in TIMM)
    yield from (("torchvision", name, of_torchvision(name)) for name in names if name not in SMALL)


def verdict(name: str, case: Case) -> tuple[str, Report | None]:
    """What became of a model, in words."""
    torch.manual_seed(0)
    network, inputs, arguments = case()
    try:
        made = import_network(network, inputs, arguments, name, Path(f"{name}.py"))
        made.compare()
    except ImportFailed as error:
        return str(error), None
    report = made.report
    return "exact" if report.is_exact else report.verdict(), report


@pytest.mark.soak
def test_public_architectures_become_documents_that_are_equal(figure: Callable[[str], None]) -> None:
    every = list(cases())
    found = {}
    for package, name, case in every[: scaled(len(every))]:
        words, report = verdict(name, case)
        found[f"{package} {name}"] = words
        cards = sum(entry.what == "code" for entry in report.entries) if report else 0
        own = report.parameters - report.repeated if report else 0
        print(f"| {package} | {name} | {own:,} | {cards} | {words} |", flush=True)
    others = {name: words for name, words in found.items() if words != "exact"}
    figure(f"{len(found) - len(others)} of {len(found)} public architectures are exact; others: {others or 'none'}")
    assert len(others) <= 0.05 * len(found), others
