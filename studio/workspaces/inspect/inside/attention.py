"""Which steps of a sample each step looks at, head by head."""

from __future__ import annotations

from studio.controllers.asking.probing import Probing
from studio.runs.probes.answer import Answer
from studio.workspaces.inspect.inside.view import Choices, View
from studio.workspaces.inspect.subject import About
from widgets.inspection.inside.attention import AttentionPage


class AttentionView(View):
    """The weights of one layer that attends."""

    name, title, of_sample = "attention", "Attention", True

    def __init__(self, probing: Probing) -> None:
        super().__init__(probing)
        self.page = AttentionPage()
        self.column.addWidget(self.page)
        self.page.described.connect(self.say)

    def suits(self, about: About) -> bool:
        return bool(about.attends)

    def layers(self, about: About) -> Choices:
        return [(name, name) for name in about.attends]

    def ask(self, layer: str) -> None:
        self.request("attention", self._show, sample=self.sample, layer=layer)

    def _show(self, answer: Answer) -> None:
        weights = answer.arrays["weights"]
        _, looking, seen = weights.shape
        self.page.show_attention(weights, (_names(answer, looking), _names(answer, seen)))
        heads, all_looking, all_seen = answer.facts["shape"]
        if (all_looking, all_seen) != (looking, seen) or heads != len(weights):
            self.say(f"the first {len(weights)} of {heads} heads and {looking} of {all_looking:,} steps")
        else:
            self.say(self.page.describe())


def _names(answer: Answer, steps: int) -> list[str]:
    """What the steps are called: as the tokens of the sample where there is one for each, else by their number."""
    tokens = answer.arrays.get("tokens")
    if tokens is not None and len(tokens) >= steps:
        return [f"{token} ({step + 1})" for step, token in enumerate(tokens[:steps].tolist())]
    return [str(step + 1) for step in range(steps)]
