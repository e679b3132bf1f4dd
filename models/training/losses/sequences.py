"""A loss of sequences whose places in the outputs nobody has marked."""

from __future__ import annotations

from collections.abc import Sequence

from models.basics.text import Shape, times
from models.specs.fields import Bool
from models.training.losses.base import DOCS, LOSSES, Loss, Tensor


@LOSSES.register
class CTCLoss(Loss):
    """−ln of the probability that the outputs read as the target, by any way, over its length, averaged.

    Graves et al. 2006: of each step the likeliest class is read, repeats as one, blanks left out. Class 0 is the blank,
    and fills up targets that are shorter than others.
    """

    title = "Connectionist temporal classification"
    synonyms = ("ctc", "speech", "handwriting", "alignment", "transcription", "ocr", "sequence")
    help = (
        "For sequences of classes in more steps than they are long, such as speech and handwriting. Class 0 is the "
        "blank, and fills up short targets. Takes raw scores, classes × steps."
    )
    url = DOCS + "torch.nn.CTCLoss.html"
    targets = "classes"
    answers = "sequence"
    applies = "softmax"
    module = "CTCLoss"
    waits = True
    zero_infinity = Bool(True, advanced=True, help="Targets too long for the steps count 0, and do not end the run.")

    def arguments(self) -> dict[str, object]:
        return self.settings(all_fields=True)

    def outputs_for(self, classes: int | None, target_shape: Shape) -> Shape:
        return (classes or 2, 2 * (target_shape or (1,))[0])

    def nearest(self, gives: Shape, classes: int | None, target_shape: Shape) -> Shape:
        usual = self.outputs_for(classes, target_shape)
        return (usual[0], gives[1]) if len(gives) == 2 and gives[1] >= target_shape[0] else usual

    def refusal(self, classes: Sequence[str] | None, target_shape: Shape) -> tuple[str, str]:
        if len(target_shape) != 1:
            return "CTC reads sequences of classes, which the data does not have.", "CrossEntropyLoss"
        if classes and classes[0] != "0":
            return "CTC takes class 0 as its blank, and no target has one. Let one end in 0.", ""
        return "", ""

    def mismatch(self, shape: Shape, classes: int | None, target_shape: Shape) -> str:
        if len(target_shape) != 1:
            return ""
        wanted = (classes or 2, target_shape[0])
        if len(shape) == 2 and shape[0] == wanted[0] and shape[1] >= wanted[1]:
            return ""
        return f"CTC asks for {times(wanted)} outputs or more steps, but the network gives {times(shape)}."

    @staticmethod
    def reading(outputs: Tensor) -> Tensor:
        """Scores of what is read, one place behind the other; behind the end the blank."""
        best = outputs.argmax(1)
        heard = (best > 0) & (best != best.roll(1, 1))
        heard[:, :1] = best[:, :1] > 0
        order = heard.logical_not().int().argsort(dim=1, stable=True)
        scores = outputs.gather(2, order.unsqueeze(1).expand_as(outputs))
        rest = heard.logical_not().gather(1, order)
        scores = scores.masked_fill(rest.unsqueeze(1), 0)
        scores[:, 0] += 80 * rest
        return scores
