"""Everything that shapes a run of pair training, resolved: no `None` means "what the recipe says".

One frozen tree, written into the run's folder and its checkpoints; its leaves are what `--set`
names: `optim.lr`, `weighting.shape`, `projector.out`, `temperature` of the method's constants.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from augscore.methods.record import Constants, Head

OptimizerName = Literal["sgd", "adam", "adamw", "lars"]
ScheduleName = Literal["cosine", "steps", "constant"]
WeightingKind = Literal[
    "none", "score", "scorecl", "uniform", "permuted", "inverted", "pixel", "parameter"
]
Reading = Literal["gap", "multi-gap", "strength", "strength-between"]
Shape = Literal["abs", "floor", "sqrt", "rank", "softmax"]
Precision = Literal["float32", "bf16", "fp16"]


@dataclass(frozen=True, kw_only=True)
class OptimConfig:
    """`lr` is that of a batch of 256, scaled linearly with the batch where `scale_lr`.

    warmup_epochs       linear from 0; `warmup_steps`, where not 0, stands in for it
    milestones          epochs before the end at which `steps` multiplies the rate by `gamma`
    trust_coefficient, trust_clip   of LARS: c of c·|w|/|g|; whether lr·c is at most 1
    clip_norm           of the gradient of all parameters; 0 for none
    accumulate          batches whose gradients are summed for one step
    fixed_predictor_lr  whether the predictor keeps the peak rate
    """

    name: OptimizerName = "sgd"
    lr: float = 0.06
    scale_lr: bool = True
    momentum: float = 0.9
    weight_decay: float = 5e-4
    schedule: ScheduleName = "cosine"
    warmup_epochs: float = 10.0
    warmup_steps: int = 0
    milestones: tuple[float, ...] = ()
    gamma: float = 0.2
    trust_coefficient: float = 0.001
    trust_clip: bool = False
    clip_norm: float = 0.0
    accumulate: int = 1
    fixed_predictor_lr: bool = False


@dataclass(frozen=True, kw_only=True)
class WeightingConfig:
    """How pairs are weighted.

    kind        `score` and its relatives; `scorecl` is |S − S'| of the paper at mean 1
    reading     what of the views is compared: score gap at `sigma`, over the model's σ, the
                difference of the views' strengths, or the strength between them
    shape       gap → weight; `amplitude` its reach, `sign` +1 for more weight to larger gaps
    clip        largest weight, 0 for none
    warmup_epochs   the weights grow from 1 over so many epochs
    decay_epochs    and return to 1 over the last so many
    """

    kind: WeightingKind = "none"
    reading: Reading = "gap"
    sigma: float = 0.1
    shape: Shape = "rank"
    amplitude: float = 0.5
    sign: float = 1.0
    clip: float = 0.0
    warmup_epochs: float = 0.0
    decay_epochs: float = 0.0


@dataclass(frozen=True, kw_only=True)
class TrainConfig:
    """A run of one method. `size` in px; `policy` a preset's name or the text of a policy file."""

    method: str
    constants: Constants
    projector: Head
    predictor: Head | None
    policy: str
    views: int
    size: int
    arch: str
    epochs: int
    steps: int
    batch_size: int
    seed: int
    precision: Precision
    channels_last: bool = True
    compile: bool = False
    optim: OptimConfig = field(default_factory=OptimConfig)
    weighting: WeightingConfig = field(default_factory=WeightingConfig)
