from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from documents import REVIEWS
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from studio.data import DATASETS, Data, dataset_from
from studio.data.data import Column
from studio.workspaces.data.preview import BINS, _edges, preview_of
from widgets.data.samples import Example


def preview(settings: dict[str, object], base: Path | None = None):  # type: ignore[no-untyped-def]
    dataset, _ = dataset_from(settings)
    return preview_of(dataset, dataset.load(base))


def test_the_digits_are_images_that_can_be_seen() -> None:
    found = preview({})
    assert found.line == "1,797 images · 1×8×8 · 10 classes · 129.4 kB"
    assert found.view().samples.span == (0.0, 16.0)
    assert found.counts == (1438, 359)
    assert sum(bar.total for bar in found.view().bars) == 1797
    assert found.view().normalization.startswith("mean 4.8")
    assert not found.own_split


def test_a_table_has_the_names_of_its_columns() -> None:
    found = preview({"source": "iris"})
    assert found.line == "150 rows · 4 columns · 3 classes · 3.6 kB"
    assert found.view().samples.columns()[0] == "sepal length (cm)"


@pytest.mark.parametrize("loading", ["resident", "streamed"])
def test_pictures_wait_for_their_files_where_images_stay_files(tmp_path: Path, loading: str) -> None:
    for number in range(8):
        (tmp_path / "ab"[number % 2]).mkdir(exist_ok=True)
        Image.new("RGB", (4, 4), (number, 0, 0)).save(tmp_path / "ab"[number % 2] / f"{number}.png")
    found = preview({"source": "image_folder", "path": str(tmp_path), "loading": loading}).view().samples
    assert found.waits == (loading == "streamed")
    assert found.picture(Example(0, 0), 4).shape == (4, 4, 3)


def test_toys_are_points() -> None:
    assert preview({"source": "moons", "samples": 100}).line == "100 points · 2 numbers · 2 classes · 1.6 kB"


def test_numbers_to_predict_are_counted_in_round_steps() -> None:
    found = preview({"source": "diabetes"})
    assert [bar.name for bar in found.view().bars][:2] == ["0 to 50", "50 to 100"]
    assert sum(bar.training for bar in found.view().bars) == found.counts[0]
    assert sum(bar.validation for bar in found.view().bars) == found.counts[1]


def test_what_is_not_normalized_says_so() -> None:
    assert preview({"source": "iris", "normalize": False}).view().normalization == "Values stay as they are."


def test_many_columns_are_summed_up() -> None:
    assert "of 30 columns" in preview({"source": "breast_cancer"}).view().normalization


def test_the_users_file_gives_the_title_and_its_own_split(tmp_path: Path) -> None:
    x = np.full((6, 4, 4), 250, dtype=np.uint8)
    y = np.array([0, 1, 0, 1, 0, 1])
    np.savez(tmp_path / "mine.npz", x_train=x, y_train=y, x_test=x[:2], y_test=y[:2])
    found = preview({"source": "numpy", "path": "mine.npz"}, tmp_path)
    assert (found.title, found.own_split, found.counts) == ("mine.npz", True, (6, 2))
    assert found.view().samples.span == (0.0, 255.0)


def test_a_csv_gives_its_header(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("width,<b>height</b>,kind\n" + "1,2,a\n3,4,b\n" * 10)
    found = preview({"source": "csv", "path": "a.csv"}, tmp_path)
    assert found.view().samples.features == ("width", "<b>height</b>")
    (tmp_path / "b.csv").write_text("1,2,a\n3,4,b\n" * 10)
    assert preview({"source": "csv", "path": "b.csv"}, tmp_path).view().samples.features == ()


def test_images_of_any_range_reach_from_black_to_white() -> None:
    x = np.linspace(-2, 3, 2 * 16, dtype=np.float32).reshape(2, 1, 4, 4)
    y = np.array([0, 1])
    data = Data("x", {"": Column("x", x, x)}, {"": Column("y", y, y, ("a", "b"))})
    assert preview_of(DATASETS["numpy"](), data).view().samples.span == (-2.0, 3.0)


@given(low=st.floats(-1e6, 1e6), span=st.floats(0, 1e6))
def test_steps_are_round_few_and_hold_everything(low: float, span: float) -> None:
    edges = _edges(low, low + span)
    assert 2 <= len(edges) <= BINS + 2
    tolerance = 1e-6 * max(abs(low), abs(low + span), 1.0)
    assert edges[0] <= low + tolerance and edges[-1] >= low + span - tolerance


@pytest.mark.parametrize("kind", [kind.kind for kind in DATASETS.values() if kind.is_bundled])
def test_every_ready_data_set_has_a_preview(kind: str) -> None:
    found = preview({"source": kind})
    assert found.title == DATASETS[kind].title
    targets = math.prod(found.facts.target_shape)  # those of one example: each word has a class of its own
    assert sum(bar.total for bar in found.view().bars) == sum(found.counts) * targets


def test_an_image_for_an_image_is_seen_with_it_and_counted_by_its_light() -> None:
    settings = {"source": "digits", "targets": {"output1": "x"}}
    dataset, _ = dataset_from(settings)
    preview = preview_of(dataset, dataset.load())
    view = preview.view()
    assert view.samples.are_pairs and view.samples.aim_span == (0.0, 1.0)
    assert preview.line.startswith("1,797 images · 1×8×8 · images of 1×8×8")
    assert sum(bar.training + bar.validation for bar in view.bars) == 1797
    assert all(0 <= float(edge) <= 1 for bar in view.bars for edge in bar.ends or ())


def test_texts_beside_numbers_have_a_view_of_their_own_with_their_words(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(REVIEWS)
    bound = {"inputs": {"words": "review", "others": "*"}}
    found = preview({"source": "csv", "path": "a.csv", **bound}, tmp_path)
    words, others = found.view("words"), found.view("others")
    assert words.samples.words[:2] == ("<padding>", "<unknown>") and not others.samples.words
    assert words.normalization.startswith("Vocabulary of ") and "a 48" in words.normalization
    assert others.normalization.startswith("mean ") and not found.is_text
    assert found.line.startswith("60 examples · 64 and 3 · 2 classes")
    assert "review" not in found.scales and list(found.scales) == ["others"]
