"""Which weights can be pruned: matrices and filters, never those that answer when filters go."""

from __future__ import annotations

import pytest
from documents import chain, cnn, mlp
from trained_runs import TAGGER

from models.codegen.pruning import prunable, width_of
from models.document import Document


def test_all_matrices_and_filters_are_pruned_and_no_biases() -> None:
    assert prunable(cnn(), "global") == {"conv1.weight": [], "fc1.weight": []}
    assert prunable(cnn(), "layer") == prunable(cnn(), "global")


def test_with_a_filter_go_its_bias_and_its_normalization_and_answers_stay() -> None:
    assert prunable(cnn(), "filter") == {"conv1.weight": ["conv1.bias", "bn1.weight", "bn1.bias"]}
    assert prunable(mlp(), "filter") == {"fc1.weight": ["fc1.bias"]}


def test_recurrent_layers_and_attention_have_no_filters() -> None:
    tagger = chain(TAGGER, "word_tags")
    names = list(prunable(tagger, "layer"))
    assert "embedding1.weight" in names and "lstm1.weight_hh_l0" in names and "attention1.in_proj_weight" in names
    assert prunable(tagger, "filter") == {}


@pytest.mark.parametrize(("kind", "found"), [("Conv2d", "out_channels"), ("ConvTranspose2d", "")])
def test_filters_lie_along_the_first_dimension_or_are_left(kind: str, found: str) -> None:
    document: Document = chain(
        [
            ("input1", "Input", {"shape": [6, 8, 8]}),
            ("conv1", kind, {"out_channels": 6, "kernel_size": 3}),
            ("flatten1", "Flatten", {}),
            ("fc1", "Linear", {"out_features": 3}),
            ("output1", "Output", {}),
        ]
    )
    assert width_of(document, document.network["conv1"]) == found
    assert width_of(document, document.network["flatten1"]) == ""
