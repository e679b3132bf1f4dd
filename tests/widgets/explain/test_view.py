from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from models.kinds.layer import Layer, TensorType
from models.layers import LAYERS
from widgets.explain import ExplainView
from widgets.theme import theme


@pytest.fixture
def view(qtbot: QtBot) -> ExplainView:
    widget = ExplainView()
    qtbot.addWidget(widget)
    widget.resize(288, 600)
    widget.show()
    return widget


def explain(view: ExplainView, layer: Layer, shape: tuple[int, ...]) -> None:
    inputs = (TensorType(shape),)
    view.explain(layer, inputs, layer.output_types(inputs))


def test_a_convolution_explains_size_parameters_and_cost(view: ExplainView) -> None:
    explain(view, LAYERS["Conv2d"](out_channels=16, padding=1), (3, 32, 32))
    titles = [block.title.text() for block in view.blocks()]
    assert titles == ["Output height (width is the same)", "Parameters", "Multiply-adds"]
    assert view.blocks()[1].line.accessibleName() == "16 · (3·3·3) + 16 = 448"
    assert "16 filters" in view.blocks()[1].note.text()


def test_the_legend_names_the_roles_once_and_in_the_layers_own_words(view: ExplainView) -> None:
    explain(view, LAYERS["Conv2d"](out_channels=16, padding=1), (3, 32, 32))
    assert view.blocks()[0].legend.accessibleName() == "size, padding, kernel, stride"
    assert not view.blocks()[1].legend.isVisible()
    explain(view, LAYERS["Linear"](out_features=10), (64,))
    assert "features" in view.blocks()[0].legend.accessibleName()


def test_another_layer_leaves_nothing_of_the_one_before(view: ExplainView) -> None:
    explain(view, LAYERS["Conv2d"](padding=1), (3, 32, 32))
    explain(view, LAYERS["Linear"](out_features=10), (64,))
    assert len(view.blocks()) == len(LAYERS["Linear"]().formulas((TensorType((64,)),), (TensorType((10,)),)))
    assert not view.picture.isVisible()
    explain(view, LAYERS["ReLU"](), (64,))
    assert view.blocks() == [] and not view.is_empty()
    assert "y = max(0, x)" in view.rule.texts() and "y = x·Wᵀ + b" not in view.rule.texts()
    assert view.curve.isVisible()
    explain(view, LAYERS["Linear"](out_features=10), (64,))
    assert not view.curve.isVisible() and not view.facts.isVisible()


def test_every_kind_can_be_explained(view: ExplainView) -> None:
    for kind in LAYERS.values():
        for shape in ((16, 16, 16), (8, 16), (16,), (4, 8, 8, 8)):
            layer = kind()
            count = max(1, sum(not port.optional for port in layer.inputs))
            for dtype in ("float", "int"):
                inputs = (TensorType(shape, dtype),) * count
                try:
                    outputs = layer.output_types(inputs)
                except ValueError:
                    continue
                view.explain(layer, inputs, outputs)
                assert all(block.line.accessibleName() for block in view.blocks())
    assert not view.grab().isNull()


def test_the_notes_are_plain_text(view: ExplainView) -> None:
    explain(view, LAYERS["Conv2d"](), (3, 32, 32))
    for block in view.blocks():
        assert block.note.textFormat() == block.title.textFormat() == Qt.TextFormat.PlainText


def test_it_follows_width_and_text_size(view: ExplainView) -> None:
    explain(view, LAYERS["Conv2d"](out_channels=512, kernel_size=[5, 7]), (1024, 320, 240))
    line = view.blocks()[-1].line
    line.resize(400, line.height())
    wide = line.height()
    line.resize(110, line.height())
    assert line.height() > wide
    theme().set_scale(1.5)
    try:
        assert not view.grab().isNull()
    finally:
        theme().set_scale(1.0)


def test_nothing_stays_behind(qtbot: QtBot) -> None:
    for _ in range(100):
        widget = ExplainView()
        explain(widget, LAYERS["Conv2d"](), (3, 32, 32))
        widget.deleteLater()
    # Left-over widgets, timers and threads fail every test of windows.
