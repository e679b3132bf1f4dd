"""The sentence on memory below the batch size, and its button."""

from __future__ import annotations

from widgets.runs.memory_line import MemoryLine


def test_it_says_what_is_taken_and_offers_what_fits(qtbot):
    line, taken = MemoryLine(), []
    qtbot.addWidget(line)
    line.taken.connect(taken.append)
    line.show_memory(1_200_000_000, 64, "cuda:0", 8_000_000_000, 256)
    assert line.words.text() == "Takes about 1.2 GB of 8.0 GB on cuda:0; up to 256 a batch fit."
    assert not line.button.isHidden() and line.button.text() == "Use 256"
    line.button.click()
    assert taken == [256]


def test_there_is_no_button_where_there_is_nothing_to_offer(qtbot):
    line = MemoryLine()
    qtbot.addWidget(line)
    line.show_memory(1_200_000, 64)
    assert line.words.text() == "Takes about 1.2 MB in training." and line.button.isHidden()
    line.show_memory(1_200_000, 256, "cpu", 8_000_000, 256)
    assert line.button.isHidden()
    line.show_memory(1_200_000, 256, "cpu", 8_000, 0)
    assert "not one example fits" in line.words.text() and line.button.isHidden()
    line.show_memory(1_200_000, 64, "cpu", 8_000_000, 4096, 1_437)
    assert line.words.text().endswith("all 1,437 examples would fit.") and line.button.isHidden()
    line.show_memory(1_200_000, 64, "cpu", 8_000_000, 256, 1_437)
    assert not line.button.isHidden()


def test_the_time_is_told_or_can_be_measured(qtbot):
    line, asked = MemoryLine(), []
    qtbot.addWidget(line)
    line.timed.connect(lambda: asked.append(True))
    line.show_no_time()
    assert line.time.text() == "How long a step takes is not known yet." and not line.measure.isHidden()
    line.measure.click()
    assert asked == [True]
    line.show_time(0.0123, 100)
    assert line.time.text() == "A step takes roughly 12 ms, an epoch 1.2 s." and line.measure.text() == "Again"
    line.show_time(0.0123)
    assert line.time.text() == "A step takes roughly 12 ms."
