"""Public architectures with random weights: how many become documents with every parameter and equal outputs.

They are those of torchvision, timm and transformers, which are no part of Netloom. ``pip install --no-deps torchvision
timm transformers`` and ``pip install huggingface_hub tokenizers regex`` bring them along.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from inspect import signature
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
    "halonet26t", "eva02_tiny_patch14_224", "nf_resnet26", "mobileone_s0", "selecsls42", "xception41", "mambaout_femto",
    "convmixer_768_32", "davit_tiny", "focalnet_tiny_srf", "gcvit_xxtiny", "hgnetv2_b0", "inception_next_tiny",
    "mvitv2_tiny", "beit_base_patch16_224", "levit_128s", "sequencer2d_s", "resnetv2_50", "ese_vovnet19b_dw",
    "cspresnet50", "darknet53", "eca_nfnet_l0", "regnety_002", "densenet121", "inception_resnet_v2", "inception_v4",
    "mnasnet_small", "mixnet_s", "fbnetc_100", "spnasnet_100", "resnest14d", "gernet_s", "efficientvit_b0",
    "efficientvit_m0", "efficientformer_l1", "maxvit_rmlp_pico_rw_256", "coatnet_pico_rw_224", "coatnet_0_rw_224",
    "convit_tiny", "convnextv2_atto", "ghostnetv2_100", "hiera_tiny_224", "repvit_m0_9", "tiny_vit_5m_224",
    "mobilenetv4_conv_small", "mobilenetv4_hybrid_medium", "rdnet_tiny", "fasternet_t0", "shvit_s1", "swiftformer_xs",
    "swinv2_tiny_window8_256", "swinv2_cr_tiny_ns_224", "vitamin_small_224", "vit_relpos_small_patch16_224",
    "nextvit_small", "lambda_resnet26t", "gcresnext26ts", "bat_resnext26ts", "eca_resnet33ts", "sebotnet33ts_256",
    "cs3darknet_s", "deit3_small_patch16_224", "flexivit_small", "sehalonet33ts", "tf_efficientnetv2_b0", "resnet18d",
    "ecaresnet26t", "seresnet18", "wide_resnet50_2", "dpn48b", "hrnet_w18_small_v2", "haloregnetz_b", "regnetz_005",
    "mobilevitv2_050", "crossvit_9_240", "vit_small_resnet26d_224", "vit_base_patch16_rope_reg1_gap_256", "xception71",
    "vovnet39a", "dla46_c", "efficientnet_b0", "fbnetv3_b", "eva02_tiny_patch14_336", "resnet50_gn", "test_vit",
    "nfnet_l0", "resnetblur50", "tresnet_m", "skresnext50_32x4d", "csatv2", "starnet_s4", "pvt_v2_b2_li",
    "cait_xxs36_224", "coat_lite_tiny", "levit_conv_128s", "twins_svt_small", "sequencer2d_m", "efficientvit_l1",
    "gmixer_12_224", "repvgg_d2se",
)  # fmt: skip
TINY = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 64, "vocab_size": 99}
WORDS, GROUPED = TINY | {"max_position_embeddings": 64}, {"num_key_value_heads": 2}
INNER, HEADS = WORDS | {"embedding_size": 32}, WORDS | GROUPED | {"head_dim": 8}
NARROW = {"d_model": 32, "encoder_layers": 2, "encoder_attention_heads": 4, "encoder_ffn_dim": 64}
SHORT = {"n_embd": 32, "n_layer": 2, "n_head": 4, "vocab_size": 99}
PIXELS = {"image_size": 32, "patch_size": 8} | {name: size for name, size in TINY.items() if name != "vocab_size"}
STAGES = {"hidden_sizes": [8, 16, 24, 32], "depths": [1] * 4}
DISTILLED = {"dim": 32, "n_layers": 2, "n_heads": 4, "hidden_dim": 64, "vocab_size": 99}
T5 = {"d_model": 32, "d_kv": 8, "d_ff": 64, "num_layers": 2, "num_heads": 4, "vocab_size": 99}
WAVES = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 64,
         "conv_dim": [16, 16], "conv_kernel": [10, 3], "conv_stride": [5, 2], "num_feat_extract_layers": 2,
         "num_conv_pos_embeddings": 16, "num_conv_pos_embedding_groups": 4}  # fmt: skip
TRANSFORMERS: dict[str, dict[str, Any]] = {
    **dict.fromkeys(("BertModel", "RobertaModel", "DebertaV2Model", "MPNetModel", "LayoutLMModel", "CamembertModel",
                     "XLMRobertaModel", "ErnieModel", "BertForSequenceClassification", "BertForTokenClassification",
                     "RobertaForSequenceClassification", "PhiModel", "OlmoModel", "GPTNeoXModel"), WORDS),
    **dict.fromkeys(("LlamaForCausalLM", "MistralModel", "Qwen2Model", "StableLmModel", "GraniteModel", "CohereModel"),
                    WORDS | GROUPED),
    **dict.fromkeys(("ViTModel", "CLIPVisionModel", "DeiTModel", "BeitModel", "SiglipVisionModel", "ViTMSNModel",
                     "ViTForImageClassification"), PIXELS),
    **dict.fromkeys(("AlbertModel", "ElectraModel"), WORDS | {"embedding_size": 16}),
    **dict.fromkeys(("RoFormerModel", "ConvBertModel", "SqueezeBertModel"), INNER),
    **dict.fromkeys(("DistilBertModel", "DistilBertForSequenceClassification"), DISTILLED),
    **dict.fromkeys(("T5EncoderModel", "T5ForConditionalGeneration"), T5),
    **dict.fromkeys(("Wav2Vec2Model", "HubertModel"), WAVES),
    **dict.fromkeys(("ConvNextModel", "ConvNextV2Model", "PoolFormerModel"), STAGES),
    **dict.fromkeys(("GemmaModel", "Qwen3Model"), HEADS),
    "MobileBertModel": INNER | {"intra_bottleneck_size": 32, "true_hidden_size": 32},
    "GPT2LMHeadModel": SHORT | {"n_positions": 64}, "GPTBigCodeModel": SHORT, "GPTJModel": SHORT | {"rotary_dim": 4},
    "CTRLModel": SHORT | {"dff": 64, "n_positions": 64},
    "BloomModel": {"hidden_size": 32, "n_layer": 2, "n_head": 4, "vocab_size": 99},
    "FalconModel": TINY | {"num_kv_heads": 4}, "Phi3Model": WORDS | GROUPED | {"pad_token_id": 0},
    "FNetModel": {name: size for name, size in WORDS.items() if name != "num_attention_heads"},
    "GPTNeoModel": {"hidden_size": 32, "num_layers": 2, "num_heads": 4, "intermediate_size": 64, "vocab_size": 99,
                    "attention_types": [[["global", "local"], 1]], "max_position_embeddings": 64},
    "MixtralModel": WORDS | GROUPED | {"num_local_experts": 2}, "CLIPTextModel": WORDS | {"eos_token_id": 98},
    "MambaModel": {"hidden_size": 16, "num_hidden_layers": 2, "vocab_size": 99, "state_size": 4},
    "NystromformerModel": WORDS | {"segment_means_seq_len": 12, "num_landmarks": 12},
    "XLNetModel": {"d_model": 32, "n_layer": 2, "n_head": 4, "d_inner": 64, "vocab_size": 99},
    "OPTModel": {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4, "ffn_dim": 64,
                 "word_embed_proj_dim": 32, "vocab_size": 99, "max_position_embeddings": 64},
    "SegformerModel": {"hidden_sizes": [8, 16, 24, 32], "depths": [1] * 4, "num_attention_heads": [1, 2, 2, 4]},
    "SwinModel": {"image_size": 32, "patch_size": 4, "embed_dim": 8, "depths": [2, 2], "num_heads": [2, 4],
                  "window_size": 4},
    "ResNetModel": {"embedding_size": 8, "hidden_sizes": [8, 16], "depths": [1, 1], "layer_type": "basic"},
    "RegNetModel": {"embedding_size": 8, "hidden_sizes": [8, 16, 16, 32], "depths": [1] * 4, "groups_width": 4},
    "LevitModel": {"image_size": 64, "hidden_sizes": [16, 32, 48], "num_attention_heads": [2, 4, 6],
                   "depths": [1, 1, 1], "key_dim": [8, 8, 8]},
    **{name: {"image_size": 64} for name in ("MobileViTModel", "MobileNetV2Model", "EfficientNetModel")},
    "ASTModel": PIXELS | {"max_length": 64, "num_mel_bins": 32}, "Dinov2Model": PIXELS | {"mlp_ratio": 2},
    "DPTModel": PIXELS | {"is_hybrid": False},
    "WhisperEncoder": NARROW | {"num_mel_bins": 16, "max_source_positions": 20},
    **{f"{name}Encoder": NARROW | {"vocab_size": 99} for name in ("Bart", "Pegasus")},
}  # fmt: skip
"""Classes of transformers with the settings of a small one."""
LARGER = ("SegformerModel", "ConvNextModel", "ConvNextV2Model", "PoolFormerModel", "ResNetModel", "RegNetModel",
          "LevitModel", "MobileViTModel", "MobileNetV2Model", "EfficientNetModel")  # fmt: skip
SEEN = (*LARGER, "ViTModel", "CLIPVisionModel", "DeiTModel", "BeitModel", "SiglipVisionModel", "ViTMSNModel",
        "ViTForImageClassification", "Dinov2Model", "DPTModel", "SwinModel")  # fmt: skip
HEARD = {"WhisperEncoder": (16, 40), "ASTModel": (64, 32), "Wav2Vec2Model": (800,), "HubertModel": (800,)}
Case = Callable[[], tuple[Any, list[Asked], dict[str, Any]]]
SEGMENTING = ("deeplab", "fcn", "lraspp")
SIZES = {
    "inception_v3": (3, 299, 299),
    "mvit_v1_b": (3, 16, 224, 224),
    "mvit_v2_s": (3, 16, 224, 224),
    "s3d": (3, 16, 224, 224),
    **{f"swin3d_{size}": (3, 8, 64, 64) for size in "tsb"},
}


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
        about: dict[str, Any] = {"init_weights": False} if name in ("googlenet", "inception_v3") else {}
        about |= {"weights_backbone": None} if name.startswith(SEGMENTING) else {}
        shape = (3, 8, 56, 56) if name.endswith("_18") and "resnet" not in name else SIZES.get(name, (3, 224, 224))
        return torchvision().get_model(name, weights=None, **about), [Asked("", shape)], {}

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
        stem = name.removesuffix("Encoder").lower()
        kind = getattr(library, name, None) or getattr(
            import_module(f"transformers.models.{stem}.modeling_{stem}"), name
        )
        network = kind(kind.config_class(**TRANSFORMERS[name]))
        shape = HEARD.get(name) or ((3, 64, 64) if name in LARGER else (3, 32, 32) if name in SEEN else ())
        asked = [Asked("", shape) if shape else Asked("input_ids", (12,), "int")]
        takes = signature(network.forward).parameters
        if network.config.is_encoder_decoder and "decoder_input_ids" in takes:
            asked.append(Asked("decoder_input_ids", (5,), "int"))
        # They would return what they keep for the next word, too.
        return network, asked, {"use_cache": False} if "use_cache" in takes else {}

    return made


def cases() -> Iterator[tuple[str, str, Case]]:
    """Every architecture of the packages that are there: the package, its name, and what makes it."""
    parts = (torchvision(), torchvision().segmentation, torchvision().video)
    names = [name for part in parts for name in torchvision().list_models(module=part) if name not in TOO_LARGE]
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
    except (ImportFailed, SyntaxError) as error:
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
