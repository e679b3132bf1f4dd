"""What cards say otherwise than code does: modules of `torch.nn` as functions of their weights, and functions that no
card may call by their own name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from models.importers.pytorch.known import NoLayer
from models.importers.pytorch.trace import Call, Value
from models.specs.tensor_code import TRAINING

Say = Callable[[Any], str]
"""Writes an argument."""
DROPS = ("dropout", "dropout1d", "dropout2d", "dropout3d", "alpha_dropout", "feature_alpha_dropout")
COUNTED = ("num_batches_tracked",)
"""Buffers of modules that nothing reads."""


@dataclass(frozen=True)
class About:
    """What a module's form goes by: its ``settings``, the sizes of its input as text, and first states it is given."""

    settings: Mapping[str, Any]
    sizes: list[str]
    states: list[str]

    def __getitem__(self, name: str) -> Any:
        return self.settings[name]

    def said(self, *names: str) -> str:
        """Settings as arguments in a row."""
        return ", ".join(_pair(self.settings[name]) for name in names)


Form = Callable[[str, Mapping[str, str], About], str]
"""Takes the input and the weights as text."""


def dropped(function: str, x: str, p: Any) -> str:
    """Numbers dropped while the network is trained."""
    return f"nn.functional.{function}({x}, {p!r}, {TRAINING})" if p else x


def _drops(function: str) -> Form:
    return lambda x, w, s: dropped(function, x, s["p"])


def _path_dropped(x: str, w: Mapping[str, str], s: About) -> str:
    """Whole examples dropped: the same factor for all numbers of one."""
    first = ", ".join([":", *[":1"] * (len(s.sizes) - 1)])
    return f"{x} * {dropped('dropout', f'torch.ones_like({x}[{first}])', s['p'])}" if s["p"] else x


def _plain(function: str) -> Form:
    return lambda x, w, s: f"nn.functional.{function}({x})"


def _with(weights: Mapping[str, str], name: str) -> str:
    return f", {weights[name]}" if name in weights else ""


def _pair(value: Any) -> str:
    return repr(tuple(value)) if isinstance(value, list) else repr(value)


def _both(w: Mapping[str, str]) -> str:
    return f"{w.get('weight', 'None')}, {w.get('bias', 'None')}"


def _last(s: About) -> str:
    """The sizes that a layer norm goes over."""
    return f"({', '.join(s.sizes[-s['normalized_dims'] :])},)"


def _convolved(rank: int) -> Form:
    about = ("stride", "padding", "dilation", "groups")
    return lambda x, w, s: f"nn.functional.conv{rank}d({x}, {_both(w)}, {s.said(*about)})"


def _widened(rank: int) -> Form:
    about = ("stride", "padding", "output_padding", "groups", "dilation")
    return lambda x, w, s: f"nn.functional.conv_transpose{rank}d({x}, {_both(w)}, {s.said(*about)})"


def _pooled(function: str, *names: str) -> Form:
    return lambda x, w, s: f"nn.functional.{function}({x}, {s.said(*names)})"


def _batch_normalized(x: str, w: Mapping[str, str], s: About) -> str:
    """With running means, where there are any, that training changes."""
    means = f"{w.get('running_mean', 'None')}, {w.get('running_var', 'None')}"
    when = TRAINING if "running_mean" in w else "True"
    return f"nn.functional.batch_norm({x}, {means}, {_both(w)}, {when}, {s.said('momentum', 'eps')})"


def _recurrent(kind: str) -> Form:
    """https://docs.pytorch.org/docs/stable/generated/torch.nn.LSTM.html with its weights in the order of the module."""

    def form(x: str, w: Mapping[str, str], s: About) -> str:
        function = f"rnn_{s['nonlinearity']}" if kind == "RNN" else kind.lower()
        count = s["num_layers"] * (1 + s["bidirectional"])
        first = s.settings.get("batch_first", True)
        zeros = f"{x}.new_zeros(({count}, {s.sizes[0 if first else 1]}, {s['hidden_size']}))"
        states = s.states or [zeros] * (2 if kind == "LSTM" else 1)
        state = f"({', '.join(states)})" if kind == "LSTM" else states[0]
        ways = f"{s['bias']}, {s['num_layers']}, {s['dropout']}, {TRAINING}, {s['bidirectional']}, {first}"
        return f"torch.{function}({x}, {state}, ({', '.join(w.values())},), {ways})"

    return form


SIMPLE = {
    "ReLU": "relu", "SiLU": "silu", "Sigmoid": "sigmoid", "Tanh": "tanh", "Mish": "mish", "ReLU6": "relu6",
    "Hardswish": "hardswish", "Hardsigmoid": "hardsigmoid", "SELU": "selu", "Softsign": "softsign",
    "LogSigmoid": "logsigmoid", "Tanhshrink": "tanhshrink",
}  # fmt: skip
MODULES: dict[str, Form] = {
    "Identity": lambda x, w, s: x,
    "Linear": lambda x, w, s: f"nn.functional.linear({x}, {w['weight']}{_with(w, 'bias')})",
    "LayerNorm": lambda x, w, s: f"nn.functional.layer_norm({x}, {_last(s)}, {_both(w)}, {s['eps']!r})",
    "GroupNorm": lambda x, w, s: f"nn.functional.group_norm({x}, {s['num_groups']}, {_both(w)}, {s['eps']!r})",
    "RMSNorm": lambda x, w, s: f"nn.functional.rms_norm({x}, {_last(s)}, {w.get('weight', 'None')}, {s['eps']!r})",
    "LeakyReLU": lambda x, w, s: f"nn.functional.leaky_relu({x}, {s['negative_slope']!r})",
    "PReLU": lambda x, w, s: f"nn.functional.prelu({x}, {w['weight']})",
    "ELU": lambda x, w, s: f"nn.functional.elu({x}, {s['alpha']!r})",
    "CELU": lambda x, w, s: f"nn.functional.celu({x}, {s['alpha']!r})",
    "Softplus": lambda x, w, s: f"nn.functional.softplus({x}, {s['beta']!r}, {s['threshold']!r})",
    "Hardtanh": lambda x, w, s: f"nn.functional.hardtanh({x}, {s['min_val']!r}, {s['max_val']!r})",
    "GLU": lambda x, w, s: f"nn.functional.glu({x}, {s['dim']})",
    "Flatten": lambda x, w, s: f"{x}.flatten(1)",
    "Embedding": lambda x, w, s: f"nn.functional.embedding({x}, {w['weight']}, {s.settings.get('padding_idx')})",
    "Softmax": lambda x, w, s: f"{x}.softmax({s['dim']})",
    "LogSoftmax": lambda x, w, s: f"{x}.log_softmax({s['dim']})",
    "GELU": lambda x, w, s: f"nn.functional.gelu({x}, approximate={s['approximate']!r})",
    "DropPath": _path_dropped,
    **{kind: _plain(function) for kind, function in SIMPLE.items()},
    **{f"Dropout{rank}": _drops(f"dropout{rank}") for rank in ("", "1d", "2d", "3d")},
    **{"AlphaDropout": _drops("alpha_dropout"), "FeatureAlphaDropout": _drops("feature_alpha_dropout")},
    **{f"Conv{rank}d": _convolved(rank) for rank in (1, 2, 3)},
    **{f"ConvTranspose{rank}d": _widened(rank) for rank in (1, 2, 3)},
    **{f"BatchNorm{rank}d": _batch_normalized for rank in (1, 2, 3)},
    **{f"MaxPool{rank}d": _pooled(f"max_pool{rank}d", "kernel_size", "stride", "padding", "dilation", "ceil_mode")
       for rank in (1, 2, 3)},
    **{f"AvgPool{rank}d": _pooled(f"avg_pool{rank}d", "kernel_size", "stride", "padding", "ceil_mode",
                                  "count_include_pad") for rank in (1, 2, 3)},
    **{f"Adaptive{way}Pool{rank}d": _pooled(f"adaptive_{way.lower()}_pool{rank}d", "output_size")
       for way in ("Avg", "Max") for rank in (1, 2, 3)},
    **{kind: _recurrent(kind) for kind in ("RNN", "LSTM", "GRU")},
}  # fmt: skip
"""Layers by their kind."""


def _weight_normalized(say: Say, call: Call) -> str:
    """v · g / |v|, with one length for each place of a dimension: https://arxiv.org/abs/1602.07868."""
    direction, length = call.args[:2]
    along = call.args[2] if len(call.args) > 2 else call.kwargs.get("dim", 0)
    count = len(direction.shape)
    others = tuple(dim for dim in range(count) if along == -1 or dim != along % count)
    return f"{say(direction)} * ({say(length)} / {say(direction)}.norm(2, {others}, True))"


def _normal(say: Say, call: Call) -> str:
    """Drawn anew in place of what was there."""
    mean, std = _two(call, "mean", "std", (0.0, 1.0))
    return f"torch.randn_like({say(call.args[0])}) * {std!r} + {mean!r}"


def _uniform(say: Say, call: Call) -> str:
    low, high = _two(call, "from", "to", (0.0, 1.0))
    return f"torch.rand_like({say(call.args[0])}) * {high - low!r} + {low!r}"


def _two(call: Call, first: str, second: str, usual: tuple[float, float]) -> tuple[float, float]:
    given = (*call.args[1:3], *usual[len(call.args) - 1 :])
    found = tuple(call.kwargs.get(name, value) for name, value in zip((first, second), given, strict=True))
    if any(isinstance(value, Value) for value in found):
        raise NoLayer("it draws numbers by others that are drawn or computed")
    return found[0], found[1]


def _empty(say: Say, call: Call) -> str:
    """Memory that nothing was written into yet: zeros, so that it is the same each time."""
    return f"torch.zeros_like({say(call.args[0])})"


def _attention(say: Say, call: Call) -> str:
    """With weights for the answer or without, in which case PyTorch gives None beside it."""
    named = {name: value for name, value in call.kwargs.items() if value is not None and name != TRAINING}
    words = [*map(say, call.args[:13]), f"{TRAINING}={TRAINING}"]
    words += [f"{name}={say(item)}" for name, item in named.items()]
    for name, item in zip(("key_padding_mask", "need_weights", "attn_mask"), call.args[14:17], strict=False):
        words.append(f"{name}={say(item)}")
    return f"nn.functional.multi_head_attention_forward({', '.join(words)})" + "[0]" * (len(call.outputs) == 1)


SPOKEN: dict[str, Callable[[Say, Call], str]] = {
    "torch._weight_norm": _weight_normalized, "torch.Tensor.normal_": _normal, "torch.Tensor.uniform_": _uniform,
    "torch.empty_like": _empty, "torch.nn.functional.multi_head_attention_forward": _attention,
}  # fmt: skip
"""Functions by their full name."""
RANDOM = frozenset({
    "rand", "randn", "rand_like", "randn_like", "randint", "randint_like", "randperm", "bernoulli", "normal", "uniform",
    "multinomial", "poisson", "gumbel_softmax", "exponential", "rrelu",
})  # fmt: skip
"""Functions that draw numbers, with the underscore of those that write them off."""
