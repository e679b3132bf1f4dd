"""Several runs as one module: it gives what the average of their answers is, in plain PyTorch."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import torch
from documents import REGRESSION, chain, two_ended
from ensembles import members
from trained_runs import Asking, asking, trained

from studio.runs.errors import RunError
from studio.runs.exchange.ensembles import MODULE, TENSORS, export_ensemble
from studio.runs.folder import RunFolder
from studio.worker.process.control import Control
from studio.worker.training.loop import outputs_of
from support import run_python

__all__ = ["asking", "members"]

Members = Mapping[str, RunFolder]


def loaded(folder: Path) -> torch.nn.Module:
    """The ensemble that a folder holds, made by its own source."""
    module = ModuleType("ensemble")
    module.__file__ = str(folder / MODULE)
    exec(compile((folder / MODULE).read_text(), module.__file__, "exec"), vars(module))
    made: torch.nn.Module = vars(module)["load"]()
    return made


def averaged(asking: Asking, runs: list[RunFolder]) -> tuple[tuple[np.ndarray, ...], list[torch.Tensor]]:
    """The values of a few examples as the data holds them, and the average of what runs answer for each Output."""
    found, values = [], ()
    for run in runs:
        asking.ask("about", run)
        bench = asking.bench
        rows = bench.rows(asking.question("scores", run), Control(), lambda done, total: None)
        chosen = list(range(20))
        values = tuple(rows.values(chosen, id) for id in rows.inputs)
        inputs, _ = rows.pick(chosen)
        read = {"classes": lambda output: output.softmax(1), "binary": torch.sigmoid, "numbers": lambda output: output}
        with torch.no_grad():
            given = outputs_of(bench.model, inputs)
        pairs = zip(bench.objectives, given, strict=True)
        found.append([read[item.loss.targets](item.predicted(output)) for item, output in pairs])
    return values, [torch.stack(each).mean(0) for each in zip(*found, strict=True)]


@pytest.mark.parametrize("chosen", [("one", "two", "wider"), ("bag1", "bag2"), ("numbers1", "numbers2")])
def test_the_module_gives_the_average_of_its_members(
    chosen: tuple[str, ...], members: Members, asking: Asking, tmp_path: Path
) -> None:
    runs = [members[name] for name in chosen]
    export_ensemble([run.path for run in runs], tmp_path / "out")
    values, (expected,) = averaged(asking, runs)
    with torch.no_grad():
        found = loaded(tmp_path / "out")(*map(torch.from_numpy, values))
    torch.testing.assert_close(found, expected, atol=1e-6, rtol=1e-6)


def test_equal_networks_are_one_class_and_different_ones_their_own(members: Members, tmp_path: Path) -> None:
    export_ensemble([members[name].path for name in ("one", "wider", "two")], tmp_path)
    text = (tmp_path / MODULE).read_text()
    assert text.count("class Member") == 2 and text.count("Scaled(Member1()") == 2
    assert max(map(len, text.splitlines())) <= 88


def test_several_outputs_are_averaged_each(asking: Asking, tmp_path: Path) -> None:
    runs = [trained(two_ended(tmp_path, epochs=1, seed=seed), tmp_path / "runs", f"run{seed}") for seed in (1, 2)]
    export_ensemble([run.path for run in runs], tmp_path / "out")
    values, expected = averaged(asking, runs)
    with torch.no_grad():
        found = loaded(tmp_path / "out")(*map(torch.from_numpy, values))
    for mine, theirs in zip(found, expected, strict=True):
        torch.testing.assert_close(mine, theirs, atol=1e-6, rtol=0)


def test_it_needs_neither_netloom_nor_the_folder_it_was_made_in(members: Members, tmp_path: Path) -> None:
    export_ensemble([members[name].path for name in ("one", "two")], tmp_path / "made", "Twins")
    (tmp_path / "made").rename(tmp_path / "moved")
    assert sorted(path.name for path in (tmp_path / "moved").iterdir()) == [MODULE, TENSORS]
    done = run_python(
        f"import sys; sys.path.insert(0, {str(tmp_path / 'moved')!r}); import ensemble, torch, json\n"
        "given = ensemble.load()(torch.zeros(2, 4))\n"
        "assert not [name for name in sys.modules if name.partition('.')[0] in ('studio', 'models', 'widgets')]\n"
        "print(json.dumps(given.sum(1).tolist()))"
    )
    assert not done.returncode, done.stderr
    assert json.loads(done.stdout) == pytest.approx([1.0, 1.0])


def test_runs_of_another_form_are_refused_by_name(members: Members, tmp_path: Path) -> None:
    with pytest.raises(RunError, match="numbers1 has other Inputs or Outputs than one"):
        export_ensemble([members["one"].path, members["numbers1"].path], tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_outputs_that_are_no_answers_yet_are_read_first(asking: Asking, tmp_path: Path) -> None:
    layers = [
        (id, kind, params | ({"loss": "PoissonNLLLoss"} if kind == "Output" else {})) for id, kind, params in REGRESSION
    ]
    runs = [trained(chain(layers, "diabetes", epochs=1, seed=seed), tmp_path / "runs", f"run{seed}") for seed in (1, 2)]
    export_ensemble([run.path for run in runs], tmp_path / "out")
    answers = []
    for run in runs:
        asking.ask("about", run)
        rows = asking.bench.rows(asking.question("scores", run), Control(), lambda done, total: None)
        values = rows.values(list(range(20)))
        with torch.no_grad():
            answers.append(outputs_of(asking.bench.model, rows.pick(list(range(20)))[0])[0].exp())
    with torch.no_grad():
        found = loaded(tmp_path / "out")(torch.from_numpy(values))
    torch.testing.assert_close(found, torch.stack(answers).mean(0), atol=1e-6, rtol=1e-6)
    facts = asking.ask("ensemble", runs[0], runs=[str(runs[1].path)]).facts
    assert facts["kind"] == "numbers" and len(facts["errors"]) == 3
