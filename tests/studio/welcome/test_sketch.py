"""Small pictures of networks: what shapes them, and how templates are read for them."""

from __future__ import annotations

from models.document import Document
from models.storage import templates
from models.storage.shelf import TEMPLATES
from studio.welcome.sketch import MOST_BARS, MOST_SKIPS, Sketch, sketch_of, sketches


def test_bars_go_from_input_to_output_with_the_paths_that_jump_over_some() -> None:
    sketch = sketch_of(templates.load("small-resnet"))
    assert 3 < len(sketch.bars) <= MOST_BARS and 0 < len(sketch.skips) <= MOST_SKIPS
    assert all(0 < width <= 1 for _, width in sketch.bars)
    assert all(0 <= first < last < len(sketch.bars) for first, last in sketch.skips)


def test_an_empty_network_has_an_empty_picture() -> None:
    assert sketch_of(Document()) == Sketch([], [])


def test_templates_of_netloom_are_read_once_and_own_ones_each_time(own_home: None) -> None:
    before = sketches()
    assert [template for template, _ in before] == templates.available()
    name = templates.keep(Document(), "Mine")
    again = {template.name: sketch for template, sketch in sketches()}
    assert again.keys() - {template.name for template, _ in before} == {name}
    assert all(again[template.name] is sketch for template, sketch in before)
    (path,) = [path for path in templates.kept(TEMPLATES).values() if path.stem == name]
    path.unlink()
    assert [template for template, _ in sketches()] == [template for template, _ in before]
