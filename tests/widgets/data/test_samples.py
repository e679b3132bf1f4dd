from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from widgets.data.bars import Bar, few
from widgets.data.samples import MOST_COLUMNS, Example, NumberFormat, Part, Samples, number_text


def images(count: int = 12, held_out: int = 4, channels: int = 1, classes: int = 3) -> Samples:
    generator = np.random.default_rng(0)

    def part(name: str, size: int) -> Part:
        x = generator.integers(0, 256, (size, channels, 6, 4), dtype=np.uint8)
        return Part(name, x, np.arange(size) % classes)

    return Samples((part("training", count), part("validation", held_out)), tuple("abcdefgh"[:classes]))


def rows(width: int = 3, features: tuple[str, ...] = ()) -> Samples:
    x = np.arange(4 * width, dtype=np.float32).reshape(4, width)
    y = np.array([[0.5], [1.5], [2.0], [1e9]], dtype=np.float32)
    return Samples((Part("training", x[:3], y[:3]), Part("validation", x[3:], y[3:])), None, features)


@pytest.mark.parametrize(
    ("shape", "form"),
    [((1, 8, 8), "images"), ((3, 5, 5), "images"), ((4, 5, 5), "images"), ((2, 5, 5), "rows"), ((2,), "points"),
     ((7,), "rows"), ((10, 3), "rows"), ((), "rows")],
)  # fmt: skip
def test_the_shape_says_how_examples_are_looked_at(shape: tuple[int, ...], form: str) -> None:
    samples = Samples((Part("training", np.zeros((2, *shape)), np.array([0, 1])),), ("a", "b"))
    assert samples.form == form


def test_two_numbers_without_classes_are_rows() -> None:
    assert Samples((Part("training", np.zeros((2, 2)), np.zeros((2, 1))),), None).form == "rows"


@given(
    counts=st.tuples(st.integers(0, 30), st.integers(1, 30)),
    part=st.sampled_from(["", "training", "validation"]),
    chosen=st.none() | st.integers(0, 2),
    seed=st.integers(0, 50),
    limit=st.integers(1, 40),
)
def test_a_choice_gives_different_examples_that_match_it(
    counts: tuple[int, int], part: str, chosen: int | None, seed: int, limit: int
) -> None:
    samples = images(*counts)
    found = samples.choose(part, chosen, seed, limit)
    matching = [
        Example(place, row)
        for place, item in enumerate(samples.parts)
        for row in range(len(item.y))
        if part in ("", item.name) and (chosen is None or item.y[row] == chosen)
    ]
    assert len(found) == len(set(found)) == min(limit, len(matching))
    assert set(found) <= set(matching)
    assert found == samples.choose(part, chosen, seed, limit)


def test_another_seed_shows_others() -> None:
    samples = images(500, 100)
    assert samples.choose("", None, 0, 20) != samples.choose("", None, 1, 20)


def test_a_class_means_nothing_where_targets_are_numbers() -> None:
    assert len(rows().choose("", 1, 0, 10)) == 4


def test_targets_are_written_as_classes_or_numbers() -> None:
    assert images().target(Example(0, 1)) == "b"
    assert rows().target(Example(0, 0)) == "0.5"
    assert rows().target(Example(1, 0)) == "1,000,000,000"


def test_targets_of_each_position_are_named_and_shortened() -> None:
    x, y = np.zeros((1, 6)), np.array([[0, 1, 0, 1, 1, 1]])
    samples = Samples((Part("training", x, y),), ("noun", "verb"))
    assert samples.target(Example(0, 0)) == "noun, verb, noun, verb, …"
    assert not samples.by_class
    assert len(samples.choose("", 1, 0, 10)) == 1


def test_an_example_is_described_by_target_part_and_row() -> None:
    assert images().describe(Example(1, 2)) == "c, validation example 3"


def test_columns_have_the_names_of_features_where_there_are_any() -> None:
    assert rows(3, ("a", "b", "c")).columns() == ["a", "b", "c"]
    assert rows(3, ("a",)).columns() == ["Feature 1", "Feature 2", "Feature 3"]


def test_columns_of_deeper_examples_are_places() -> None:
    samples = Samples((Part("training", np.zeros((1, 2, 3)), np.zeros((1, 1))),), None)
    assert samples.columns() == ["0, 0", "0, 1", "0, 2", "1, 0", "1, 1", "1, 2"]
    assert samples.values(Example(0, 0)).shape == (6,)


def test_columns_without_end_are_cut() -> None:
    samples = Samples((Part("training", np.zeros((1, 40, 40)), np.zeros((1, 1))),), None)
    assert len(samples.columns()) == MOST_COLUMNS


def test_a_byte_image_is_drawn_as_it_is() -> None:
    samples = images(channels=3)
    picture = samples.picture(Example(0, 0), 100)
    assert picture.dtype == np.uint8
    assert np.array_equal(picture, samples.parts[0].x[0].transpose(1, 2, 0))


def test_the_fourth_channel_is_left_out() -> None:
    assert images(channels=4).picture(Example(0, 0), 100).shape == (6, 4, 3)


def test_other_ranges_are_stretched_from_black_to_white() -> None:
    x = np.array([[[[-1.0, 0.0, 1.0]]]], dtype=np.float32)
    samples = Samples((Part("training", x, np.array([0])),), ("a", "b"), span=(-1.0, 1.0))
    assert samples.picture(Example(0, 0), 10).ravel().tolist() == [0, 127, 255]


def test_an_image_of_one_value_is_black() -> None:
    x = np.full((1, 1, 2, 2), 7.0, dtype=np.float32)
    samples = Samples((Part("training", x, np.array([0])),), ("a", "b"), span=(7.0, 7.0))
    assert not samples.picture(Example(0, 0), 10).any()


def test_of_a_large_image_only_some_pixels_are_taken() -> None:
    x = np.zeros((1, 3, 1000, 500), dtype=np.uint8)
    samples = Samples((Part("training", x, np.array([0])),), ("a", "b"))
    height, width, _ = samples.picture(Example(0, 0), 70).shape
    assert 140 <= height <= 280
    assert abs(height - 2 * width) <= 1


@pytest.mark.parametrize(("value", "text"), [
    (3, "3"), (12345, "12,345"), (2024, "2024"), (0.5, "0.5"), (1 / 3, "0.3333"), (6_393_000.0, "6,393,000"),
    (1971.0, "1971"), (1e-9, "1e-09"), (3e38, "3e+38"), (0.0, "0"), (-25_000.4, "-25,000"),
])  # fmt: skip
def test_numbers_are_short(value: float, text: str) -> None:
    assert number_text(value) == text


@given(st.lists(st.integers(0, 1000), max_size=12))
def test_only_the_smallest_class_can_have_few(counts: list[int]) -> None:
    bars = [Bar(str(place), count, 0) for place, count in enumerate(counts)]
    place = few(bars)
    if place is not None:
        assert bars[place].total == min(counts) < max(counts)


def test_few_means_markedly_fewer_than_usual() -> None:
    bars = [Bar("a", 80, 20), Bar("b", 80, 20), Bar("c", 40, 15)]
    assert few(bars) == 2
    assert few([*bars[:2], Bar("c", 60, 15)]) is None
    assert few(bars[:1]) is None


def formatted(*values: float) -> list[str]:
    array = np.array(values, dtype=np.float32)
    return [NumberFormat.of(array).text(float(value)) for value in array]


@pytest.mark.parametrize(
    ("values", "texts"),
    [
        ((6_393_000, 125_400), ["6,393,000", "125,400"]),
        ((1971, 2023), ["1971", "2023"]),
        ((116.9, 4), ["116.9", "4.0"]),
        ((5.1, 3.55), ["5.10", "3.55"]),
        ((0.123456, 0.5), ["0.1235", "0.5000"]),
        ((1e-7, 2.5), ["1e-07", "2.5"]),
        ((1e30, 1), ["1e+30", "1"]),
        ((float("nan"), 12), ["nan", "12"]),
        ((), []),
    ],
)
def test_a_column_writes_its_numbers_alike(values: tuple[float, ...], texts: list[str]) -> None:
    assert formatted(*values) == texts


@given(st.lists(st.floats(-(2.0**46), 2.0**46, width=32), min_size=1, max_size=8))
def test_what_a_column_writes_is_near_the_number(values: list[float]) -> None:
    largest = max(map(abs, values))
    for value, text in zip(values, formatted(*values), strict=True):
        assert abs(float(text.replace(",", "")) - value) <= max(0.5, largest) * 1e-3
        assert largest < 1e-3 or abs(value) < 1e-2 or "e" not in text


def test_integers_keep_every_figure() -> None:
    assert NumberFormat.of(np.array([123_456_789, 5])).text(123_456_789) == "123,456,789"
    assert NumberFormat.of(np.array([999, 5])).text(5) == "5"


def tokens(targets: int = 0) -> Samples:
    x = np.arange(12, dtype=np.int64).reshape(3, 4)
    y = np.zeros((3, targets) if targets else 3, dtype=np.int64)
    return Samples((Part("training", x, y),), ("a", "b"))


def test_token_ids_are_sequences_with_a_column_each() -> None:
    assert tokens().noun == tokens().counted == "sequences"
    assert tokens().columns()[:2] == ["Token 1", "Token 2"]
    assert rows().columns()[0] == "Feature 1" and rows().noun == "rows"


def test_what_is_counted_has_a_class_each() -> None:
    assert tokens(targets=4).counted == "tokens"
    assert images().counted == "images"
    masks = Samples((Part("training", np.zeros((2, 1, 4, 4), np.uint8), np.zeros((2, 4, 4), np.int64)),), ("a", "b"))
    assert masks.counted == "pixels"
    assert rows().counted == "rows"


def test_tokens_are_read_as_words_and_padding_as_nothing() -> None:
    x = np.array([[2, 1, 0], [3, 0, 0]])
    words = ("<padding>", "<unknown>", "fine", "film")
    samples = Samples((Part("training", x, np.array([0, 1])),), ("a", "b"), words=words)
    written = NumberFormat(0, False)
    assert [samples.number(Example(0, 0), column, written) for column in range(3)] == ["fine", "<unknown>", ""]
    assert samples.number(Example(0, 1), 0, written) == "film"


@pytest.mark.parametrize("channels", [1, 3])
def test_masks_lie_over_their_images_but_where_they_are_background(channels: int) -> None:
    x = np.full((1, channels, 6, 8), 100, np.uint8)
    y = np.zeros((1, 6, 8), np.int64)
    y[0, 2:4, :3], y[0, 5, 7] = 1, 2
    masked = Samples((Part("training", x, y),), ("background", "cat", "dog"))
    picture = masked.picture(Example(0, 0), 64)
    assert masked.are_masks and picture.shape == (6, 8, 3)
    assert (picture[y[0] == 0] == 100).all()
    colors = {tuple(picture[at].tolist()) for at in ((2, 0), (3, 2))}, {tuple(picture[5, 7].tolist())}
    assert len(colors[0]) == 1 and colors[0] != colors[1] and (100, 100, 100) not in colors[0] | colors[1]
    assert not Samples((Part("training", x, y[:, 0, 0]),), ("a", "b")).are_masks


def test_an_image_stands_beside_the_one_that_it_is_to_become() -> None:
    x = np.full((1, 1, 4, 4), 255, np.uint8)
    y = np.zeros((1, 3, 8, 8), np.float32)
    y[0, 0] = 1.0
    pairs = Samples((Part("training", x, y),), None)
    picture = pairs.picture(Example(0, 0), 64)
    assert pairs.are_pairs and picture.shape == (8, 17, 3)
    assert (picture[:, :8] == 255).all() and (picture[:, 8] == 128).all() and (picture[:, 9:] == (255, 0, 0)).all()
    assert pairs.sides == (4, 9) and pairs.target(Example(0, 0)) == "image of 3×8×8"
    assert pairs.describe(Example(0, 0)) == "image of 3×8×8, training example 1"
    assert not Samples((Part("training", x, y[:, :, 0, 0]),), None).are_pairs


def test_targets_of_any_range_reach_from_black_to_white() -> None:
    x, y = np.zeros((1, 1, 2, 2), np.uint8), np.array([[[[-5.0, 5.0], [0.0, 5.0]]]], np.float32)
    picture = Samples((Part("training", x, y),), None, aim_span=(-5.0, 5.0)).picture(Example(0, 0), 64)
    assert picture[:, 3:, 0].tolist() == [[0, 255], [127, 255]]
