"""The worked steps as text: everything in order, long tables cut with how much is left out."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from documents import Layers, chain

from models.byhand import report
from models.byhand.report import MOST_LINES, Part, Writer, as_json, as_latex, as_markdown
from models.byhand.walk import Pass, Walk
from models.document import Document
from models.training import TrainingSettings

Text = Callable[[Walk], str]
LAYERS: Layers = [
    ("input1", "Input", {"shape": [2]}),
    ("my_layer", "Linear", {"out_features": 2}),
    ("output1", "Output", {"loss": "MSELoss"}),
]


def worked(rows: int = 1, updates: int = 1) -> tuple[Document, Walk]:
    """A linear layer trained by hand with numpy, as SGD at rate 0.1 does it."""
    x, target = np.arange(1.0, 2 * rows + 1).reshape(rows, 2), np.zeros((rows, 2))
    weight, bias = np.array([[0.5, -1.0], [2.0, 0.25]]), np.array([0.0, 1.0])
    walk = Walk([], {"output1": target}, 0.1)
    for turn in range(updates + 1):
        y = x @ weight.T + bias
        slope = 2 * (y - target) / y.size
        slopes = {"my_layer.weight": slope.T @ x, "my_layer.bias": slope.sum(0)}
        now = Pass(
            {"input1": x, "my_layer": y},
            {"input1": slope @ weight, "my_layer": slope},
            {"my_layer.weight": weight, "my_layer.bias": bias},
            slopes,
            losses=(float(((y - target) ** 2).mean()),),
        )
        walk.passes.append(now)
        if turn < updates:
            weight, bias = weight - 0.1 * slopes["my_layer.weight"], bias - 0.1 * slopes["my_layer.bias"]
            now.after = {"my_layer.weight": weight, "my_layer.bias": bias}
    return chain(LAYERS, "moons", optimizer={"kind": "SGD", "params": {"lr": 0.1}}), walk


def parts(document: Document, walk: Walk, *hidden: str) -> Iterator[Part]:
    settings, _ = TrainingSettings.read(document.training)
    return Writer(document.network, settings, walk, hidden).parts("a lesson, worked by hand")


def written(document: Document, walk: Walk, form: Callable[..., str], *hidden: str) -> str:
    return form(parts(document, walk, *hidden))


def test_markdown_tells_the_steps_in_the_order_in_which_they_are_taken() -> None:
    text = written(*worked(), as_markdown)
    heads = [line for line in text.splitlines() if line.startswith("#")]
    assert heads == [
        "# a lesson, worked by hand", "## Pass 1", "### Weights to start from", "### Forward", "### Loss",
        "### Backward",
        "### Update (SGD, η = 0.1)", "## After 1 update", "### Forward", "### Loss",
    ]  # fmt: skip
    assert r"= 0.5 \cdot 1 + (-1) \cdot 2 + 0 = -1.5$" in text
    assert r"L = \frac{(\mathrm{my\_layer}_{1} - 0)^{2}" in text
    assert text.count("$") % 2 == 0


def test_a_walk_without_updates_ends_with_its_gradients() -> None:
    text = written(*worked(updates=0), as_markdown)
    assert "### Backward" in text and "### Update" not in text and "After" not in text


def test_latex_escapes_what_layers_are_called_and_closes_what_it_opens() -> None:
    text = written(*worked(), as_latex)
    assert r"\noindent my\_layer (Linear)" in text
    for name in ("bmatrix", "align*", "document"):
        assert text.count(f"\\begin{{{name}}}") == text.count(f"\\end{{{name}}}") > 0
    assert text.isascii()


def test_long_tables_are_cut_with_how_much_is_left_out() -> None:
    rows = MOST_LINES
    text = written(*worked(rows), as_markdown)
    assert f"and {rows:,} more numbers in the same way." in text
    assert text.count(r"- $\mathrm{my\_layer}_{1}^{(1)} =") == 2, "once a pass"


def test_a_table_for_no_eye_says_its_size_instead(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report, "LARGEST", 3)
    assert "**my_layer.weight** 2×2 numbers" in written(*worked(), as_markdown)


def test_json_holds_every_number_with_every_digit() -> None:
    _, walk = worked(2, 3)
    found = json.loads(json.dumps(as_json(walk)))
    assert len(found["passes"]) == 4 and found["learning_rate"] == 0.1
    for now, item in zip(walk.passes, found["passes"], strict=True):
        assert item["losses"] == [now.loss]
        for name, table in now.tables().items():
            np.testing.assert_array_equal(item["tables"][name], table)


def test_cells_are_found_by_their_names_and_others_are_not() -> None:
    now = worked()[1].passes[0]
    assert now.cell("value/my_layer/0/1") == 3.5
    assert now.cell("weight/my_layer.bias/1") == 1
    assert now.cell("loss") == now.loss
    for name in (
        "value/my_layer/0",
        "value/my_layer/0/9",
        "value/gone/0/0",
        "value/my_layer/0/one",
        "",
        "odd/my_layer/0",
    ):
        assert now.cell(name) is None, name


def test_every_line_is_told_in_words_too() -> None:
    kinds = {part.kind for part in parts(*worked(2))}
    assert kinds == {"title", "said", "pass", "section", "table", "line"}


def test_a_sheet_to_fill_in_gives_no_hidden_number_away() -> None:
    document, walk = worked()
    text = written(document, walk, as_markdown, "value/my_layer/0/0", "next/my_layer.bias/1")
    assert r"\begin{bmatrix} -1.5 & 3.5 \end{bmatrix}" in written(document, walk, as_markdown)
    assert r"\begin{bmatrix} \underline{\quad} & 3.5 \end{bmatrix}" in text and "+ 0 = -1.5" not in text
    assert text.count(r"\underline{\quad}") >= 4
    assert r"= 2 \cdot 1 + 0.25 \cdot 2 + 1 = 3.5$" in text, "what hangs on no hidden number is told"
    later = written(document, walk, as_markdown, "value/my_layer/0/0@2")
    assert "+ 0 = -1.5" in later, "the first pass is told"
    numbers = {part.line.value for part in parts(document, walk, "value/my_layer/0/0@2") if part.line and part.whole}
    assert walk.passes[1].values["my_layer"][0, 0] not in numbers


def of_images(channels: int) -> tuple[Document, Walk]:
    """A convolution of an image, its numbers counted through, with nothing but what came forward."""
    layers: Layers = [
        ("input1", "Input", {"shape": [channels, 4, 4]}),
        ("conv1", "Conv2d", {"out_channels": 1, "kernel_size": 3, "padding": 1, "bias": False}),
        ("output1", "Output", {"loss": "MSELoss"}),
    ]
    image = np.arange(16.0 * channels).reshape(1, channels, 4, 4)
    weight = np.arange(9.0 * channels).reshape(1, channels, 3, 3)
    now = Pass({"input1": image, "conv1": image[:, :1]}, {}, {"conv1.weight": weight}, {}, losses=(0.0,))
    walk = Walk([], {"output1": image[:, :1]}, 0.1)
    walk.passes.append(now)
    return chain(layers, "digits"), walk


def test_images_are_matrices_of_their_rows_and_columns() -> None:
    text = written(*of_images(1), as_markdown)
    assert r"**input1** $= \begin{bmatrix} 0 & 1 & 2 & 3 \\ 4 & 5 & 6 & 7 \\" in text
    assert r"\overset" not in text
    several = written(*of_images(2), as_markdown)
    assert r"**input1** $= \overset{1, 1}{\begin{bmatrix} 0 & 1 & 2 & 3 \\" in several
    assert r"\; \overset{1, 2}{\begin{bmatrix} 16 & 17 & 18 & 19 \\" in several
    assert several.count("{") == several.count("}")


def test_hidden_numbers_of_images_are_gaps_in_their_place() -> None:
    text = written(*of_images(2), as_markdown, "value/input1/0/1/0/2")
    assert r"\overset{1, 2}{\begin{bmatrix} 16 & 17 & \underline{\quad} & 19 \\" in text


def test_latex_takes_as_many_columns_as_a_table_may_have() -> None:
    document, walk = worked()
    text = written(document, walk, as_latex)
    assert rf"\setcounter{{MaxMatrixCols}}{{{report.LARGEST}}}" in text, "amsmath takes 10 without"


def test_sums_that_are_wider_than_a_page_are_broken_between_their_terms() -> None:
    text = written(*of_images(2), as_latex)
    lines = [line for block in re.findall(r"\\begin\{align\*\}(.*?)\\end", text, re.S) for line in block.split(r" \\ ")]
    assert any(line.startswith(r"&\quad + W_{") for line in lines)
    seen = [report._seen(line) for line in lines if line.startswith("&")]
    assert max(map(len, seen)) <= report.WIDEST + 12, max(seen, key=len)
    assert r"L &= \frac{1}{16} \cdot \bigl[ (" in text and text.count(r"\bigl[") == text.count(r"\bigr]") == 2
    whole = written(*of_images(2), as_markdown)
    first = next(line for line in whole.splitlines() if line.startswith(r"- $\mathrm{conv1}_{1"))
    block, _, _ = text.split(r"\begin{align*}")[1].partition(r"\end{align*}")
    assert first.count(" + ") == block.count("+ "), "nothing is lost"


def test_latex_names_survive_any_letter() -> None:
    document, walk = worked()
    settings, _ = TrainingSettings.read(document.training)
    text = as_latex(Writer(document.network, settings, walk).parts(r"a~b^c\d_e"))
    assert r"\section*{a\textasciitilde{}b\textasciicircum{}c\textbackslash{}d\_e}" in text
