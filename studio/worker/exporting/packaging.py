"""A small Python package around a trained network: what stands in each of its files."""

from __future__ import annotations

import inspect
import json
import re
from typing import Any

from numpy.typing import NDArray

from models.basics.text import times
from models.codegen.trained.scaled import Part
from models.codegen.trained.standalone import standalone_source
from models.scoring import predictions
from studio.runs.exchange.ensembles import part_of, tensors_of
from studio.runs.files.tensors import packed
from studio.worker.exporting.reading import about_input, reading_for
from studio.worker.exporting.templates import PREDICT, PROJECT, TESTS
from studio.worker.predicting.predictor import Predictor

Contents = dict[str, bytes]
"""Files by their places in a folder."""


def package_name(title: str) -> str:
    """A title as the name of a package that can be imported."""
    name = re.sub(r"\W+", "_", title.lower(), flags=re.ASCII).strip("_")
    return name if name[:1].isalpha() else f"network_{name}".rstrip("_")


def package(predictor: Predictor, card: str, title: str, name: str, examples: dict[str, NDArray[Any]]) -> Contents:
    """The files of a package that is imported by a ``name``; ``card`` tells of the run, ``examples`` are what its tests
    compare.

    Raises `ValueError` with a sentence where the network has an error.
    """
    reading = reading_for(predictor.asked)
    part: Part = part_of(predictor.bench.folder, predictor.bench.document, predictor.scale)
    weights = {key: value.detach().cpu().numpy() for key, value in predictor.bench.model.state_dict().items()}
    about = {
        "title": title,
        "inputs": [about_input(wanted, predictor.asked) for wanted in predictor.asked.inputs],
        "outputs": [item._asdict() for item in predictor.answering],
    }
    more = "".join(f', "{package}"' for package in reading.packages)
    words = f"{title}: a network drawn and trained in Netloom"
    texts = {
        "README.md": _readme(card, name, reading.what, predictor),
        "pyproject.toml": PROJECT.format(
            name=name.replace("_", "-"), package=name, description=json.dumps(words), more=more
        ),
        f"{name}/__init__.py": f'"""{_quoted(words)}."""\n',
        f"{name}/network.py": standalone_source(part, title),
        f"{name}/reading.py": reading.source(),
        f"{name}/predictions.py": inspect.getsource(predictions),
        f"{name}/predict.py": PREDICT.format(package=name, title=_quoted(title)),
        f"{name}/about.json": json.dumps(about, indent=1, ensure_ascii=False) + "\n",
        f"tests/test_{name}.py": TESTS.format(package=name, inputs=len(predictor.asked.inputs)),
    }
    contents = {place: text.encode() for place, text in texts.items()}
    contents[f"{name}/weights.safetensors"] = packed(tensors_of(part, predictor.scale, weights, ""))
    contents["tests/examples.safetensors"] = packed(examples)
    return contents


def _readme(card: str, name: str, what: str, predictor: Predictor) -> str:
    """The card of the model, with how the package is used."""
    takes = " and ".join(times(wanted.shape) for wanted in predictor.asked.inputs)
    return f"""{card.rstrip()}

## Use

```sh
pip install .
python -m {name}.predict FILE        # {what}, or arrays of {takes} as .npy
```

```python
import torch
from {name}.network import load

network = load()                     # takes values as the data held them
```

`python -m pytest` checks that it answers as it did in Netloom.
"""


def _quoted(text: str) -> str:
    """A text that may stand in a docstring."""
    return text.replace("\\", " ").replace('"', "'")
