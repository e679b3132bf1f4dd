"""Attention written out: query, key and value, the scores, their softmax, and the weighted sums."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from models.byhand.functions import Call, greatest, mean, root, softmax
from models.byhand.pen import NotWrittenError, Page, Place, low
from models.byhand.terms import Leaf, Term, constant, total
from models.byhand.written.reading import has_weight, shape_of, source_of, sources, weight_of
from models.byhand.written.registry import PORT_WRITERS, writes
from models.layers.attention import MultiheadAttention, TransformerEncoderLayer

Read = Callable[[int, int], Term]
"""A number of a sequence by step and feature."""
DRAWS = "Its dropout draws inside torch. Set it to 0 to see the steps."


@dataclass(frozen=True)
class Heads:
    """Attention of one row: ``sequences`` are query, key and value, ``lengths`` their steps and ``widths`` features."""

    page: Page
    id: str
    row: int
    count: int
    sequences: tuple[Read, Read, Read]
    lengths: tuple[int, int, int]
    widths: tuple[int, int, int]
    owner: str = ""
    """What the weights' names begin with."""
    learned_step: bool = False
    zero_step: bool = False

    @property
    def width(self) -> int:
        """Features of a head."""
        return self.widths[0] // self.count

    @property
    def seen(self) -> int:
        """Steps that are attended to."""
        return self.lengths[1] + self.learned_step + self.zero_step

    def step(self, letter: str, place: Place, make: Callable[[], Term]) -> Leaf:
        """A step of this row."""
        row = self.page.value(self.id, (self.row, 0, 0)).name.partition("⁽")
        name = f"{letter}{low(*place)}{row[1]}{row[2]}"
        return self.page.step("/".join(map(str, (self.id, letter, self.row, *place))), name, make)

    def weight(self, own: str, place: Place) -> list[Term]:
        """A weight, where the layer has it."""
        if not has_weight(self.page, self.id, f"{self.owner}{own}"):
            return []
        return [weight_of(self.page, self.id, f"{self.owner}{own}", place)]

    def projected(self, which: int, time: int, feature: int) -> Term:
        """A number of the queries, keys or values; of the steps that are added to these as well."""
        width = self.widths[0]
        if which and time >= self.lengths[which]:
            if self.learned_step and time == self.lengths[which]:
                return self.weight(("", "bias_k", "bias_v")[which], (0, 0, feature))[0]
            return constant(0.0)

        def make() -> Term:
            joint = self.weight("in_proj_weight", (0, 0))
            name = "in_proj_weight" if joint else f"{'qkv'[which]}_proj_weight"
            place = which * width + feature if joint else feature
            given, features = self.sequences[which], range(self.widths[which])
            products = [self.weight(name, (place, j))[0] * given(time, j) for j in features]
            return total([*products, *self.weight("in_proj_bias", (which * width + feature,))])

        return self.step("qkv"[which], (time, feature), make)

    def score(self, head: int, time: int, other: int) -> Leaf:
        """How much a step of the query goes with one of the key: q·k/√d."""
        features = range(head * self.width, (head + 1) * self.width)
        return self.step(
            "s",
            self._place(head, time, other),
            lambda: (
                total(self.projected(0, time, j) * self.projected(1, other, j) for j in features)
                / root(constant(self.width))
            ),
        )

    def share(self, head: int, time: int, other: int) -> Leaf:
        """The softmax of the scores of one step of the query."""

        def make() -> Term:
            scores = [self.score(head, time, each) for each in range(self.seen)]
            highest = max(score.value for score in scores)
            powers = [math.exp(score.value - highest) for score in scores]
            names = [f"a{low(*self._place(head, time, each))}" for each in range(self.seen)]
            among = [Leaf(name, power / sum(powers)) for name, power in zip(names, powers, strict=True)]
            return softmax(scores, other, among)

        return self.step("a", self._place(head, time, other), make)

    def gathered(self, time: int, feature: int) -> Leaf:
        """The weighted sum of the values."""
        head = feature // self.width
        return self.step(
            "o",
            (time, feature),
            lambda: total(self.share(head, time, u) * self.projected(2, u, feature) for u in range(self.seen)),
        )

    def answer(self, time: int, feature: int) -> Term:
        """A number behind the last projection."""
        products = [
            self.weight("out_proj.weight", (feature, j))[0] * self.gathered(time, j) for j in range(self.widths[0])
        ]
        return total([*products, *self.weight("out_proj.bias", (feature,))])

    def _place(self, head: int, time: int, other: int) -> Place:
        return (head, time, other) if self.count > 1 else (time, other)


def _heads(page: Page, id: str, layer: MultiheadAttention, row: int) -> Heads:
    if layer.dropout and page.trains:
        raise NotWrittenError(DRAWS)
    found = sources(page, id)
    query, key = found[0], found[1] if len(found) > 1 else found[0]
    three = (query, key, found[2] if len(found) > 2 else key)

    def reader(source: str) -> Read:
        return lambda time, feature: page.value(source, (row, time, feature))

    shapes = [shape_of(page, source) for source in three]
    lengths, widths = ((shapes[0][k], shapes[1][k], shapes[2][k]) for k in (1, 2))
    readers = (reader(three[0]), reader(three[1]), reader(three[2]))
    return Heads(page, id, row, layer.num_heads, readers, lengths, widths, "", layer.add_bias_kv, layer.add_zero_attn)


@writes(MultiheadAttention)
def _attention(page: Page, id: str, layer: MultiheadAttention, place: Place) -> Term:
    row, time, feature = place
    return _heads(page, id, layer, row).answer(time, feature)


def _shares(page: Page, id: str, layer: MultiheadAttention, _port: str, place: Place) -> Term:
    """The weights that are given away: the mean over the heads."""
    row, time, other = place
    heads = _heads(page, id, layer, row)
    return mean(heads.share(head, time, other) for head in range(layer.num_heads))


PORT_WRITERS[MultiheadAttention] = _shares


@dataclass(frozen=True)
class Encoder:
    """A transformer's encoder layer for one row."""

    page: Page
    id: str
    layer: TransformerEncoderLayer
    row: int

    def given(self, time: int, feature: int) -> Term:
        """What comes in."""
        return self.page.value(source_of(self.page, self.id), (self.row, time, feature))

    def heads(self, read: Read) -> Heads:
        """Self-attention to what is read."""
        _, steps, width = shape_of(self.page, self.id)
        three, each = (read, read, read), (width, width, width)
        return Heads(self.page, self.id, self.row, self.layer.nhead, three, (steps,) * 3, each, "self_attn.")

    def step(self, letter: str, place: Place, make: Callable[[], Term]) -> Leaf:
        """A step of this row."""
        return self.heads(self.given).step(letter, place, make)

    def normed(self, which: int, letter: str, read: Read) -> Read:
        """LayerNorm of what is read."""
        among = range(shape_of(self.page, self.id)[2])
        eps = constant(self.layer.layer_norm_eps, "ε")

        def at(time: int, feature: int) -> Term:
            def make() -> Term:
                middle = self.step(f"μ{letter}", (time,), lambda: mean(read(time, j) for j in among))
                spread = self.step(f"σ²{letter}", (time,), lambda: mean((read(time, j) - middle) ** 2 for j in among))
                unit = (read(time, feature) - middle) / root(spread + eps)
                scaled = self.weight(f"norm{which}.weight", (feature,))[0] * unit
                return total([scaled, *self.weight(f"norm{which}.bias", (feature,))])

            return self.step(letter, (time, feature), make)

        return at

    def weight(self, own: str, place: Place) -> list[Term]:
        """A weight, where the layer has it."""
        return [weight_of(self.page, self.id, own, place)] if has_weight(self.page, self.id, own) else []

    def fed_forward(self, read: Read) -> Read:
        """Two Linear layers with a bend between them."""
        width = shape_of(self.page, self.id)[2]

        def inner(time: int, unit: int) -> Leaf:
            def summed() -> Term:
                products = [self.weight("linear1.weight", (unit, j))[0] * read(time, j) for j in range(width)]
                return total([*products, *self.weight("linear1.bias", (unit,))])

            def bent() -> Term:
                z = self.step("z", (time, unit), summed)
                return greatest(0, z) if self.layer.activation == "relu" else z * Call("Φ", z)

            return self.step("u", (time, unit), bent)

        def at(time: int, feature: int) -> Term:
            units = range(self.layer.dim_feedforward)
            products = [self.weight("linear2.weight", (feature, j))[0] * inner(time, j) for j in units]
            return total([*products, *self.weight("linear2.bias", (feature,))])

        return at

    def kept(self, letter: str, read: Read, more: Read) -> Read:
        """A skip connection, as a step."""
        return lambda time, feature: self.step(
            letter, (time, feature), lambda: total([read(time, feature), more(time, feature)])
        )

    def answer(self, time: int, feature: int) -> Term:
        """A number that the layer gives."""
        if self.layer.norm_first:
            first = self.kept("r", self.given, self.heads(self.normed(1, "x̂", self.given)).answer)
            return self.kept("w", first, self.fed_forward(self.normed(2, "y", first)))(time, feature)
        first = self.normed(1, "x̂", self.kept("r", self.given, self.heads(self.given).answer))
        return self.normed(2, "y", self.kept("w", first, self.fed_forward(first)))(time, feature)


@writes(TransformerEncoderLayer)
def _encoder(page: Page, id: str, layer: TransformerEncoderLayer, place: Place) -> Term:
    if layer.dropout and page.trains:
        raise NotWrittenError(DRAWS)
    row, time, feature = place
    return Encoder(page, id, layer, row).answer(time, feature)
