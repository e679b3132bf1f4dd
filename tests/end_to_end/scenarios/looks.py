"""Theme, text size and contrast change while everything is open; strange names stay text; the window remembers."""

from __future__ import annotations

from pathlib import Path

from driver import ROOT, Driver
from hands import card_place
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QLabel, QWidget

from widgets.theme import Mode, color, theme

NAME = "‹b›x‹b› <i>y<i> 🚀 שלום עולם and a very long name that goes on"


def shades(widget: QWidget) -> set[str]:
    """The colors of a widget as it looks now, on a grid of points."""
    image: QImage = widget.grab().toImage()
    return {QColor(image.pixel(x, y)).name() for x in range(0, image.width(), 3) for y in range(0, image.height(), 3)}


def restyled(driver: Driver) -> None:
    """Every panel takes on the light theme and gives it up again, with nothing of the other left."""
    design = driver.window.design
    parts = (design.canvas, design.palette_panel, design.inspector, design.drawer, driver.window.top_bar)
    looks: list[tuple[Mode, str]] = [("light", "#191c21"), ("dark", "#fcfcfd"), ("light", "#191c21")]
    for mode, wrong in looks:
        theme().set_mode(mode)
        driver.pump(0.4)
        for part in parts:
            assert wrong not in shades(part), f"{part.accessibleName() or part} keeps {wrong} in the {mode} theme"
    assert color("panel").name() in shades(design)


def larger(driver: Driver) -> None:
    """At 150 % no label of the open panels is cut off, but those that end in … by design."""
    design = driver.window.design
    theme().set_scale(1.5)
    driver.pump(0.5)
    driver.shot("large.png")
    for label in design.inspector.findChildren(QLabel):
        if label.isVisible() and type(label).__name__ == "Label" and label.text() and not label.wordWrap():
            wanted = label.fontMetrics().horizontalAdvance(label.text().splitlines()[0])
            assert wanted <= label.width() + 2, f"{label.text()} is clipped"
    theme().set_contrast(True)
    driver.pump(0.3)
    driver.shot("contrast.png")
    theme().set_contrast(False)
    theme().set_scale(1.0)
    driver.pump(0.3)


def names(driver: Driver) -> None:
    """A title is shown as written; a layer's name must be a word of code and is refused with the reason."""
    window, canvas = driver.window, driver.window.design.canvas
    assert window.top_bar.title.text() == NAME and NAME in window.windowTitle()
    driver.click(card_place(driver, "conv1"))
    driver.key("F2", "ctrl+a")
    driver.type("<b>x</b>")
    driver.key("Return")
    driver.shot("refused_name.png")
    driver.key("Escape")
    assert "conv1" in window.controller.document.network
    canvas.setFocus()
    driver.key("F2", "ctrl+a")
    driver.type("first_" * 8)
    driver.key("Return")
    driver.until(lambda: "first_" * 8 in window.controller.document.network, "the long name")
    driver.shot("long_name.png")
    driver.key("ctrl+z")
    driver.until(lambda: "conv1" in window.controller.document.network, "undo of it")


def remembered(driver: Driver) -> None:
    """What was set is there for the next window."""
    design, settings = driver.window.design, driver.window.settings
    design.drawer.show_tab("layers")
    design.palette_panel.set_expanded_families(["Recurrent"])
    driver.window.commands["theme-light"].trigger()
    driver.window.commands["larger"].trigger()
    driver.close()
    assert settings.text("design/drawer") == "layers" and settings.text("design/families") == "Recurrent"
    assert settings.text("theme") == "light" and settings.scale == 1.1
    from studio.window.main_window import MainWindow

    second = MainWindow(settings, settings.recent()[0])
    second.show()
    driver.until(lambda: second.pages.currentWidget() is second.design, "the next window")
    assert second.design.palette_panel.expanded_families() == ["Recurrent"]
    assert second.design.drawer.tab() == "layers" and not second.design.drawer.is_collapsed()
    driver.window = second
    driver.close()


def main() -> None:
    path = Path(f"{NAME}.netloom").absolute()
    path.write_bytes((ROOT / "resources/examples/digits.netloom").read_bytes())
    driver = Driver(1280, 800, path=path, trains=False)
    driver.until(lambda: "conv1" in driver.window.design.canvas.scene.cards, "the document")
    names(driver)
    restyled(driver)
    larger(driver)
    remembered(driver)
    print("done")


if __name__ == "__main__":
    main()
