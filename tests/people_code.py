"""Networks as people write them, each with what feeds it: what constructors choose, repeat and hand on."""

from __future__ import annotations

from typing import NamedTuple

HEAD = """import math

import torch
import torch.nn as nn
import torch.nn.functional as F


"""


class Written(NamedTuple):
    """A source, and the sizes of one example; ``tokens`` are integers."""

    text: str
    shape: tuple[int, ...]
    tokens: bool = False


FUNCTIONS = """class Digits(nn.Module):

    def __init__(self, classes=10):
        super(Digits, self).__init__()
        # two stages
        self.conv1 = nn.Conv2d(1, 4, 5)
        self.conv2 = nn.Conv2d(4, 8, 5)
        self.fc1 = nn.Linear(8 * 4 * 4, 20)  # of 4×4 places
        self.fc2 = nn.Linear(20, classes)

    def forward(self, input):
        first = F.relu(self.conv1(input))
        # half as large
        half = F.max_pool2d(first, (2, 2))
        x = F.max_pool2d(F.relu(self.conv2(half)), 2)
        x = x.view(-1, 8 * 4 * 4)
        x = F.dropout(F.leaky_relu(self.fc1(x), 0.2), training=self.training)
        return F.log_softmax(self.fc2(x), dim=1)


if __name__ == "__main__":
    print(Digits())
"""
STACK = """class Perceptron(nn.Module):
    def __init__(self, hidden: int = 32, drop: float = 0.1) -> None:
        super().__init__()
        self.flatten = nn.Flatten()
        self.body = nn.Sequential(
            nn.Linear(8*8, hidden),  # wide
            nn.ReLU(inplace=True),
            nn.Dropout(p=drop),
            nn.Linear(hidden, 3)
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.flatten(x)
        logits = self.body(x)
        return logits
"""
CHOICES = '''class Cell(nn.Module):
    """Two convolutions beside a shortcut."""

    def __init__(self, planes_in, planes, stride=1, norm=True, act="relu"):
        super().__init__()
        self.conv1 = nn.Conv2d(planes_in, planes, 3, stride, 1, bias=not norm)
        self.norm1 = nn.BatchNorm2d(planes) if norm else nn.Identity()
        self.conv2 = nn.Conv2d(planes, planes, 3, padding=1)
        self.act = {"relu": nn.ReLU, "tanh": nn.Tanh}[act]()
        self.shortcut = nn.Sequential()
        if stride != 1 or planes_in != planes:
            self.shortcut = nn.Sequential(
                nn.Conv2d(planes_in, planes, 1, stride, bias=False),
                nn.BatchNorm2d(planes),
            )

    def forward(self, x):
        out = self.act(self.norm1(self.conv1(x)))
        out = self.conv2(out)
        out += self.shortcut(x)
        return self.act(out)


class Residual(nn.Module):
    def __init__(self, cell, depths, classes=5):
        super().__init__()
        self.planes = 8
        self.stem = nn.Conv2d(3, 8, 3, padding=1)
        self.stage1 = self._stage(cell, 8, depths[0], 1)
        self.stage2 = self._stage(cell, 16, depths[1], 2, act="tanh")
        self.head = nn.Linear(16, classes)

    def _stage(self, cell, planes, depth, stride, **more):
        layers = []
        for step in [stride] + [1] * (depth - 1):
            layers.append(cell(self.planes, planes, step, **more))
            self.planes = planes
        return nn.Sequential(*layers)

    def forward(self, x):
        out = self.stage2(self.stage1(self.stem(x)))
        out = F.adaptive_avg_pool2d(out, 1)
        out = out.view(out.size(0), -1)
        return self.head(out)


def small():
    return Residual(Cell, [2, 1])
'''
SHAPED = """def double(inner, outer, middle=None):
    if not middle:
        middle = outer
    return nn.Sequential(
        nn.Conv2d(inner, middle, 3, padding=1), nn.ReLU(True),
        nn.Conv2d(middle, outer, 3, padding=1), nn.ReLU(True),
    )


class Up(nn.Module):
    def __init__(self, in_channels, out_channels, bilinear=True):
        super().__init__()
        if bilinear:
            self.up = nn.Upsample(scale_factor=2, mode="bilinear", align_corners=True)
        else:
            self.up = nn.ConvTranspose2d(in_channels // 2, in_channels // 2, 2, stride=2)
        self.conv = nn.Conv2d(in_channels, out_channels, 3, padding=1)

    def forward(self, below, beside):
        x = torch.cat([beside, self.up(below)], dim=1)
        return F.relu(self.conv(x))


class Letters(nn.Module):
    def __init__(self, classes=2, bilinear=False):
        super().__init__()
        factor = 2 if bilinear else 1
        self.inc = double(3, 8)
        self.down = double(8, 16 // factor, middle=12)
        self.pool = nn.MaxPool2d(2)
        self.same = nn.Conv2d(16 // factor, 8, 1)
        self.up = Up(16, 8, bilinear)
        self.out = nn.Conv2d(8, classes, 1)

    def forward(self, x):
        first = self.inc(x)
        below = self.same(self.down(self.pool(first)))
        return self.out(self.up(below, first))
"""
LISTS = """WIDTHS = (12, 16, 8)


class Lists(nn.Module):
    def __init__(self, depth=3, act="relu"):
        super().__init__()
        self.layers = nn.ModuleList()
        for i in range(depth - 1):
            self.layers.append(nn.Linear(WIDTHS[i], WIDTHS[i + 1]))
        self.acts = nn.ModuleDict({"relu": nn.ReLU(), "tanh": nn.Tanh()})
        self.pairs = nn.ModuleList([nn.ModuleList([nn.LayerNorm(8), nn.Linear(8, 8)]) for _ in range(2)])
        for name in ("a", "b"):
            self.add_module(f"head_{name}", nn.Linear(16, len(name) + 1))
        self.act = act

    def encode(self, x):
        kept = []
        for i, layer in enumerate(self.layers):
            x = layer(x)
            if i < len(self.layers) - 1:
                x = self.acts[self.act](x)
            kept.append(x)
        return kept[-1], kept[0]

    def forward(self, x):
        assert x.ndim == 2
        x, first = self.encode(x)
        for norm, linear in self.pairs:
            x = x + linear(norm(x))
        x = torch.cat((x, self.acts["tanh"](self.layers[-1](first))), dim=-1)
        return self.head_a(x), self.head_b(x)
"""
STEPS = """class Layer(nn.Module):
    def __init__(self, dim, heads, ratio=2.0):
        super().__init__()
        self.norm = nn.LayerNorm(dim)
        self.attention = nn.MultiheadAttention(dim, heads, batch_first=True)
        hidden = int(dim * ratio)
        self.mlp = nn.Sequential(nn.Linear(dim, hidden), nn.GELU(), nn.Linear(hidden, dim))

    def forward(self, x):
        y = self.norm(x)
        x = x + self.attention(y, y, y)[0]
        return x + self.mlp(x)


class Words(nn.Module):
    def __init__(self, vocabulary=30, dim=8, depth=2):
        super().__init__()
        self.embed = nn.Embedding(vocabulary, dim)
        self.blocks = nn.ModuleList([Layer(dim, heads=2) for _ in range(depth)])
        self.lstm = nn.LSTM(dim, dim, num_layers=2, bidirectional=True, batch_first=True)
        self.fc = nn.Linear(2 * dim, 4)

    def forward(self, tokens):
        x = self.embed(tokens)
        for block in self.blocks:
            x = block(x)
        x = x.transpose(1, 2).contiguous().transpose(1, 2)
        steps, (hidden, cell) = self.lstm(x)
        return self.fc(torch.cat((hidden[-2, :, :], hidden[-1, :, :]), dim=1)) + self.fc(steps[:, -1, :])
"""
SQUEEZED = """class Squeeze(nn.Module):
    def __init__(self, channels, reduction=4):
        super().__init__()
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Sequential(
            nn.Linear(channels, channels // reduction, bias=False), nn.ReLU(),
            nn.Linear(channels // reduction, channels, bias=False), nn.Sigmoid(),
        )

    def forward(self, x):
        b, c, _, _ = x.size()
        y = self.pool(x).view(b, c)
        y = self.fc(y).view(b, c, 1, 1)
        return x * y.expand_as(x)


class Conv(nn.Module):
    def __init__(self, inner, outer, **more):
        super().__init__()
        self.conv = nn.Conv2d(inner, outer, bias=False, **more)

    def forward(self, x):
        return F.relu(self.conv(x), inplace=True)


class Squeezed(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = Conv(3, 8, kernel_size=3, stride=2)
        self.b = Conv(8, int(math.floor(8 * 1.5)), kernel_size=1)
        self.se = Squeeze(12)

    def forward(self, x):
        x = self.se(self.b(self.a(x)))
        print(x.shape)
        return torch.mean(x, dim=(2, 3)), x.max(dim=1)[0]
"""
EXCHANGED = """class Exchanged(nn.Module):
    def __init__(self):
        super().__init__()
        self.wide = nn.Conv2d(3, 5, 1)
        self.deep = nn.Conv2d(3, 4, 1)

    def forward(self, image):
        pair = (self.wide(image), self.deep(image))
        a, b = pair
        a, b = b, a
        first, (second, third) = torch.tanh(a), (b, torch.relu(a))
        first, second, third = third, first, second
        return torch.cat([first, second, third], 1)
"""
NETWORKS = {
    "exchanged": Written(EXCHANGED, (3, 4, 4)),
    "functions": Written(FUNCTIONS, (1, 28, 28)),
    "stack": Written(STACK, (1, 8, 8)),
    "choices": Written(CHOICES, (3, 8, 8)),
    "shaped": Written(SHAPED, (3, 8, 8)),
    "lists": Written(LISTS, (12,)),
    "steps": Written(STEPS, (6,), True),
    "squeezed": Written(SQUEEZED, (3, 9, 9)),
}
