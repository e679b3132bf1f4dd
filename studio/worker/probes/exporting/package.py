"""A package of plain Python around the network."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import torch
from safetensors.torch import load as load_tensors

from models.storage.atomic import replace_file
from studio.runs.errors import disk_error
from studio.runs.exchange.card import model_card
from studio.runs.probes.answer import Answer
from studio.worker.exporting.packaging import Contents, package_name
from studio.worker.exporting.packaging import package as package_of
from studio.worker.exporting.subject import compared, inputs_for, network_of, same_words, tupled
from studio.worker.predicting.predictor import Predictor
from studio.worker.probing.asked import Asked
from studio.worker.probing.base import Steps, probe
from studio.worker.probing.errors import ProbeError
from studio.worker.training.plan import run_source

EXAMPLES = 4


@probe(path="", name="")
def package(asked: Asked) -> Steps:
    """Facts alone: ``wrote`` (places) and ``notes``. The network is made of its files before they are kept, and must
    answer as this one does."""
    folder, wanted = asked.text("path"), asked.text("name")
    yield 0, 2
    bench, predictor = asked.bench, Predictor(asked.bench, alone=True)
    title = str(bench.folder.header["title"] or bench.folder.name)
    name = package_name(wanted or title)
    network = network_of(bench, scaled=True)
    try:
        inputs = inputs_for(bench, EXAMPLES)
        with torch.inference_mode():
            outputs = tupled(network(*inputs))
        examples = {f"input.{place}": values.numpy() for place, values in enumerate(inputs)}
        examples |= {f"output.{place}": values.numpy() for place, values in enumerate(outputs)}
        contents = package_of(predictor, model_card(bench.folder), title, name, examples)
    except ValueError as error:
        raise ProbeError(str(error)) from error
    yield 1, 2
    worst = compared(bench, network, _loaded(contents, name))
    wrote = _write(Path(folder), contents) if folder else []
    return Answer({}, {"wrote": wrote, "notes": [same_words(worst)]})


def _loaded(contents: Contents, name: str) -> torch.nn.Module:
    """The network as the files of a package make it."""
    module = ModuleType("netloom_package")
    module.__file__ = f"{name}/network.py"
    run_source(contents[f"{name}/network.py"].decode(), Path(module.__file__), module)
    module.load_file = lambda path: load_tensors(contents[f"{name}/weights.safetensors"])  # type: ignore[attr-defined]
    made: torch.nn.Module = module.load()
    return made


def _write(folder: Path, contents: Contents) -> list[str]:
    try:
        for name, content in contents.items():
            place = folder / name
            place.parent.mkdir(parents=True, exist_ok=True)
            replace_file(place, content)
    except OSError as error:
        raise disk_error("write", folder, error) from error
    return [str(folder)]
