"""A network of two Inputs and two Outputs: bound to columns by two clicks, trained on all of them, a chart for each."""

from __future__ import annotations

from pathlib import Path

from documents import two_ended
from driver import Driver
from hands import train_workspace

from models.storage import files
from widgets.theme import theme


def main() -> None:
    document = two_ended(Path.cwd(), epochs=60, metrics=["Accuracy", "MacroF1", "R2Score"])
    files.write(document, Path("two.netloom"))
    driver = Driver(path=Path("two.netloom").absolute())
    window = driver.window
    driver.until(lambda: len(window.controller.document.network) == 10, "the document")
    driver.shot("two-designed.png")

    driver.until(lambda: window.training.devices, "the worker")
    driver.click(window.top_bar.train)
    driver.until(lambda: window.training.is_training, "training begins")
    train = train_workspace(driver)
    driver.until(lambda: len(train.curves.charts()) == 7, "a chart for each measure of each Output")
    driver.until(lambda: not window.training.is_training, "the end of the run")
    titles = [chart.accessibleName() for chart in train.curves.charts()]
    assert titles == [
        *("Loss chart", "Loss · kind chart", "Loss · price chart", "Accuracy · kind chart", "Macro F1 · kind chart"),
        *("R² · price chart", "Learning rate chart"),
    ], titles
    assert all(len(chart.table()) > 2 for chart in train.curves.charts())
    assert any("kind accuracy" in text and "price R²" in text for text in train.log.texts())
    driver.pump(0.5)
    driver.shot("two-trained-dark.png")
    theme().set_mode("light")
    driver.pump(0.5)
    driver.shot("two-trained-light.png")
    driver.close()
    print("done")


if __name__ == "__main__":
    main()
