"""What single augmentations do, against what is known of it."""

from __future__ import annotations

import colorsys
import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from torch import Tensor

from models.training.augmentation.base import MIRRORED, TURNED, UPSIDE_DOWN, other_label
from models.training.augmentation.chosen import RandAugment
from models.training.augmentation.color import (
    ColorJitter,
    GaussianBlur,
    RandomGrayscale,
    colored,
    with_hue,
)
from models.training.augmentation.mixing import CutMix, MixUp, larger_share
from models.training.augmentation.noise import FrequencyMasking, GaussianNoise, RandomErasing, TimeMasking
from models.training.augmentation.planes import (
    RandomAffine,
    RandomCrop,
    RandomHorizontalFlip,
    RandomRotation,
    RandomVerticalFlip,
    sampled,
    transformed,
)

ENDS = 0.0, 1.0


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def pictures(count: int = 8, channels: int = 3, height: int = 6, width: int = 7) -> Tensor:
    return torch.rand(count, channels, height, width, generator=seeded(1))


@pytest.mark.parametrize(("kind", "dim"), [(RandomHorizontalFlip, 3), (RandomVerticalFlip, 2)])
def test_flips_turn_a_share_of_the_images_over(kind: type[RandomHorizontalFlip], dim: int) -> None:
    x = pictures(4000, 1)
    chosen = kind.draw(x, seeded(), p=0.3)
    found = kind.change(x, chosen, *ENDS, p=0.3)
    turned = chosen.flatten()
    assert torch.equal(found[turned], x.flip(dim)[turned]) and torch.equal(found[~turned], x[~turned])
    assert abs(turned.float().mean() - 0.3) < 0.03


@pytest.mark.parametrize("mode", ["constant", "reflect"])
def test_crops_are_windows_of_the_padded_image(mode: str) -> None:
    x = pictures(300)
    drawn = RandomCrop.draw(x, seeded(), padding=3, padding_mode=mode)
    found = RandomCrop.change(x, drawn, 0.0, 1.0, padding=3, padding_mode=mode)
    padded = torch.nn.functional.pad(x, (3, 3, 3, 3), mode)
    for image, window, row, column in zip(padded, found, *drawn.tolist(), strict=True):
        assert torch.equal(window, image[:, row : row + 6, column : column + 7])
    assert set(drawn.flatten().tolist()) == set(range(7))


def test_padding_wider_than_the_image_is_no_error() -> None:
    x = pictures(5)
    for mode in ("constant", "reflect"):
        drawn = RandomCrop.draw(x, seeded(), padding=20, padding_mode=mode)
        assert RandomCrop.change(x, drawn, *ENDS, padding=20, padding_mode=mode).shape == x.shape


@pytest.mark.parametrize("quarters", [-1, 0, 1, 2])
def test_a_quarter_turn_is_that_of_torch(quarters: int) -> None:
    x = pictures(2, height=6, width=6)
    drawn = torch.tensor([[quarters * math.pi / 2, 0, 0, 1, 0]] * 2)
    torch.testing.assert_close(transformed(x, drawn, 0.0), x.rot90(quarters, (2, 3)), atol=1e-5, rtol=0)
    whole = (x * 10).long()
    assert torch.equal(transformed(whole, drawn, 0), whole.rot90(quarters, (2, 3)))


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 1000))
def test_transforms_are_those_of_grid_sample(seed: int) -> None:
    x = pictures(4, height=7, width=5)
    drawn = RandomAffine.draw(x, seeded(seed), degrees=90, translate=0.3, scale=0.4, shear=20)
    turn, down, right, scale, shear = drawn.double().reshape(4, 5, 1, 1).unbind(1)
    rows, columns = torch.meshgrid(torch.arange(7) - 3.0, torch.arange(5) - 2.0, indexing="ij")
    rows, columns = rows - down * 7, columns - right * 5
    above = (rows * turn.cos() + columns * turn.sin()) / scale
    beside = (columns * turn.cos() - rows * turn.sin()) / scale - shear * above
    grid = torch.stack((beside * 2 / 5, above * 2 / 7), -1).float()
    wanted = torch.nn.functional.grid_sample(x, grid, align_corners=False)
    torch.testing.assert_close(transformed(x, drawn, 0.0), wanted, atol=1e-4, rtol=0)


def test_shifts_go_down_and_right_by_shares_and_scale_enlarges() -> None:
    x = torch.zeros(1, 1, 10, 10)
    x[0, 0, 4, 4] = 1
    moved = transformed(x, torch.tensor([[0, 0.2, 0.1, 1, 0]]), 0.0)
    assert moved[0, 0, 6, 5] == pytest.approx(1.0, abs=1e-5)
    square = torch.zeros(1, 1, 10, 10)
    square[0, 0, 3:7, 3:7] = 1
    assert transformed(square, torch.tensor([[0, 0, 0, 1.5, 0]]), 0.0).sum() > 1.8 * square.sum()


def test_between_pixels_is_their_mean_and_beyond_is_black() -> None:
    x = torch.tensor([[[[1.0, 3.0]]]])
    places = torch.tensor([[[0.5, 1.5]]]), torch.tensor([[[-9.0, 1.0]]])
    found = [sampled(x, torch.zeros(1, 1, 2), columns, -5.0).flatten().tolist() for columns in places]
    assert found == [[2.0, -1.0], [-5.0, 3.0]]


def test_rotations_stay_within_their_angle() -> None:
    drawn = RandomRotation.draw(pictures(5000), seeded(), degrees=30.0)
    assert drawn[:, 0].abs().max() <= math.radians(30) and drawn[:, 0].abs().max() > math.radians(29)
    assert (drawn[:, 1:] == torch.tensor([0.0, 0, 1, 0])).all()


@pytest.mark.parametrize("turn", [-0.3, 0.0, 0.25, 0.5])
def test_hues_turn_as_in_hsv(turn: float) -> None:
    x = torch.cat((pictures(3), torch.tensor([0.0, 0.5, 1.0]).repeat(42).reshape(1, 3, 6, 7), torch.ones(1, 3, 6, 7)))
    found = with_hue(x, torch.tensor(turn)).movedim(1, -1).reshape(-1, 3)
    for color, got in zip(x.movedim(1, -1).reshape(-1, 3).tolist(), found.tolist(), strict=True):
        hue, saturation, value = colorsys.rgb_to_hsv(*color)
        wanted = colorsys.hsv_to_rgb((hue + turn) % 1.0, saturation, value)
        assert got == pytest.approx(wanted, abs=1e-5)


def test_factors_of_one_change_no_color_and_zero_takes_it_away() -> None:
    x = pictures()
    torch.testing.assert_close(colored(x, *torch.ones(3)), x)
    assert (colored(x, torch.tensor(0.0), torch.tensor(1.0), torch.tensor(1.0)) == 0).all(), "no brightness is black"
    gray = colored(x, torch.tensor(1.0), torch.tensor(1.0), torch.tensor(0.0))
    torch.testing.assert_close(gray[:, 0], gray[:, 2])
    flat = colored(x, torch.tensor(1.0), torch.tensor(0.0), torch.tensor(1.0))
    assert flat.flatten(1).std(1).max() < 1e-6, "no contrast is one gray"


def test_colors_of_normalized_images_are_changed_between_their_black_and_white() -> None:
    low, high = torch.tensor([-1.0, -2.0, 0.0]).reshape(3, 1, 1), torch.tensor([3.0, 2.0, 5.0]).reshape(3, 1, 1)
    x = pictures()
    limits = {"brightness": 0.5, "contrast": 0.5, "saturation": 0.5, "hue": 0.2}
    drawn = ColorJitter.draw(x, seeded(), **limits)
    plain = ColorJitter.change(x, drawn, *ENDS, **limits)
    scaled = ColorJitter.change(x * (high - low) + low, drawn, low, high, **limits)
    torch.testing.assert_close(scaled, plain * (high - low) + low, atol=1e-4, rtol=0)


def test_gray_is_as_bright_as_the_color_was() -> None:
    x = pictures()
    found = RandomGrayscale.change(x, torch.ones(8, 1, 1, 1, dtype=torch.bool), *ENDS, p=1.0)
    wanted = 0.299 * x[:, 0] + 0.587 * x[:, 1] + 0.114 * x[:, 2]
    for channel in range(3):
        torch.testing.assert_close(found[:, channel], wanted)


def test_blur_is_a_convolution_with_a_gaussian() -> None:
    x = pictures(1, 1)
    found = GaussianBlur.change(x, torch.tensor([1.3]).reshape(1, 1, 1, 1), *ENDS, kernel_size=5, sigma=1.3)
    weights = torch.tensor([math.exp(-0.5 * (k / 1.3) ** 2) for k in range(-2, 3)])
    kernel = torch.outer(weights, weights)[None, None] / weights.sum() ** 2
    padded = torch.nn.functional.pad(x, (2, 2, 2, 2), "replicate")
    torch.testing.assert_close(found, torch.nn.functional.conv2d(padded, kernel))


def test_noise_has_its_standard_deviation() -> None:
    x = torch.zeros(2000, 13)
    found = GaussianNoise.change(x, GaussianNoise.draw(x, seeded(), sigma=0.3), *ENDS, sigma=0.3)
    assert abs(found.std() - 0.3) < 0.01 and abs(found.mean()) < 0.01


def test_erased_rectangles_are_black_and_of_the_area_that_was_asked_for() -> None:
    x = torch.ones(3000, 1, 32, 32)
    limits = {"p": 0.5, "scale_min": 0.1, "scale_max": 0.3, "ratio": 2.0}
    found = RandomErasing.change(
        x, RandomErasing.draw(x, seeded(), **limits), torch.full((1, 1, 1), -1.0), 1.0, **limits
    )
    share = (found == -1).float().mean((1, 2, 3))
    assert abs((share > 0).float().mean() - 0.5) < 0.03
    assert share[share > 0].min() > 0.08 and share.max() < 0.33
    first = (found[share > 0][0, 0] == -1).nonzero()
    tall, wide = (first.amax(0) - first.amin(0) + 1).tolist()
    assert len(first) == tall * wide, "a rectangle without holes"


@pytest.mark.parametrize(("kind", "dim"), [(TimeMasking, -1), (FrequencyMasking, -2)])
@pytest.mark.parametrize("time_first", [False, True])
def test_masks_hide_neighbors_along_their_dimension(kind: type[TimeMasking], dim: int, time_first: bool) -> None:
    x = torch.ones(500, 20, 20)
    name = "time_mask_param" if kind is TimeMasking else "freq_mask_param"
    limits = {"time_first": time_first, name: 6}
    found = kind.change(x, kind.draw(x, seeded(), **limits), *ENDS, **limits)
    along = -3 - dim if time_first else dim
    lines = found.movedim(along, -1)
    assert torch.equal(lines.amin(1), lines.amax(1)), "whole lines are hidden"
    hidden = 20 - lines[:, 0].sum(1)
    assert set(hidden.tolist()) == set(range(7))
    steps = lines[:, 0].diff(dim=1).abs().sum(1)
    assert steps.max() <= 2, "hidden lines lie side by side"


@pytest.mark.parametrize("alpha", [0.2, 1.0, 3.0])
def test_shares_are_of_the_beta_distribution(alpha: float) -> None:
    drawn = larger_share(torch.empty(20_000, 1), seeded(), alpha).double().numpy()
    assert drawn.min() >= 0.5 and drawn.max() <= 1.0

    beta = stats.beta(alpha, alpha)
    for point in np.linspace(0.52, 0.98, 20):
        assert np.mean(drawn <= point) == pytest.approx(beta.cdf(point) - beta.cdf(1 - point), abs=0.015)


def test_mixup_blends_with_the_neighbor() -> None:
    x = pictures()
    own = torch.linspace(0.5, 1, 8)
    found = MixUp.change(x, own, alpha=1.0)
    torch.testing.assert_close(found[3], own[3] * x[3] + (1 - own[3]) * x[2])
    torch.testing.assert_close(found[0], own[0] * x[0] + (1 - own[0]) * x[7])


def test_the_share_of_cutmix_is_what_is_seen_of_the_own_image() -> None:
    x = torch.arange(64.0).reshape(64, 1, 1, 1).expand(64, 3, 16, 16)
    drawn = CutMix.draw(x, seeded(), alpha=1.0)
    found, share = CutMix.change(x, drawn, alpha=1.0), CutMix.share(x, drawn, alpha=1.0)
    torch.testing.assert_close((found == x).float().mean((1, 2, 3)), share)
    assert share.min() >= 0.5 - 0.1 and share.std() > 0.05


def test_a_random_choice_without_strength_or_of_nothing_changes_nothing() -> None:
    x = pictures()
    none = RandAugment.draw(x, seeded(), num_ops=3, magnitude=0)
    torch.testing.assert_close(RandAugment.change(x, none, *ENDS, num_ops=3, magnitude=0), x, atol=1e-5, rtol=0)
    drawn = RandAugment.draw(x.repeat(300, 1, 1, 1), seeded(), num_ops=1, magnitude=30)
    assert ((drawn != 0).sum(0) == 1).all(), "one change an image"
    assert ((drawn != 0).float().mean(1) - 1 / 11).abs().max() < 0.03, "all as often"


def test_what_may_be_another_class_is_known() -> None:
    digits = tuple("0123456789")
    assert other_label(RandomHorizontalFlip().seen, digits) == "0"
    assert not other_label(RandomRotation().seen, digits) and other_label(RandomRotation(degrees=120.0).seen, digits)
    assert other_label(MIRRORED, ("go", "turn_left")) == "turn_left" and not other_label(UPSIDE_DOWN, ("turn left",))
    assert other_label(UPSIDE_DOWN, ("up", "still")) and other_label(TURNED, ("Left", "x y"))
    assert not other_label(MIRRORED, ("cat", "dog")) and not other_label("", digits)
