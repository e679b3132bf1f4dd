"""Where augmentations belong in a document, and that scripts change batches as the run does."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from augmenting import EVERYTHING, document_for, masks, photos, sounds
from complaints import complaints
from documents import MLP, chain, mlp, regression, two_ended
from histories import history_of_run, history_of_script

from models.codegen.augmenting import augmentations_of, switched_off
from models.document import Document
from models.document.edits import SetSection
from models.training import AUGMENTATIONS, Augmentation, TrainingSettings
from studio.running.launch import training_script


@pytest.mark.parametrize("kind", AUGMENTATIONS.values(), ids=lambda kind: kind.kind)
def test_the_script_augments_as_the_run_does(kind: type[Augmentation], tmp_path: Path) -> None:
    document = document_for(kind, tmp_path, epochs=2)
    found = history_of_script(document)
    assert found == history_of_run(document, tmp_path / "runs")
    document.apply(SetSection("training", document.training | {"augmentation": []}))
    assert found != history_of_script(document)


@pytest.mark.parametrize("loss", ["CrossEntropyLoss", "BCEWithLogitsLoss"])
def test_scripts_of_many_augmentations_of_masks_are_alike(loss: str, tmp_path: Path) -> None:
    wanted = ["RandomHorizontalFlip", "RandomAffine", "RandomCrop", "ColorJitter", "CutMix", "MixUp"]
    document = masks(tmp_path, loss, augmentation=wanted, epochs=2)
    assert history_of_script(document) == history_of_run(document, tmp_path / "runs")


def test_scripts_of_several_inputs_and_outputs_are_alike(tmp_path: Path) -> None:
    document = two_ended(tmp_path, augmentation=["RandomCrop", "GaussianNoise", "ColorJitter", "MixUp"], epochs=2)
    assert history_of_script(document) == history_of_run(document, tmp_path / "runs")


@pytest.mark.parametrize("normalize", [True, False])
def test_the_script_is_formatted_as_ruff_does(normalize: bool, tmp_path: Path) -> None:
    document = photos(tmp_path, augmentation=EVERYTHING)
    document.apply(SetSection("data", document.data | {"normalize": normalize}))
    assert complaints(training_script(document, None)) == ""


def test_a_script_without_augmentation_says_nothing_of_it(tmp_path: Path) -> None:
    off = [{"kind": "GaussianNoise", "on": False}]
    for document in (mlp(), mlp(augmentation=off), mlp(augmentation=["RandomCrop"])):
        text = training_script(document, None)
        assert not [
            word for word in ("augment", "blended", "CHANGES", "ends_of", "def moved", "def soft") if word in text
        ]
    text = training_script(mlp(augmentation=["MixUp"]), None)
    assert "MIXTURES" in text and "CHANGES" not in text and "ends_of" not in text


def kinds_of(document: Document) -> tuple[list[str], list[str], list[str]]:
    found = augmentations_of(document)
    return (
        [item.augmentation.kind for item in found.changes],
        [item.augmentation.kind for item in found.mixtures],
        [misfit.reason for misfit in found.misfits],
    )


def test_mixing_comes_behind_all_else(tmp_path: Path) -> None:
    document = photos(tmp_path, augmentation=["MixUp", "RandomCrop", "CutMix", "RandomRotation"])
    assert kinds_of(document) == (["RandomCrop", "RandomRotation"], ["MixUp", "CutMix"], [])


def test_what_does_not_fit_is_said_and_left_out(tmp_path: Path) -> None:
    document = mlp(augmentation=["RandomCrop", "GaussianNoise", "TimeMasking"])
    assert kinds_of(document) == (
        ["GaussianNoise"],
        [],
        [
            "RandomCrop changes images, channels × height × width; Input has 4.",
            "TimeMasking changes spectrograms, frequencies × time; Input has 4.",
        ],
    )
    gray = masks(tmp_path, augmentation=["RandomGrayscale"])
    assert kinds_of(gray)[2] == ["RandomGrayscale changes images of 3 color channels; Input has 1×8×9."]
    tokens = chain([("input1", "Input", {"shape": [8], "dtype": "int"}), *MLP[1:]], augmentation=["GaussianNoise"])
    assert len(kinds_of(tokens)[2]) == 1
    assert not augmentations_of(mlp()) and not augmentations_of(mlp()).misfits


def test_a_loss_that_takes_one_class_refuses_to_share_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from models.training.losses import CrossEntropyLoss

    document = photos(tmp_path, augmentation=["MixUp"])
    monkeypatch.setattr(CrossEntropyLoss, "soft", False)
    assert "takes one class each" in kinds_of(document)[2][0]
    cut = masks(tmp_path, augmentation=["CutMix"])
    assert not kinds_of(cut)[2], "a mask is cut, not shared"


def test_masks_are_those_outputs_that_are_as_large_as_the_image(tmp_path: Path) -> None:
    (item,) = augmentations_of(masks(tmp_path, augmentation=["RandomRotation"])).changes
    assert (item.inputs, item.masks) == ((0,), (0,))
    (item,) = augmentations_of(masks(tmp_path, augmentation=["GaussianBlur"])).changes
    assert item.masks == (), "what is seen stays where it is"
    (item,) = augmentations_of(photos(tmp_path, augmentation=["RandomRotation"])).changes
    assert item.masks == ()
    mixed = augmentations_of(masks(tmp_path, augmentation=["MixUp", "CutMix"])).mixtures
    assert [(item.masks, item.shared) for item in mixed] == [((), ((0, 2),)), ((0,), ())]
    (item,) = augmentations_of(regression(augmentation=["MixUp"])).mixtures
    assert item.shared == ((0, 0),)


def test_several_inputs_that_do_not_move_are_drawn_for_each(tmp_path: Path) -> None:
    noise = augmentations_of(two_ended(tmp_path, augmentation=["GaussianNoise"])).changes
    assert [item.inputs for item in noise] == [(0,), (1,)]
    mixed = augmentations_of(two_ended(tmp_path, augmentation=["MixUp"])).mixtures
    assert [(item.inputs, item.shared) for item in mixed] == [((0, 1), ((0, 3), (1, 0)))]


def test_one_is_switched_off_by_its_place(tmp_path: Path) -> None:
    document = sounds(tmp_path, augmentation=["TimeMasking", "GaussianNoise"])
    document.apply(SetSection("training", document.training | {"augmentation": switched_off(document, 0)}))
    assert kinds_of(document) == (["GaussianNoise"], [], [])


def test_the_command_line_reads_a_list_with_settings() -> None:
    field = TrainingSettings.fields["augmentation"]
    found = field.parse_text("RandomHorizontalFlip, RandomCrop(padding=2, padding_mode=reflect)")
    assert field.to_json(found) == [
        {"kind": "RandomHorizontalFlip", "params": {}},
        {"kind": "RandomCrop", "params": {"padding": 2, "padding_mode": "reflect"}},
    ]
    assert np.all([spec.kind in AUGMENTATIONS for spec, _ in found])
