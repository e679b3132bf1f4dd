"""Noise while training that no module of PyTorch makes: whole examples left out, and numbers added."""

from __future__ import annotations

from models.kinds.layer import LAYERS, Layer, TensorType, call
from models.specs.fields import Float


@LAYERS.register
class DropPath(Layer):
    """Stochastic depth (Huang et al. 2016): of some examples everything is 0."""

    family = "Regularization"
    keeps_shape = True
    keeps_values = True
    is_module = False
    title = "Stochastic depth"
    url = "https://docs.pytorch.org/docs/stable/generated/torch.nn.Dropout.html"
    synonyms = ("drop branch", "ConvNeXt", "regularization", "regularisation")
    help = (
        "Sets for some examples everything to 0 while training and scales up the others. At the end of a residual "
        "branch it leaves that branch out, so that the network is of another depth each time. Off after training."
    )
    p = Float(0.1, minimum=0.0, maximum=1.0, label="Probability", help="Share of examples that skip the branch.")

    @property
    def draws(self) -> bool:
        return self.p > 0

    def module(self, inputs: tuple[TensorType, ...]) -> str:
        return call("nn.Dropout", p=self.p)

    def lines(
        self, name: str, arguments: tuple[str, ...], targets: tuple[str, ...], inputs: tuple[TensorType, ...]
    ) -> tuple[str, ...]:
        x, ones = arguments[0], ", :1" * len(inputs[0].shape)
        first = f"{x}[:{ones}]" if ones else x
        return (
            f"_kept = torch.ones_like({first})",
            f"_kept = {name}(_kept)",
            f"{targets[0]} = {x} * _kept",
        )

    def summary(self) -> str:
        return f"p {self.p:.4g}"


@LAYERS.register
class GaussianNoise(Layer):
    """x + N(0, std²) while training."""

    family = "Regularization"
    keeps_shape = True
    keeps_values = True
    is_module = False
    title = "Gaussian noise"
    url = "https://docs.pytorch.org/docs/stable/generated/torch.randn_like.html"
    synonyms = ("jitter", "denoising", "regularization", "regularisation")
    help = (
        "Adds normally distributed numbers while training, so that the network cannot lean on exact values: a mild "
        "regularization, and what a denoising autoencoder takes away again. Off after training."
    )
    std = Float(0.1, minimum=0.0, label="Standard deviation", help="How large the noise is.")

    @property
    def draws(self) -> bool:
        return True

    def module(self, inputs: tuple[TensorType, ...]) -> str:
        return "nn.Identity()"

    def lines(
        self, name: str, arguments: tuple[str, ...], targets: tuple[str, ...], inputs: tuple[TensorType, ...]
    ) -> tuple[str, ...]:
        return (
            f"_noise = torch.randn_like({arguments[0]})",
            f"_noise = torch.mul(_noise, {self.std!r} * {name}.training)",
            f"{targets[0]} = {arguments[0]} + _noise",
        )

    def summary(self) -> str:
        return f"std {self.std:.4g}"
