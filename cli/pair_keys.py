"""The settings of pair training by name: what shapes a run beyond the options everybody needs.

Each is an option, so that flags, files, the environment and `--set` reach it alike. A test holds
the table to the fields of the library's configuration.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import click

if TYPE_CHECKING:
    _NumbersBase = click.ParamType[tuple[float, ...]]
else:
    _NumbersBase = click.ParamType

Kind = Literal["number", "whole", "yes", "word", "numbers"]


@dataclass(frozen=True)
class Key:
    """`name` as in the configuration; `words`: what a `word` may be."""

    name: str
    kind: Kind
    help: str
    words: tuple[str, ...] = ()

    @property
    def parameter(self) -> str:
        """An identifier of its own, whatever other options are called."""
        return f"set_{self.name.replace('.', '_')}"

    def option(self) -> click.Option:
        return click.Option(
            [self.parameter, f"--{option_name(self.name)}"],
            type=_type(self),
            metavar="NAME" if len("|".join(self.words)) > _WIDEST else _METAVARS.get(self.kind),
            help=self.help,
        )


def option_name(name: str) -> str:
    """As it is written after `--` or `--set`."""
    return name.replace("_", "-")


class Numbers(_NumbersBase):
    """Numbers with commas between them."""

    name = "numbers"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[float, ...]:
        if isinstance(value, tuple):
            return value
        try:
            return tuple(float(part) for part in str(value).split(","))
        except ValueError:
            self.fail(f"{value!r} is not numbers with commas between them", param, ctx)


_WIDEST = 50
_METAVARS = {"number": "X", "whole": "N", "yes": "BOOL", "numbers": "X,X,..."}


def _type(key: Key) -> click.ParamType[Any] | None:
    if key.kind == "word" and key.words:
        return click.Choice(key.words)
    kinds: dict[str, click.ParamType[Any]] = {
        "number": click.FLOAT,
        "whole": click.INT,
        "yes": click.BOOL,
        "numbers": Numbers(),
    }
    return kinds.get(key.kind, click.STRING)


WEIGHTINGS = (
    "none",
    "score",
    "scorecl",
    "uniform",
    "permuted",
    "inverted",
    "pixel",
    "parameter",
)


def keys_of(method: str) -> Sequence[Key]:
    """All keys that a method's run has."""
    predictor = _head("predictor") if method in _WITH_PREDICTOR else ()
    return (*_CONSTANTS[method], *_OPTIM, *_WEIGHTING, *_head("projector"), *predictor, *_NETWORK)


def shared_keys() -> Sequence[Key]:
    """Those that every method has and that shape its weights or its steps."""
    return (*_OPTIM, *(key for key in _WEIGHTING if key.name != "weighting.kind"))


def _head(name: str) -> tuple[Key, ...]:
    return (
        Key(f"{name}.hidden", "whole", f"Width of the {name}'s hidden layers."),
        Key(f"{name}.out", "whole", f"Width of the {name}'s output."),
        Key(f"{name}.layers", "whole", f"Linear layers of the {name}."),
        Key(f"{name}.norm_hidden", "yes", f"Batch norm in the {name}'s hidden layers."),
        Key(f"{name}.norm_out", "yes", f"Batch norm behind the {name}."),
        Key(f"{name}.affine_out", "yes", "Whether that one has parameters."),
    )


_OPTIM = (
    Key("optim.name", "word", "Optimiser.", ("sgd", "adam", "adamw", "lars")),
    Key("optim.lr", "number", "Peak learning rate, of a batch of 256."),
    Key("optim.scale_lr", "yes", "Scale it with the batch size."),
    Key("optim.momentum", "number", "Momentum; beta1 of Adam."),
    Key("optim.weight_decay", "number", "Weight decay."),
    Key("optim.schedule", "word", "Of the rate.", ("cosine", "steps", "constant")),
    Key("optim.warmup_epochs", "number", "Linear warm-up."),
    Key("optim.warmup_steps", "whole", "Stands in for warmup-epochs, where not 0."),
    Key("optim.milestones", "numbers", "Epochs before the end at which the rate drops."),
    Key("optim.gamma", "number", "Factor of a drop."),
    Key("optim.trust_coefficient", "number", "Of LARS."),
    Key("optim.trust_clip", "yes", "Clip the rate of LARS."),
    Key("optim.clip_norm", "number", "Largest norm of the gradient; 0: any."),
    Key("optim.accumulate", "whole", "Batches summed for one step."),
    Key("optim.fixed_predictor_lr", "yes", "Keep the predictor's rate at the peak."),
)

_WEIGHTING = (
    Key("weighting.kind", "word", "As --weighting, for files.", WEIGHTINGS),
    Key(
        "weighting.reading",
        "word",
        "What of two views is compared.",
        ("gap", "multi-gap", "strength", "strength-between"),
    ),
    Key("weighting.sigma", "number", "Noise sd at which scores are taken."),
    Key(
        "weighting.shape",
        "word",
        "From gap to weight.",
        ("abs", "floor", "sqrt", "rank", "softmax"),
    ),
    Key("weighting.amplitude", "number", "How far weights reach from 1."),
    Key("weighting.sign", "number", "1: more for larger gaps; -1: less."),
    Key("weighting.clip", "number", "Largest weight; 0: any."),
    Key("weighting.warmup_epochs", "number", "Weights grow from 1 over so many epochs."),
    Key("weighting.decay_epochs", "number", "And return to 1 over the last so many."),
)

_NETWORK = (
    Key("channels_last", "yes", "Memory layout of images."),
    Key("compile", "yes", "torch.compile the networks."),
)

_TARGET = (
    Key("momentum", "number", "Of the momentum copy, at the start."),
    Key("momentum_end", "number", "Of the momentum copy, at the end."),
    Key("queue_size", "whole", "Keys kept; 0: the batch's others."),
    Key("symmetric", "yes", "Each view is the query once."),
    Key("temperature", "number", "Softmax temperature."),
)

_CONSTANTS: dict[str, tuple[Key, ...]] = {
    "simclr": (
        Key("temperature", "number", "Softmax temperature."),
        Key("where", "word", "What weights touch.", ("term", "similarity")),
    ),
    "simsiam": (),
    "wmse": (
        Key("slice_size", "whole", "Rows whitened together."),
        Key("eps", "number", "Shrinkage of the covariance."),
        Key("iterations", "whole", "Random slicings a step."),
    ),
    "vicreg": (
        Key("inv", "number", "Weight of the invariance term."),
        Key("var", "number", "Weight of the variance term."),
        Key("cov", "number", "Weight of the covariance term."),
        Key("gamma", "number", "Standard deviation aimed at."),
        Key("eps", "number", "Added to variances."),
        Key("variance_average", "yes", "Average the views' variance terms, not sum."),
    ),
    "moco": _TARGET,
    "ressl": (*_TARGET, Key("target_temperature", "number", "Of the targets.")),
    "sce": (
        *_TARGET,
        Key("target_temperature", "number", "Of the targets."),
        Key("coefficient", "number", "Share of the positive, 0 to 1."),
        Key("positive_slot", "word", "Its own target logit.", ("masked", "official")),
        Key("weight_on", "word", "What weights touch.", ("all", "positive")),
    ),
}

METHODS = tuple(_CONSTANTS)
_WITH_PREDICTOR = frozenset(["simsiam", "sce"])
