"""A training script in cells: data, network, training and curves, one after the other, as a Jupyter notebook.

The format is nbformat 4.5 (https://nbformat.readthedocs.io/en/latest/format_description.html).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

from models.codegen.script import Parts

LOADED = "x, y, x_validation, y_validation, mean, std = load_data()"
"""The statement with which a script reads its data; in a notebook it stands in a cell of its own."""
CURVES = '''class Curves:
    """Values of epochs as lines, drawn without another package."""

    COLORS = ("#3f7de0", "#d97706", "#3f9a7f", "#8b5cd6", "#b58900", "#c2577f")

    def __init__(self, history, name):
        self.lines = {
            series: [values[series] for values in history]
            for series in history[0]
            if series.split("/", 1)[1] == name
        }
        self.name = name

    def _repr_svg_(self):
        values = [value for line in self.lines.values() for value in line if value == value]
        low, high = min(values), max(values)
        span = (high - low) or 1.0
        parts = ['<svg xmlns="http://www.w3.org/2000/svg" width="560" height="260">']
        for place, (series, line) in enumerate(self.lines.items()):
            color = self.COLORS[place % len(self.COLORS)]
            points = " ".join(
                f"{60 + 380 * epoch / max(1, len(line) - 1):.1f},"
                f"{230 - 200 * (value - low) / span:.1f}"
                for epoch, value in enumerate(line)
                if value == value
            )
            parts.append(f'<polyline points="{points}" fill="none" stroke="{color}" stroke-width="2"/>')
            parts.append(
                f'<text x="455" y="{40 + 18 * place}" fill="{color}" font-size="12">{series}</text>'
            )
        parts.append(f'<text x="8" y="34" font-size="12" fill="gray">{high:.4g}</text>')
        parts.append(f'<text x="8" y="234" font-size="12" fill="gray">{low:.4g}</text>')
        parts.append(f'<text x="60" y="252" font-size="12" fill="gray">{self.name} by epoch</text>')
        return "".join(parts) + "</svg>"
'''
READ = """{load}
first = x if not isinstance(x, dict) else next(iter(x.values()))
print(len(first), "training examples of", np.asarray(first[:1]).shape[1:])
"""
"""What the cell of the data ends with: it reads, and says what came."""
_SHOWN = """series = dict.fromkeys(name.split("/", 1)[1] for name in history[0])
for name in series:
    display(Curves(history, name))
"""
_DISPLAY = """try:
    display
except NameError:  # outside of a notebook

    def display(shown):
        print(type(shown).__name__, shown.name)


"""


class Cell(NamedTuple):
    """A cell: its name, and Markdown or (``runs``) Python."""

    name: str
    text: str
    runs: bool = True


def notebook_source(parts: Parts, title: str) -> str:
    """A notebook with the parts of a training script, as JSON; its cells run from the first to the last."""
    cells = [_as_json(cell) for cell in _cells(parts, title)]
    about = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    content = {"cells": cells, "metadata": about, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"


def _cells(parts: Parts, title: str) -> Iterator[Cell]:
    yield Cell(
        "title", f"# {title}\n\nDrawn in Netloom. Needs PyTorch, NumPy and what the data is read with.", runs=False
    )
    yield Cell("settings", f"{parts.imports}\n{parts.constants}")
    yield Cell("about-data", "## Data", runs=False)
    yield Cell("data", f"{parts.data}\n\n{READ.format(load=LOADED)}")
    yield Cell("about-network", "## Network", runs=False)
    yield Cell("network", f"{parts.network}\n\nprint({parts.name}())\n")
    about = "## Training\n\nThe very steps of a run in Netloom: on the CPU the same seed gives the same losses."
    yield Cell("about-training", about, runs=False)
    yield Cell("steps", "\n\n".join(parts.loop))
    yield Cell("training", f"{_without_loading(parts.main)}\n\nhistory = main()\n")
    yield Cell("about-curves", "## Curves", runs=False)
    yield Cell("curves", f"{_DISPLAY}{CURVES}\n\n{_SHOWN}")


def _without_loading(main: str) -> str:
    """The function that trains, on data that is there already, and without its call."""
    body, _, _ = main.partition('\n\nif __name__ == "__main__":')
    return body.replace(f"    {LOADED}\n", "", 1).rstrip() + "\n"


def _as_json(cell: Cell) -> dict[str, Any]:
    lines = cell.text.strip("\n").splitlines(keepends=True)
    found: dict[str, Any] = {
        "cell_type": "code" if cell.runs else "markdown",
        "id": cell.name,
        "metadata": {},
        "source": lines,
    }
    return found | ({"execution_count": None, "outputs": []} if cell.runs else {})
