"""From a file of PyTorch code to a document, beside importing torch, building the network and one pass of it.

    python benchmarks/importing.py [turns]

ResNet-50, ViT-B and ten thousand modules, written in plain `torch.nn`. Each turn starts processes one after the other,
so that a busy machine slows all: one that imports torch, builds the network and answers two examples, and the import,
whose clock is stopped when the document is there and when outputs were compared. Prints medians of seconds and ratios.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
# As an installed program: compiled once, whatever the caller's environment says, and beside the sources: the process
# that runs a file may read nothing else, so that with a prefix it would compile all of torch each time.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
os.environ.pop("PYTHONPYCACHEPREFIX", None)

from models.storage import files
from studio.running.importing import Ask, import_file

RESNET = """
import torch
from torch import nn

class Bottleneck(nn.Module):
    def __init__(self, given, width, stride):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(given, width, 1, bias=False), nn.BatchNorm2d(width)
        self.conv2, self.bn2 = nn.Conv2d(width, width, 3, stride, 1, bias=False), nn.BatchNorm2d(width)
        self.conv3, self.bn3 = nn.Conv2d(width, 4 * width, 1, bias=False), nn.BatchNorm2d(4 * width)
        self.relu, self.skip = nn.ReLU(inplace=True), None
        if stride > 1 or given != 4 * width:
            self.skip = nn.Sequential(nn.Conv2d(given, 4 * width, 1, stride, bias=False), nn.BatchNorm2d(4 * width))
    def forward(self, x):
        y = self.relu(self.bn1(self.conv1(x)))
        y = self.bn3(self.conv3(self.relu(self.bn2(self.conv2(y)))))
        return self.relu(y + (self.skip(x) if self.skip is not None else x))

class ResNet50(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, 64, 7, 2, 3, bias=False), nn.BatchNorm2d(64), nn.ReLU(),
                                  nn.MaxPool2d(3, 2, 1))
        blocks, given = [], 64
        for stage, (width, count) in enumerate(((64, 3), (128, 4), (256, 6), (512, 3))):
            for number in range(count):
                blocks.append(Bottleneck(given, width, 2 if stage and not number else 1))
                given = 4 * width
        self.blocks = nn.Sequential(*blocks)
        self.pool, self.head = nn.AdaptiveAvgPool2d(1), nn.Linear(2048, 1000)
    def forward(self, x):
        return self.head(torch.flatten(self.pool(self.blocks(self.stem(x))), 1))

def net():
    return ResNet50()
"""
VIT = """
import torch
from torch import nn

class Layer(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.attend = nn.MultiheadAttention(width, heads, batch_first=True)
        self.mlp = nn.Sequential(nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width))
    def forward(self, x):
        y = self.norm1(x)
        x = x + self.attend(y, y, y, need_weights=False)[0]
        return x + self.mlp(self.norm2(x))

class ViTB(nn.Module):
    def __init__(self, width=768):
        super().__init__()
        self.patches = nn.Conv2d(3, width, 16, 16)
        self.token = nn.Parameter(torch.zeros(1, 1, width))
        self.places = nn.Parameter(torch.randn(1, 197, width) * 0.02)
        self.layers = nn.Sequential(*(Layer(width, 12) for _ in range(12)))
        self.norm, self.head = nn.LayerNorm(width), nn.Linear(width, 1000)
    def forward(self, x):
        x = self.patches(x).flatten(2).transpose(1, 2)
        x = torch.cat([self.token.expand(x.shape[0], -1, -1), x], dim=1) + self.places
        return self.head(self.norm(self.layers(x))[:, 0])

def net():
    return ViTB()
"""
MANY = """
from torch import nn

class Pair(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc, self.act = nn.Linear(8, 8), nn.Tanh()
    def forward(self, x):
        return self.act(self.fc(x)) + x

def net():
    return nn.Sequential(*(Pair() for _ in range(3_333)))
"""
PLAIN = """
import sys
sys.path.insert(0, sys.argv[1])
import torch, network
with torch.no_grad():
    network.net().eval()(torch.randn(2, *map(int, sys.argv[2].split("x"))))
"""
NETWORKS = {"ResNet-50": (RESNET, (3, 224, 224)), "ViT-B": (VIT, (3, 224, 224)), "10,000 modules": (MANY, (8,))}


def plain(folder: Path, shape: tuple[int, ...]) -> float:
    """Seconds for torch, the network and two examples."""
    start = time.monotonic()
    subprocess.run([sys.executable, "-c", PLAIN, str(folder), "x".join(map(str, shape))], check=True)
    return time.monotonic() - start


def imported(folder: Path, shape: tuple[int, ...]) -> tuple[float, float]:
    """Seconds until the document and its weights are written, and until outputs were compared."""
    start = time.monotonic()
    outcome = import_file(Ask(folder / "network.py", [("", shape, "float")], "net", seconds=600))
    try:
        outcome.keep_weights(folder / "network.netloom")
        files.write(outcome.document, folder / "network.netloom")
        there = time.monotonic() - start
        outcome.compare()
        if not outcome.report.is_exact:
            raise SystemExit(outcome.report.as_text())
    finally:
        outcome.close()
    return there, time.monotonic() - start


def main(turns: int) -> None:
    """Print a line for each network."""
    for name, (source, shape) in NETWORKS.items():
        with tempfile.TemporaryDirectory() as place:
            folder = Path(place)
            (folder / "network.py").write_text(source, encoding="utf-8")
            taken = [(plain(folder, shape), *imported(folder, shape)) for _ in range(turns)]
        base, there, compared = (median(column) for column in zip(*taken, strict=True))
        ratios = [median(row[place] / row[0] for row in taken) for place in (1, 2)]
        print(f"{name}: torch, building and a pass {base:.2f} s; document {there:.2f} s ({ratios[0]:.2f} times), "
              f"compared {compared:.2f} s ({ratios[1]:.2f} times)", flush=True)  # fmt: skip


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3)
