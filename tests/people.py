"""Networks as people write them, each for a way of writing that an import has to get right."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class Made(nn.Module):
    """A network of some modules, called by a function."""

    def __init__(self, call: Callable[..., Any], **parts: nn.Module | Tensor) -> None:
        super().__init__()
        self.call = call
        for name, part in parts.items():
            setattr(self, name, nn.Parameter(part) if isinstance(part, Tensor) else part)

    def forward(self, *inputs: Tensor, **named: Any) -> Any:
        return self.call(self, *inputs, **named)


def variational(net: Any, x: Tensor) -> tuple[Tensor, ...]:
    h = F.relu(net.fc(x.view(-1, 8)))
    mu, logvar = net.mu(h), net.logvar(h)
    std = torch.exp(0.5 * logvar)
    return torch.sigmoid(net.out(mu + torch.randn_like(std) * std)), mu, logvar


def old_variational(net: Any, x: Tensor) -> Tensor:
    std = net.fc(x).mul(0.5).exp_()
    return net.out(x + torch.empty_like(std).normal_() * std + torch.rand_like(std).uniform_(-1, 1))


def noisy(net: Any, x: Tensor) -> Tensor:
    return net.fc(x + 0.1 * torch.randn(x.size(0), 4)) + torch.rand(4)


def hidden_states(net: Any, ids: Tensor) -> Tensor:
    """Both ends of a stacked two-way LSTM, as most text classifiers read them."""
    out, (h, c) = net.lstm(net.embed(ids))
    both = torch.cat((h[-2, :, :], h[-1, :, :]), dim=1)
    scores = torch.bmm(out, h.view(2, 2, -1, 3)[-1].permute(1, 0, 2).reshape(-1, 6, 1)).squeeze(2)
    return net.fc(both) + scores.sum(1, keepdim=True) + net.fc(c.permute(1, 0, 2)[:, 2:].reshape(-1, 6))


def steps_first(net: Any, x: Tensor) -> Tensor:
    """What PyTorch's modules take unless they are told: the steps in front of the batch."""
    x = torch.tanh(net.fc(x.permute(1, 0, 2))) + 1
    out, h = net.gru(x)
    y, _ = net.attention(out, out, out)
    y = net.encoder(net.norm(out + y))
    return torch.cat([y[-1], h.squeeze(0), y.mean(0), y[0, :, 1:]], 1)


def steps_given(net: Any, x: Tensor) -> Tensor:
    """Connectionist temporal classification wants the steps in front."""
    out, _ = net.lstm(net.conv(x).squeeze(2).permute(2, 0, 1))
    steps, batch, width = out.size()
    return F.log_softmax(net.fc(out.view(steps * batch, width)).view(steps, batch, -1), dim=2)


def frames(net: Any, x: Tensor) -> Tensor:
    """A convolutional network for each frame of a clip, with the frames in the batch."""
    batch, steps = x.shape[:2]
    y = net.cnn(x.view(batch * steps, *x.shape[2:]))
    return net.lstm(y.view(batch, steps, -1))[0][:, -1]


def in_batch(net: Any, x: Tensor) -> Tensor:
    y = net.fc(x.reshape(-1, x.shape[2])).reshape(x.shape[0], x.shape[1], -1)
    return net.norm(y.flatten(0, 1)).reshape_as(y)


def windows_read(net: Any, x: Tensor) -> Tensor:
    """Rows of a picture as sequences of their own, as Sequencer has them."""
    return net.lstm(x.reshape(-1, 4, 3))[0].reshape(-1, 2, 4, 10)


def qkv_first(net: Any, x: Tensor) -> Tensor:
    b, n, c = x.shape
    q, k, v = net.qkv(x).reshape(b, n, 3, 2, c // 2).permute(2, 0, 3, 1, 4).unbind(0)
    return ((q @ k.transpose(-2, -1)).softmax(-1) @ v).transpose(1, 2).reshape(b, n, c)


def masked(net: Any, ids: Tensor) -> Tensor:
    x = net.embed(ids) * math.sqrt(4)
    later = nn.Transformer.generate_square_subsequent_mask(ids.size(1))
    x = net.encoder(x, mask=later, is_causal=True)
    hidden = torch.where(ids == 0, -math.inf, 0.0)[:, None].expand(-1, 6, -1).repeat_interleave(2, 0)
    return net.fc(net.pooled(x, mask=hidden))


def cells(net: Any, x: Tensor) -> Tensor:
    h = c = torch.zeros(x.size(0), 5)
    given = []
    for step in x.split(1, dim=1):
        h, c = net.cell(step.squeeze(1), (h, c))
        given.append(h)
    return torch.stack(given, 1)


def carried(net: Any, x: Tensor, y: Tensor) -> Tensor:
    """A stacked decoder from the states of a stacked encoder."""
    return net.decoder(y, net.encoder(x)[1])[0]


def unpooled(net: Any, x: Tensor) -> Tensor:
    y, places = net.pool(x)
    return net.unpool(torch.relu(y), places)


def dueling(net: Any, t: Tensor, x: Tensor) -> Tensor:
    """One number for each example, as the time of a diffusion model is."""
    waves = t[:, None].float() * torch.exp(torch.arange(2) * -1.5)[None]
    return net.fc(x) + torch.cat((waves.sin(), waves.cos()), dim=-1)


def moved(net: Any, x: Tensor) -> Tensor:
    """Learned moves of a picture, that begin with none."""
    theta = net.fc(x.flatten(1)).view(-1, 2, 3) + torch.eye(2, 3, requires_grad=True).repeat(x.size(0), 1, 1)
    return F.grid_sample(x, F.affine_grid(theta, x.size(), align_corners=False), align_corners=False)


def apart(net: Any, x: Tensor, y: Tensor) -> Tensor:
    return F.pairwise_distance(net.fc(x), net.fc(y))


def rotated(net: Any, x: Tensor) -> Tensor:
    """Rotary positions by complex numbers, as Llama was published."""
    pairs = torch.view_as_complex(net.fc(x).float().reshape(*x.shape[:-1], -1, 2))
    turns = torch.polar(torch.ones(5, 2), torch.outer(torch.arange(5).float(), torch.tensor([1.0, 0.1])))
    return torch.view_as_real(pairs * turns).flatten(2).type_as(x)


def spectral(net: Any, x: Tensor) -> Tensor:
    """A Fourier neural operator: some frequencies are mixed by complex weights."""
    seen = torch.fft.rfft(x)
    made = torch.zeros(x.shape[0], 5, 5, dtype=torch.cfloat)
    made[:, :, :3] = torch.einsum("bix,iox->box", seen[:, :, :3], net.mixing)
    return torch.fft.irfft(made, n=x.size(-1))


def scattered(net: Any, x: Tensor) -> Tensor:
    """Written into ranges with steps, rows, and a whole of which one number is stretched."""
    y = x * 2
    y[:, ::2, 1:] = x[:, ::2, :1]
    y[:, 1, ::2] = 0.5
    y[..., 0] = x.amax((1, 2), keepdim=True)[..., 0]
    return y


def bordered(net: Any, x: Tensor) -> Tensor:
    """Borders that are larger on one side."""
    return F.pad(net.reflected(net.conv(net.zeros(x)).flatten(2)), (3, 0), value=2.0)


def branched_heads(net: Any, x: Tensor) -> Tensor:
    """Heads in the batch, as Bloom has them: two branches of them meet in a product."""
    b, n, c = x.shape
    q, k, v = (t.transpose(1, 2).reshape(2 * b, n, c // 2) for t in net.qkv(x).view(b, n, 2, -1).chunk(3, dim=-1))
    slopes = torch.tensor([[0.5], [0.25]]).repeat(b, 1)[:, :, None]
    scores = slopes.baddbmm(q, k.transpose(1, 2), alpha=0.7).view(b, 2, n, n).softmax(-1)
    return torch.bmm(scores.view(2 * b, n, n), v).view(b, 2, n, -1).transpose(1, 2).reshape(b, n, c)


def blurred(net: Any, x: Tensor) -> Tensor:
    """Numbers that nobody learns as the weights of a convolution."""
    return F.conv2d(F.pad(x, (1, 1, 1, 1), "reflect"), net.filter.repeat(3, 1, 1, 1), stride=2, groups=3)


def with_filter() -> nn.Module:
    network = Made(blurred)
    network.register_buffer(
        "filter", torch.outer(torch.tensor([1.0, 2, 1]), torch.tensor([1.0, 2, 1]))[None, None] / 16
    )
    return network


def flat_logits(net: Any, ids: Tensor) -> Tensor:
    return net.fc(net.embed(ids)).view(-1, 9)


def normed(net: nn.Module) -> nn.Module:
    return nn.Sequential(nn.utils.parametrizations.weight_norm(net), nn.ReLU())


def old_normed() -> nn.Module:
    return nn.Sequential(nn.utils.spectral_norm(nn.Conv1d(2, 3, 3)), nn.LeakyReLU(0.2))


def attending() -> dict[str, nn.Module]:
    attention, encoder = nn.MultiheadAttention(4, 2), nn.TransformerEncoderLayer(4, 2, 8)
    return {
        "fc": nn.Linear(3, 4),
        "gru": nn.GRU(4, 4),
        "attention": attention,
        "norm": nn.LayerNorm(4),
        "encoder": encoder,
    }


def encoders() -> dict[str, nn.Module]:
    first, second = (nn.TransformerEncoder(nn.TransformerEncoderLayer(4, 2, 8, batch_first=True), count,
                                           enable_nested_tensor=False) for count in (2, 1))  # fmt: skip
    return {"embed": nn.Embedding(9, 4), "encoder": first, "pooled": second, "fc": nn.Linear(4, 2)}


def cnn() -> nn.Module:
    first = nn.Conv2d(3, 4, 3, padding=1), nn.BatchNorm2d(4), nn.ReLU(), nn.MaxPool2d(2)
    return nn.Sequential(*first, nn.Conv2d(4, 6, 1), nn.AdaptiveAvgPool2d(1))


def lstm(*sizes: int, **about: Any) -> nn.Module:
    return nn.LSTM(*sizes, **({"batch_first": True} | about))


PEOPLE: dict[str, tuple[Callable[[], nn.Module], list[str]]] = {
    "variational": (
        lambda: Made(variational, fc=nn.Linear(8, 6), mu=nn.Linear(6, 2), logvar=nn.Linear(6, 2), out=nn.Linear(2, 8)),
        ["1x2x4"],
    ),
    "old variational": (lambda: Made(old_variational, fc=nn.Linear(3, 3), out=nn.Linear(3, 2)), ["3"]),
    "noisy": (lambda: Made(noisy, fc=nn.Linear(4, 4)), ["4"]),
    "hidden states": (
        lambda: Made(hidden_states, embed=nn.Embedding(9, 4), lstm=lstm(4, 3, 2, bidirectional=True, dropout=0.2),
                     fc=nn.Linear(6, 2)),
        ["5:int"],
    ),
    "steps first": (lambda: Made(steps_first, **attending()), ["5x3"]),
    "steps given": (
        lambda: Made(steps_given, conv=nn.Conv2d(1, 3, (4, 1)), lstm=lstm(3, 2, bidirectional=True, batch_first=False),
                     fc=nn.Linear(4, 3)),
        ["1x4x5"],
    ),
    "frames": (lambda: Made(frames, cnn=cnn(), lstm=lstm(6, 3)), ["5x3x4x4"]),
    "in batch": (
        lambda: Made(in_batch, fc=nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.ReLU(), nn.Dropout(0.3)),
                     norm=nn.BatchNorm1d(4)),
        ["5x3"],
    ),
    "windows read": (lambda: Made(windows_read, lstm=lstm(3, 5, bidirectional=True)), ["2x4x3"]),
    "qkv first": (lambda: Made(qkv_first, qkv=nn.Linear(4, 12)), ["5x4"]),
    "masked": (lambda: Made(masked, **encoders()), ["6:int"]),
    "cells": (lambda: Made(cells, cell=nn.LSTMCell(3, 5)), ["4x3"]),
    "carried": (lambda: Made(carried, encoder=lstm(3, 4, 2), decoder=lstm(3, 4, 2)), ["5x3", "2x3"]),
    "unpooled": (
        lambda: Made(unpooled, pool=nn.MaxPool2d(2, return_indices=True), unpool=nn.MaxUnpool2d(2)),
        ["2x4x4"],
    ),
    "times": (lambda: Made(dueling, fc=nn.Linear(3, 4)), ["scalar:int", "3"]),
    "moved": (lambda: Made(moved, fc=nn.Linear(32, 6)), ["2x4x4"]),
    "apart": (lambda: Made(apart, fc=nn.Linear(3, 2)), ["3", "3"]),
    "flat logits": (lambda: Made(flat_logits, embed=nn.Embedding(9, 4), fc=nn.Linear(4, 9)), ["5:int"]),
    "rotated": (lambda: Made(rotated, fc=nn.Linear(4, 4)), ["5x4"]),
    "spectral": (lambda: Made(spectral, mixing=torch.randn(3, 5, 3, dtype=torch.cfloat)), ["3x8"]),
    "scattered": (lambda: Made(scattered), ["4x5"]),
    "bordered": (
        lambda: Made(bordered, zeros=nn.ZeroPad2d((0, 1, 0, 1)), conv=nn.Conv2d(3, 4, 3, 2),
                     reflected=nn.ReflectionPad1d((2, 1))),
        ["3x8x8"],
    ),
    "branched heads": (lambda: Made(branched_heads, qkv=nn.Linear(4, 12)), ["5x4"]),
    "blurred": (with_filter, ["3x6x6"]),
    "weight norm": (lambda: normed(nn.Conv1d(2, 3, 3, padding=4, dilation=2)), ["2x6"]),
    "spectral norm": (old_normed, ["2x6"]),
}  # fmt: skip
"""By name what makes the network, and its inputs as they are typed."""
