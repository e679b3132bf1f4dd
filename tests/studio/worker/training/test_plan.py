"""What a run does, resolved from its document, its source and its data."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from documents import CNN, MLP, Layers, chain, cnn, mlp, regression
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from models.document import Document
from models.training import OPTIMIZERS, TrainingSettings
from studio.running.launch import new_run
from studio.runs.source import ANY
from studio.worker.errors import TrainingError
from studio.worker.session import train
from studio.worker.training import plan as plans
from studio.worker.training.examples import SHARE_FOR_DATA, home_for, takes_tokens
from studio.worker.training.plan import Plan, load_model, make_objectives
from studio.worker.training.updating.optimizer import make_optimizer
from studio.worker.training.updating.own import OWN

Make = Callable[[Document], Plan]


def test_the_network_of_the_source_is_found_among_what_it_imports(tmp_path: Path) -> None:
    text = (
        "from torch import nn\nfrom torch.nn import Linear\n\n\n"
        "class Mine(nn.Sequential):\n    def __init__(self):\n        super().__init__(Linear(3, 2))\n"
    )
    model = load_model(text, tmp_path / "model.py")
    assert type(model).__name__ == "Mine" and model(torch.zeros(1, 3)).shape == (1, 2)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "text", ["from torch.nn import Linear\n", "class Net:\n    pass\n", "from torch import nn\nvalue = nn.Linear\n", ""]
)
def test_a_source_without_a_network_is_refused(text: str) -> None:
    with pytest.raises(TrainingError, match=r"model\.py defines no network: expected a class derived from"):
        load_model(text, Path("model.py"))


def test_two_runs_may_hold_networks_of_one_name(tmp_path: Path) -> None:
    made = []
    for size in (2, 5):
        lines = (
            "from torch import nn",
            "class Net(nn.Linear):",
            f"    def __init__(self): super().__init__(1, {size})",
        )
        made.append(load_model("\n".join(lines), tmp_path / str(size) / "model.py"))
    assert [model.get_parameter("weight").shape[0] for model in made] == [2, 5]


def test_the_seed_fixes_the_weights_whatever_was_drawn_before(plan: Make) -> None:
    first = plan(cnn()).model.state_dict()
    torch.rand(100)
    again, other = plan(cnn()).model.state_dict(), plan(cnn(seed=8)).model.state_dict()
    assert all(torch.equal(first[name], again[name]) for name in first)
    assert not torch.equal(first["conv1.weight"], other["conv1.weight"])


@pytest.mark.parametrize("kind", OPTIMIZERS)
def test_settings_of_the_document_reach_the_optimizer_of_torch(plan: Make, kind: str) -> None:
    decay = {"weight_decay": 0.5} if "weight_decay" in OPTIMIZERS[kind].fields else {}
    made = plan(mlp(optimizer={"kind": kind, "params": {"lr": 0.125, **decay}}))
    group = made.optimizer.param_groups[0]
    own = OPTIMIZERS[kind].module
    assert type(made.optimizer) is (OWN[own] if own else getattr(torch.optim, kind))
    assert (group["lr"], made.base_rate) == (0.125, 0.125)
    assert (group.get("weight_decay") or None) == decay.get("weight_decay")
    assert bool(group.get("fused")) == OPTIMIZERS[kind].has_fused
    taken = sum(len(each["params"]) for each in made.optimizer.param_groups)
    assert taken == len(list(made.model.parameters()))


def test_of_a_sparse_table_only_what_was_looked_up_moves() -> None:
    model = nn.Sequential(nn.Embedding(6, 2), nn.Embedding(6, 2, scale_grad_by_freq=True), nn.Linear(2, 1))
    table, dense, linear = model
    made = make_optimizer(TrainingSettings(optimizer="SparseAdam"), model)
    expected = torch.optim.SparseAdam([alike := nn.Parameter(table.weight.detach().clone())])
    for entry in (1, 1, 2):
        before = table.weight.detach().clone()
        made.zero_grad()
        looked_up = table(torch.tensor([entry]))
        (linear(looked_up).square() + dense(torch.tensor([0])).square().sum()).sum().backward()
        alike.grad = table.weight.grad.detach().clone()
        made.step()
        expected.step()
        moved = (table.weight != before).any(1)
        assert table.weight.grad.is_sparse and moved.nonzero().tolist() == [[entry]]
    assert torch.equal(table.weight, alike) and not dense.weight.grad.is_sparse
    with pytest.raises(TrainingError, match="SparseAdam does not go with L1"):
        make_optimizer(TrainingSettings(optimizer="SparseAdam", l1=0.1), model)


def test_nothing_to_learn_is_a_sentence() -> None:
    with pytest.raises(TrainingError, match="nothing to learn: none of its layers has parameters"):
        make_optimizer(TrainingSettings(), nn.ReLU())


def test_no_output_is_a_sentence() -> None:
    with pytest.raises(TrainingError, match="needs an Output with a loss; the network has none"):
        make_objectives(chain(MLP[:-1]))


def test_the_network_is_the_class_that_the_run_names(tmp_path: Path) -> None:
    text = "from torch import nn\n\n\n" + "\n\n".join(
        f"class {name}(nn.Linear):\n    def __init__(self):\n        super().__init__(3, {size})\n"
        for name, size in (("Block", 1), ("Drawn", 2), ("Head", 3))
    )
    path = tmp_path / "model.py"
    assert load_model(text, path, "Drawn").get_parameter("weight").shape == (2, 3)
    with pytest.raises(TrainingError, match="should define the class Lost; the networks in it are Block, Drawn, Head"):
        load_model(text, path, "Lost")
    with pytest.raises(TrainingError, match="should define one class; the networks in it are Block, Drawn, Head"):
        load_model(text, path)


def test_a_run_names_its_network(tmp_path: Path) -> None:
    run = new_run(mlp(), None, tmp_path, title="two words")
    assert run.header["class"] == "TwoWords"
    helper = "\n\nclass Before(nn.Module):\n    pass\n\n\nclass TwoWords"
    run.source_path.write_text(run.source_path.read_text().replace("\nclass TwoWords", helper))
    outcome = train(run, trust=ANY)
    assert outcome.state == "finished", outcome.reason


def test_images_are_trained_channels_last_on_the_processor(plan: Make) -> None:
    weight = plan(cnn()).model.get_parameter("conv1.weight")
    assert weight.is_contiguous(memory_format=torch.channels_last)
    assert plan(mlp()).model.get_parameter("fc1.weight").is_contiguous()


def test_small_steps_take_one_thread_and_large_ones_all(plan: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plans, "THREADS", 2)
    before = torch.get_num_threads()
    try:
        plan(mlp())
        assert torch.get_num_threads() == 1
        plan(cnn(batch_size=5000))
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(before)


@given(size=st.integers(2, 200), accumulate=st.integers(1, 9))
def test_batches_count_what_is_trained(size: int, accumulate: int) -> None:
    examples = range(120)
    for skips in (False, True):
        made = Plan.__new__(Plan)
        made.train, made.batch_size, made.skips_single = examples, size, skips  # type: ignore[assignment]
        parts = [examples[start : start + size] for start in range(0, 120, size)]
        kept = [part for part in parts if len(part) > 1 or not skips]
        made.settings = TrainingSettings(accumulate=accumulate)
        assert made.batches == len(kept[::accumulate])
        assert made.drops_example == (len(kept) < len(parts))


def test_batches_of_one_are_refused_where_batch_normalization_would_fail(plan: Make) -> None:
    with pytest.raises(TrainingError, match="Raise the batch size to 2"):
        plan(regression(batch_size=1))
    assert plan(mlp(batch_size=1)).batches == 120


def test_validation_is_seen_once_and_in_order(plan: Make) -> None:
    made = plan(mlp(batch_size=7))
    assert torch.cat(list(made.in_order(made.validation))).tolist() == list(range(30))
    assert len(list(made.in_order(made.validation))) == 1  # in larger batches: they need no gradients


def test_the_examples_are_normalized_by_the_training_part(plan: Make) -> None:
    made = plan(regression(batch_size=1000))
    (((inputs,), (targets,)),) = made.train.batches([torch.arange(len(made.train))])
    assert torch.allclose(inputs.mean(0), torch.zeros(10), atol=1e-5)
    assert torch.allclose(inputs.std(0, correction=0), torch.ones(10), atol=1e-4)
    assert targets.shape == (len(made.train), 1)
    (((held_out,), _),) = made.validation.batches([torch.arange(len(made.validation))])
    assert not torch.allclose(held_out.mean(0), torch.zeros(10), atol=1e-3)


def test_other_data_has_another_fingerprint(plan: Make, tmp_path: Path) -> None:
    x, y = np.ones((30, 4), np.float32), np.arange(30) % 3
    found = set()
    for change in range(3):
        x[change, 0] += 1
        path = tmp_path / f"{change}.npz"
        np.savez(path, x=x, y=y)
        found |= {plan(mlp(data={"source": "numpy", "path": str(path)})).fingerprint for _ in range(2)}
    assert len(found) == 3


def test_whole_numbers_are_taken_where_an_input_says_so() -> None:
    words: Layers = [
        ("input1", "Input", {"shape": [4], "dtype": "int"}),
        ("embedding1", "Embedding", {"num_embeddings": 5, "embedding_dim": 3}),
        ("output1", "Output", {}),
    ]
    assert takes_tokens(chain(words), "input1") and not takes_tokens(chain(CNN, "digits"), "input1")


def test_data_lives_on_a_card_as_long_as_half_of_its_memory_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    cpu, card = torch.device("cpu"), torch.device("cuda:0")
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda device: (1000, 4000))
    assert home_for(10**15, cpu) == cpu
    assert home_for(int(1000 * SHARE_FOR_DATA) - 1, card) == card
    assert home_for(int(1000 * SHARE_FOR_DATA), card) == cpu


def test_given_weights_take_the_place_of_drawn_ones_and_the_others_stay(plan: Make) -> None:
    drawn = plan(mlp()).model.state_dict()
    document = mlp(start_from="numbers")
    bias = [0.1 * place for place in range(16)]
    document.content.sections["numbers"] = {"weights": {"fc1": {"bias": bias, "weight": [1]}}}
    made = plan(document)
    found = made.model.state_dict()
    assert found["0.bias" if "0.bias" in found else "fc1.bias"].tolist() == torch.tensor(bias).tolist()
    changed = [name for name, table in found.items() if not torch.equal(table, drawn[name])]
    assert len(changed) == 1 and changed[0].endswith("bias")
    assert made.begun.names == ["fc1.bias"]
    assert made.begun.notes == [
        "1 weight starts from the numbers in the document.",
        "fc1.weight should be 16×4, but 1 was given. Correct its shape.",
    ]
    document.content.sections["training"] = {**document.training, "start_from": "drawn"}
    assert not plan(document).begun.names
