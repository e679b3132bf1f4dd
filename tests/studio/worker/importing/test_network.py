"""Networks of PyTorch code become documents that answer as they do, and what cannot is named with its place."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from people import Made
from safetensors.torch import save_file
from torch import Tensor, nn

from models.importers import ImportFailed, Report
from models.storage.files import from_json
from models.storage.writing import to_json
from studio.worker.importing.network import Asked, Imported, import_network, take_weights

HERE = Path(__file__)


class Residual(nn.Module):
    """A block as people write it."""

    def __init__(self, width: int, stride: int = 1) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(width // stride, width, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.skip = nn.Conv2d(width // stride, width, 1, stride) if stride > 1 else nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(self.bn1(self.conv1(x)) + self.skip(x))


def stem(net: Any, x: Tensor) -> Tensor:
    for block in net.blocks:
        x = block(x)
    return net.head(torch.flatten(F.adaptive_avg_pool2d(x, 1), 1))


def attended(net: Any, x: Tensor) -> Tensor:
    """ViT in small: a class token, positions, heads by hand, the token read at the end."""
    x = torch.cat([net.token.expand(x.shape[0], -1, -1), x], dim=1) + net.positions
    b, n, width = x.shape
    q, k, v = (t.view(b, n, 2, width // 2).transpose(1, 2) for t in net.qkv(net.norm(x)).chunk(3, dim=-1))
    y = F.scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(b, n, width)
    return net.head((x + y)[:, 0])


def arithmetic(net: Any, x: Tensor) -> Tensor:
    y = (1 - torch.sigmoid(x)) * x / 2
    y *= net.scale
    return torch.stack([y, -x, x + x], dim=1).mean(dim=(1, 2)).unsqueeze(-1).squeeze(-1)


def recurrent(net: Any, ids: Tensor) -> Tensor:
    out, (hidden, _) = net.lstm(net.embed(ids))
    return torch.cat((out[:, -1], hidden[-1], out.amax(1)), dim=1)


def windowed(net: Any, x: Tensor) -> Tensor:
    """Swin in small: windows in the batch, a mask by hand, a table that an index reads."""
    b, h, w, c = x.shape
    y = torch.roll(x, (-1, -1), (1, 2))
    y = y.view(b, h // 2, 2, w // 2, 2, c).permute(0, 1, 3, 2, 4, 5).reshape(-1, 4, c)
    q, k, v = net.qkv(y).reshape(-1, 4, 3, c).permute(2, 0, 1, 3)
    mask = x.new_zeros((h, w))
    mask[: h // 2] = 1
    mask = mask.view(h // 2, 2, w // 2, 2).permute(0, 2, 1, 3).reshape(-1, 4)
    mask = (mask.unsqueeze(1) - mask.unsqueeze(2)).masked_fill(mask.unsqueeze(1) != 0, -100.0)
    scores = q @ k.transpose(-2, -1) + net.table[net.index.view(-1)].view(4, 4)
    scores = scores.view(b, -1, 4, 4) + mask
    y = F.dropout(net.proj(scores.view(-1, 4, 4).softmax(-1) @ v), 0.0, training=net.training)
    y = y.view(b, h // 2, w // 2, 2, 2, c).permute(0, 1, 3, 2, 4, 5).reshape(b, h, w, c)
    return torch.roll(y, (1, 1), (1, 2)) + x


def with_windows() -> nn.Module:
    network = Made(windowed, qkv=nn.Linear(6, 18), proj=nn.Linear(6, 6), table=torch.randn(9))
    network.register_buffer("index", torch.randint(0, 9, (4, 4)))
    return network


def written(net: Any, x: Tensor) -> Tensor:
    """Into a range of rows and columns, into one row, and a whole."""
    y = x + 0
    y[:, 1:3, 2:] = torch.tanh(net.fc(x)[:, 1:3, 2:])
    y[:, -1] = y[:, 0] * 2
    y[...] = y + 1
    y[y > 2] = 0.5
    return y


class Remembering(nn.Module):
    """Keeps in evaluation what it has worked out before."""

    def __init__(self) -> None:
        super().__init__()
        self.bias, self.known = nn.Parameter(torch.randn(3)), dict[str, Tensor]()

    def forward(self, x: Tensor) -> Tensor:
        if "bias" not in self.known:
            self.known["bias"] = self.bias * 2
        return x + self.known["bias"]


def placed(net: Any, ids: Tensor) -> Tensor:
    """Kinds of tokens that are made for each example, places counted where a mask is, and that mask as one."""
    mask = ids.ne(0)
    places = torch.cumsum(mask.int(), 1).type_as(mask) * mask
    kinds = torch.zeros(ids.shape, dtype=torch.int64)
    y = net.table(ids) + net.kinds(kinds) + net.places(places.long() + 1)
    scores = (y @ y.transpose(1, 2)).masked_fill(~mask[:, None, :].to(torch.bool), -1e4)
    return scores.softmax(-1) @ y


class Gated(nn.Module):
    """A block whose pieces differ between its uses."""

    def __init__(self, width: int, out: int) -> None:
        super().__init__()
        self.width, self.proj = width, nn.Linear(2 * width + 3, out)

    def forward(self, x: Tensor) -> Tensor:
        a, b, c = self.proj(x).split([self.proj.out_features - self.width - 3, self.width, 3], dim=1)
        return torch.cat([c, a, torch.sigmoid(b)], 1)


def normalized(net: Any, x: Tensor) -> Tensor:
    """Weights that are normalized before they are used."""
    w = F.batch_norm(net.w.reshape(1, 4, -1), None, None, weight=net.gain, training=True).reshape_as(net.w)
    return torch.addcmul(net.beta, net.alpha, F.conv1d(x, w))


def merged(net: Any, x: Tensor) -> Tensor:
    """Modules that run on pieces in the batch."""
    y = net.drop(net.act(net.conv(x.reshape(-1, 2, 3))))
    return net.norm(y.reshape(x.shape[0], 2, 4, -1).flatten(2))


def begun(net: Any, x: Tensor) -> Tensor:
    """First states of zero, as people write them."""
    h = torch.zeros(1, x.size(0), 3)
    return net.lstm(x, (h, h.clone()))[0] + net.gru(x, x.new_zeros(1, x.shape[0], 3).detach())[0]


def translating(net: Any, x: Tensor, y: Tensor) -> Tensor:
    """A decoder that goes on from the states of an encoder, and another from what a layer makes."""
    _, (h, c) = net.encoder(x)
    out, (last, _) = net.decoder(y, (h, c))
    return torch.cat([out + net.gru(y, torch.tanh(net.fc(x[:, 0])).unsqueeze(0))[0], last[-1].unsqueeze(1)], 1)


def with_decoder() -> nn.Module:
    layers = {name: nn.LSTM(4, 3, batch_first=True) for name in ("encoder", "decoder")}
    return Made(translating, gru=nn.GRU(4, 3, batch_first=True), fc=nn.Linear(4, 3), **layers)


def tied(net: Any, ids: Tensor) -> Tensor:
    return net.head(net.table(ids))


def with_tied() -> nn.Module:
    network = Made(tied, table=nn.Embedding(9, 4), head=nn.Linear(4, 9, bias=False))
    network.head.weight = network.table.weight
    return network


NETWORKS: dict[str, tuple[Callable[[], nn.Module], list[Asked]]] = {
    "residual": (
        lambda: Made(stem, blocks=nn.ModuleList([Residual(4, 2), Residual(4), Residual(4)]), head=nn.Linear(4, 3)),
        [Asked("", (2, 6, 6))],
    ),
    "attention": (
        lambda: Made(attended, token=torch.randn(1, 1, 8), positions=torch.randn(1, 6, 8), norm=nn.LayerNorm(8),
                     qkv=nn.Linear(8, 24), head=nn.Linear(8, 3)),
        [Asked("", (5, 8))],
    ),
    "arithmetic": (lambda: Made(arithmetic, scale=torch.randn(3, 1)), [Asked("", (3, 4))]),
    "recurrent": (
        lambda: Made(recurrent, embed=nn.Embedding(9, 4), lstm=nn.LSTM(4, 5, batch_first=True)),
        [Asked("", (7,), "int")],
    ),
    "functional": (
        lambda: Made(lambda net, x: F.layer_norm(F.conv1d(F.pad(x, (1, 1)), net.w), (4,)), w=torch.randn(3, 2, 3)),
        [Asked("", (2, 4))],
    ),
    "two inputs": (
        lambda: Made(lambda net, x, *, y: {"sum": x + y, "twice": (x @ y.transpose(1, 2),)}),
        [Asked("", (2, 3)), Asked("y", (2, 3))],
    ),
    "encoder": (
        lambda: nn.Sequential(nn.TransformerEncoderLayer(8, 2, 16, batch_first=True), nn.Flatten(), nn.Linear(32, 2)),
        [Asked("", (4, 8))],
    ),
    "windows": (with_windows, [Asked("", (4, 4, 6))]),
    "spectrum": (
        lambda: Made(lambda net, x: torch.einsum("nij,kj->nki", x.cumsum(1), net.w).logsumexp(2).sort()[0],
                     w=torch.randn(5, 3)),
        [Asked("", (4, 3))],
    ),
    "written": (lambda: Made(written, fc=nn.Linear(5, 5)), [Asked("", (4, 5))]),
    "remembering": (lambda: nn.Sequential(Remembering(), nn.Linear(3, 2)), [Asked("", (3,))]),
    "placed": (
        lambda: Made(placed, table=nn.Embedding(9, 4), kinds=nn.Embedding(2, 4), places=nn.Embedding(9, 4)),
        [Asked("", (6,), "int")],
    ),
    "uneven": (lambda: nn.Sequential(Gated(2, 9), Gated(3, 11)), [Asked("", (7,))]),
    "normalized": (
        lambda: Made(normalized, w=torch.randn(4, 2, 3), gain=torch.rand(4), alpha=torch.randn(4, 1),
                     beta=torch.randn(4, 1)),
        [Asked("", (2, 5))],
    ),
    "begun": (
        lambda: Made(begun, lstm=nn.LSTM(4, 3, batch_first=True), gru=nn.GRU(4, 3, batch_first=True)),
        [Asked("", (5, 4))],
    ),
    "translating": (with_decoder, [Asked("", (5, 4)), Asked("", (3, 4))]),
    "slices": (
        lambda: Made(lambda net, x: torch.cat([x[:, ::2, 1:], x[:, 1::2, :-1]], 1)[..., 0].split([1, 3], dim=1)),
        [Asked("", (4, 5, 2))],
    ),
}  # fmt: skip


def imported(network: nn.Module, inputs: list[Asked], **arguments: Any) -> Imported:
    torch.manual_seed(0)
    made = import_network(network, inputs, arguments, "Net", HERE)
    made.compare()
    return made


@pytest.mark.parametrize("name", NETWORKS)
def test_a_network_answers_as_the_original_with_every_parameter(name: str) -> None:
    make, inputs = NETWORKS[name]
    made = imported(make(), inputs)
    report = made.report
    assert report.is_exact, report.as_text()
    assert [entry for entry in report.entries if entry.fate != "taken"] == []
    assert report.parameters == report.total == made.folded.document.analysis.totals().parameters
    read, problems = from_json(to_json(made.folded.document))
    assert problems == [] and [i for i in read.analysis.issues() if i.severity == "error"] == []


def test_weights_keep_their_shapes_also_single_numbers() -> None:
    network = Made(stem, blocks=nn.ModuleList([Residual(4), Residual(8, 2)]), head=nn.Linear(8, 3))
    found = import_network(network, [Asked("", (4, 6, 6))], {}, "net", HERE)
    assert {weight.shape for name, weight in found.weights.items() if name.endswith("tracked")} == {()}
    assert all(weight.is_contiguous() for weight in found.weights.values())


def test_weights_that_modules_share_are_counted_once() -> None:
    report = imported(with_tied(), [Asked("", (3,), "int")]).report
    assert report.is_exact and (report.parameters, report.total, report.repeated) == (72, 36, 36)
    assert "Parameters: 36 of 36.\n36 of them stand there once more" in report.as_text()


def test_modules_in_a_card_are_functions_that_drop_in_training_alone() -> None:
    network = Made(merged, conv=nn.Conv1d(2, 4, 2), act=nn.LeakyReLU(0.2), drop=nn.Dropout(0.3), norm=nn.LayerNorm(8))
    report = imported(network, [Asked("", (4, 3))]).report
    assert report.is_exact and report.of("approximated") == []


def test_blocks_keep_class_and_names_and_equal_ones_repeat() -> None:
    make, inputs = NETWORKS["residual"]
    made = imported(make(), inputs)
    nodes = [(node.id, node.kind) for node in made.folded.document.network]
    assert nodes[1:3] == [("blocks_0", "Residual"), ("blocks_1", "Residual2")]
    assert made.folded.document.network["blocks_1"].params == {"repeat": 2}
    assert made.folded.weights["blocks_1.1.bn1.running_var"] == "blocks.2.bn1.running_var"
    assert [node.id for node in made.folded.document.network][-2:] == ["head", "output"]


def test_what_no_layer_does_is_a_card_of_code_and_in_the_report() -> None:
    made = imported(with_windows(), [Asked("", (4, 4, 6))])
    cards = [node for node in made.folded.document.network if node.kind == "TorchCode"]
    assert [node.id for node in cards] == ["roll", "code", "roll2"], "windows are one card, what is around them layers"
    assert {"qkv_weight", "proj_bias", "table"} <= {name.rpartition(".")[2] for name in made.folded.weights}
    assert [entry.why for entry in made.report.entries if "roll" in entry.why] == [
        "roll as PyTorch code, since no layer does that"] * 2  # fmt: skip


def test_names_of_what_is_returned_and_taken_stay() -> None:
    make, inputs = NETWORKS["two inputs"]
    nodes = {node.id: node.kind for node in imported(make(), inputs).folded.document.network}
    assert nodes["y"] == "Input" and nodes["sum"] == nodes["twice"] == "Output"


def test_weights_of_a_file_are_taken_by_name_and_what_does_not_fit_is_told(tmp_path: Path) -> None:
    source, network = nn.Linear(3, 2), Made(lambda net, x: net.fc(x), fc=nn.Linear(3, 2))
    path = tmp_path / "w.safetensors"
    save_file({"fc.weight": source.weight.detach(), "fc.bias": torch.zeros(5), "other": torch.zeros(1)}, path)
    report = Report("net.py")
    take_weights(network, path, report)
    made = import_network(network, [Asked("", (3,))], {}, "Net", HERE, report)
    assert report.difference is None, "the document is there before"
    made.compare()
    assert torch.equal(made.weights["fc.weight"], source.weight) and report.is_exact
    assert report.entries[0][1:] == ("file of weights", "w.safetensors", "1 of 2 weights by name")
    assert [(entry.fate, entry.place) for entry in report.entries[1:3]] == [
        ("approximated", "fc.bias"), ("left out", "other"),
    ]  # fmt: skip
    path.write_bytes(b"x")
    with pytest.raises(ImportFailed, match="cannot be read"):
        take_weights(network, path, report)


def test_weights_are_found_in_what_training_loops_keep_beside_them(tmp_path: Path) -> None:
    network, path = Made(lambda net, x: net.fc(x), fc=nn.Linear(3, 2)), tmp_path / "w.ckpt"
    state = {f"model.{name}": torch.ones_like(weight) for name, weight in network.state_dict().items()}
    torch.save({"state_dict": state, "args": Namespace(lr=0.1), "best": np.float64(0.9), "epoch": 3}, path)
    report = Report("net.py")
    take_weights(network, path, report)
    assert (network.fc.weight == 1).all()
    assert report.entries[0].why == "2 of 2 weights by name, without the ‘model.’ before their names"


def branching(net: Any, x: Tensor) -> Tensor:
    return x if x.sum() > 1e9 else net.fc(x)


def by_batch(net: Any, x: Tensor) -> Tensor:
    return net.fc(x) if len(x) % 2 else x


def test_a_branch_on_values_is_said_and_one_that_both_runs_take_is_kept() -> None:
    report = imported(Made(branching, fc=nn.Linear(3, 3)), [Asked("", (3,))]).report
    (entry,) = report.of("approximated")
    assert report.is_exact and "reads values" in entry.why and entry.place.startswith("line ")


def writes(net: Any, x: Tensor) -> Tensor:
    y = x * 2
    y[:, torch.tensor([0, 2])] = x[:, ::2]
    return y


@pytest.mark.parametrize(
    ("network", "words"),
    [
        (Made(by_batch, fc=nn.Linear(3, 3)), "takes another way for another batch"),
        (Made(lambda net, x: 3), "expected a network that returns tensors, found int"),
        (Made(lambda net, x: x.sum()), "batch"),
        (Made(lambda net, x: x.index_put((torch.tensor([0]),), x[:1])), "none of the functions that a card may call"),
        (Made(writes), r"line \d+: setitem cannot be drawn: .*; as code: it writes into a tensor"),
        (Made(lambda net, x: torch.zeros(3)), "to follow from the input"),
        (nn.Sequential(nn.LSTM(3, 2)), "LSTM cannot be drawn: it reads the batch as steps: give it batch_first"),
    ],
)
def test_what_cannot_be_imported_is_named(network: nn.Module, words: str) -> None:
    with pytest.raises(ImportFailed, match=words):
        imported(network, [Asked("", (3,)) if "LSTM" not in str(network) else Asked("", (4, 3))])


def test_weights_that_take_no_part_are_counted_and_named() -> None:
    network = Made(lambda net, x: net.fc(x), fc=nn.Linear(3, 3), aside=nn.Linear(3, 5))
    report = imported(network, [Asked("", (3,))]).report
    assert (report.parameters, report.total, report.unused) == (12, 32, 20) and report.is_exact
    assert [entry.place for entry in report.of("left out")] == ["aside.weight", "aside.bias"]


def test_a_network_is_called_with_further_arguments_by_name() -> None:
    network = Made(lambda net, x, *, sign=1: torch.tanh(x) if sign < 0 else torch.relu(x))
    kinds = [node.kind for node in imported(network, [Asked("", (3,))], sign=-1).folded.document.network]
    assert kinds == ["Input", "Tanh", "Output"]
