"""Exported training scripts: what they contain, how they are written, and what is refused."""

from __future__ import annotations

import ast
import inspect
import re
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
from complaints import complaints
from documents import CNN, MLP, REGRESSION, USUAL_LOSSES, Layers, chain, mlp, regression, suited, two_ended
from histories import history_of_script
from script_settings import DOCUMENTS, NETWORKS, SETTINGS

from models.codegen.module import generate
from models.codegen.script import has_planes, script_source
from models.document.edits import SetParam
from models.training import LOSSES, METRICS, SCHEDULES, Metric
from studio.data import dataset_from
from studio.running.launch import LOOP, NAMING, loop_source, new_run, training_script
from studio.worker.session import train

DATA = "def load_data():\n    raise NotImplementedError\n"
ORDER = re.compile(r"\b(zero_grad|outputs_of|backward|step)\(")


def test_an_end_without_a_column_is_a_sentence(tmp_path: Path) -> None:
    for side, id in (("inputs", "picture"), ("targets", "kind")):
        document = two_ended(tmp_path)
        column = document.data[side][id]
        document.content.set_section("data", document.data | {side: {"one": column, "two": column}})
        with pytest.raises(ValueError, match=f"No column of the data is bound to {id}"):
            training_script(document, None)
        outcome = train(new_run(document, None, tmp_path / "runs"))
        assert outcome.state == "failed" and f"no column is bound to {id}" in outcome.reason


def functions(text: str) -> dict[str, str]:
    """The functions of a source as syntax trees, without annotations, under the names that they have there."""
    found = {}
    for item in ast.walk(ast.parse(text)):
        if isinstance(item, ast.FunctionDef):
            for part in ast.walk(item.args):
                if isinstance(part, ast.arg):
                    part.annotation = None
            decorators = [word for word in map(ast.unparse, item.decorator_list) if word != "staticmethod"]
            found[item.name] = "\n".join([*decorators, ast.dump(item.args), *map(ast.dump, item.body)])
    return found


def test_the_script_contains_the_loop_of_the_worker() -> None:
    acts = {"weight_decay_on": "matrices", "l1": 0.1, "clip_grad_norm": 1.0, "clip_grad_value": 1.0, "patience": 2}
    settings = (
        {},
        {"average": "EMA", "sparsity": 0.5, "updates": 9, "activation_checkpointing": 2},
        {"average": "SWA", "accumulate": 2, "restore_best": True, **acts},
        {"start_from": "file"},
        {"precision": "float16", "optimizer": {"kind": "SGD", "params": {"momentum": 0.9}}},
    )
    texts = []
    documents = [mlp(**{"schedule": "StepLR", "precision": "bfloat16", "start_from": "run", **own}) for own in settings]
    documents[0].apply(SetParam("fc1", "lr_factor", 0.5))
    for document in (*documents, regression()):
        module = generate(document.network, document.analysis, "Test network")
        facts = dataset_from(document.data)[0].facts()
        weights = "weights.pt" if document.training.get("start_from") == "file" else "weights.safetensors"
        texts.append(script_source(document, module, DATA, facts, loop_source(), weights).text())
    text = "\n".join(texts)
    theirs, ours = functions(text), functions(LOOP.read_text()) | functions(NAMING.read_text())
    assert {"train_step", "validation_step", "losses_of", "tally", "set_learning_rate"} <= set(ours)
    assert {name: theirs.get(name) for name in ours} == ours
    lines = [line.partition("  # type:")[0] for line in body_lines(LOOP.read_text())]
    assert len(lines) > 30 and set(lines) <= set(text.splitlines())


def body_lines(text: str) -> list[str]:
    """The lines inside the functions of a source, letter for letter."""
    lines = text.splitlines()
    definitions = [item for item in ast.parse(text).body if isinstance(item, ast.FunctionDef)]
    return [line for item in definitions for line in lines[item.body[0].lineno - 1 : item.end_lineno]]


@pytest.mark.parametrize("kind", [kind for kind in SCHEDULES if not SCHEDULES[kind].stays()])
def test_the_script_contains_the_rule_of_the_schedule(kind: str) -> None:
    own = functions(dedent(inspect.getsource(SCHEDULES[kind].rule)))["rule"]
    assert functions(training_script(mlp(schedule=kind), None))["learning_rate_factor"] == own


@pytest.mark.parametrize("kind", METRICS.values(), ids=lambda kind: kind.kind)
def test_the_script_contains_the_functions_of_a_metric(kind: type[Metric]) -> None:
    loss = next(name for name in (*USUAL_LOSSES, "SupConLoss", "CTCLoss") if LOSSES[name].answers in kind.needs)
    document = suited(loss, metrics=[kind.kind])
    text = functions(training_script(document, None))
    for function in (kind.parts, kind.value, *kind.helpers):
        own = functions(dedent(inspect.getsource(function)))[function.__name__]
        name = function.__name__
        assert text[name if function in kind.helpers else f"{kind.name}_{name}"] == own


def test_a_step_is_that_of_every_tutorial() -> None:
    calls = ORDER.findall(LOOP.read_text().partition("def train_step")[2])
    assert calls[:4] == ["zero_grad", "outputs_of", "backward", "step"]


def test_the_script_says_what_it_does_for_small_batches_and_classes() -> None:
    assert "BATCH_SIZE, order, DEVICE, True)" in training_script(
        DOCUMENTS["two classes, one switch, a last batch of one"], None
    )
    assert "switches(y, 3)" in training_script(DOCUMENTS["three classes, three switches"], None)


def test_a_script_stops_at_a_loss_that_is_no_number() -> None:
    layers: Layers = [
        *REGRESSION[:2],
        ("fc2", "Linear", {"out_features": 1}),
        ("output1", "Output", {"loss": "MSELoss"}),
    ]
    document = chain(layers, "diabetes", optimizer={"kind": "SGD", "params": {"lr": 1e30}})
    with pytest.raises(FloatingPointError, match=r"The loss became \w+; lower the learning rate"):
        history_of_script(document)


EVERY = {"l1": 1e-9, "clip_grad_norm": 0.123456789, "clip_grad_value": 5e-324, "patience": 99, "deterministic": True}


@pytest.mark.parametrize(
    "settings",
    [
        *SETTINGS,
        {"device": "auto", "schedule": "StepLR"},
        {"metrics": list(METRICS)},
        {"average": "EMA", "average_decay": 0.123456789, **EVERY, "watched": "accuracy"},
        {"average": "SWA", "accumulate": 65_536, "precision": "float16", **EVERY},
    ],
)
def test_the_script_is_formatted_as_ruff_does(settings: dict[str, Any]) -> None:
    for layers, source in NETWORKS.values():
        document = chain(layers, source, **settings)
        facts = dataset_from(document.data)[0].facts()
        module = generate(document.network, document.analysis, "Test network")
        text = script_source(document, module, DATA, facts, loop_source()).text()
        assert complaints(text) == ""


def test_a_script_that_draws_its_weights_says_nothing_of_others() -> None:
    assert "start_from" not in training_script(mlp(), None) and "WEIGHTS" not in training_script(mlp(), None)


@pytest.mark.parametrize("own_data", [0], indirect=True)
def test_no_class_takes_a_name_that_the_script_uses(own_data: dict[str, dict[str, Any]]) -> None:
    tried: set[str] = set()
    for place, data in enumerate(own_data.values()):
        document = chain(MLP, data=data)
        taken = words(training_script(document, None, "Drawn network")) - {"DrawnNetwork"}
        assert {"EPOCHS", "np", "range"} < taken
        names = sorted(name for name in taken if name[0].isupper())
        # What one script uses, many do: each name once, and in each script some of those that were tried in others.
        for name in [name for number, name in enumerate(names) if name not in tried or number % 8 == place % 8]:
            tried.add(name)
            text = training_script(document, None, name)
            (network,) = [item for item in ast.parse(text).body if isinstance(item, ast.ClassDef)]
            assert network.name not in taken, name


def words(text: str) -> set[str]:
    """The names that a script uses and imports."""
    nodes = list(ast.walk(ast.parse(text)))
    found = [alias for node in nodes if isinstance(node, ast.Import | ast.ImportFrom) for alias in node.names]
    return {alias.asname or alias.name for alias in found} | {node.id for node in nodes if isinstance(node, ast.Name)}


def test_a_network_without_an_output_is_refused() -> None:
    document = chain(MLP[:-1])
    with pytest.raises(ValueError, match="needs an Output with a loss; the network has none"):
        training_script(document, None)


def test_a_network_with_errors_is_refused() -> None:
    document = chain([*MLP[:2], ("conv1", "Conv2d", {}), *MLP[3:]])
    with pytest.raises(ValueError, match="has an error"):
        training_script(document, None)


def test_planes_are_weights_of_four_dimensions() -> None:
    assert has_planes(chain(CNN, "digits"))
    assert not has_planes(chain(MLP))
