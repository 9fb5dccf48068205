"""ImageNet-100: ResNet-18, 224 px. Batches are those of all devices together."""

from __future__ import annotations

from augscore.methods.moco import MocoConstants
from augscore.methods.record import Head
from augscore.methods.ressl import ResslConstants
from augscore.methods.sce import SceConstants
from augscore.methods.simclr import SimclrConstants
from augscore.methods.simsiam import SimsiamConstants
from augscore.methods.vicreg import VicregConstants
from augscore.methods.wmse import WmseConstants
from augscore.training.config import OptimConfig
from augscore.training.recipes.defaults import Defaults

NAME = "imagenet100"
_SIZE = 224
_SOLO = "vturrisi/solo-learn scripts/pretrain/imagenet-100"
_SOLO_LARS = OptimConfig(
    name="lars", lr=0.3, weight_decay=1e-4, trust_coefficient=0.02, trust_clip=True
)

_SIMCLR = Defaults(
    method="simclr",
    recipe=NAME,
    size=_SIZE,
    epochs=400,
    batch_size=256,
    policy="simclr",
    constants=SimclrConstants(temperature=0.2),
    projector=Head(4096, 512, norm_hidden=False),
    optim=_SOLO_LARS,
    source=f"{_SOLO}/simclr.yaml",
)

_SIMSIAM = Defaults(
    method="simsiam",
    recipe=NAME,
    size=_SIZE,
    epochs=400,
    batch_size=256,
    policy="byol",
    constants=SimsiamConstants(),
    projector=Head(2048, 2048, layers=3, norm_out=True, affine_out=False),
    predictor=Head(512, 2048),
    optim=OptimConfig(name="sgd", lr=0.5, weight_decay=1e-5, fixed_predictor_lr=True),
    source=f"{_SOLO}/simsiam.yaml, asymmetric views",
)

_WMSE = Defaults(
    method="wmse",
    recipe=NAME,
    size=_SIZE,
    epochs=240,
    batch_size=512,
    policy="simclr",
    constants=WmseConstants(slice_size=256),
    projector=Head(1024, 128),
    optim=OptimConfig(
        name="adam",
        lr=2e-3,
        scale_lr=False,
        weight_decay=1e-6,
        schedule="steps",
        warmup_steps=500,
        milestones=(50.0, 25.0),
        gamma=0.2,
    ),
    source="htdt/self-supervised README (ImageNet-100, W-MSE 2) and cfg.py; the simclr policy has "
    "its operations, in another order",
)

_VICREG = Defaults(
    method="vicreg",
    recipe=NAME,
    size=_SIZE,
    epochs=400,
    batch_size=256,
    policy="vicreg-sym",
    constants=VicregConstants(variance_average=False),
    projector=Head(2048, 2048, layers=3),
    optim=_SOLO_LARS,
    source=f"{_SOLO}/vicreg.yaml, which sums the variance terms of the views where the authors' "
    "code takes their mean; its crops begin at 0.2, where vicreg-sym has 0.08",
)

_MOCO = Defaults(
    method="moco",
    recipe=NAME,
    size=_SIZE,
    epochs=400,
    batch_size=256,
    policy="moco-v2",
    constants=MocoConstants(
        momentum=0.99, momentum_end=0.999, queue_size=65536, symmetric=True, temperature=0.2
    ),
    projector=Head(2048, 256, norm_hidden=False),
    optim=OptimConfig(name="sgd", lr=0.3, weight_decay=1e-4),
    source=f"{_SOLO}/mocov2plus.yaml; its crops begin at 0.08, where moco-v2 has 0.2, and each "
    "view has a queue of its own there",
)

_RESSL = Defaults(
    method="ressl",
    recipe=NAME,
    size=_SIZE,
    epochs=400,
    batch_size=256,
    policy="sce",
    constants=ResslConstants(momentum=0.99, momentum_end=1.0, queue_size=65536),
    projector=Head(4096, 256, norm_hidden=False),
    optim=OptimConfig(name="sgd", lr=0.3, weight_decay=1e-4),
    source=f"{_SOLO}/ressl.yaml; its crops begin at 0.08, where sce has 0.2",
)

_SCE = Defaults(
    method="sce",
    recipe=NAME,
    size=_SIZE,
    epochs=400,
    batch_size=256,
    policy="byol",
    constants=SceConstants(
        momentum=0.99,
        momentum_end=1.0,
        queue_size=65536,
        symmetric=True,
        target_temperature=0.07,
    ),
    projector=Head(2048, 256, layers=3, norm_out=True, affine_out=False),
    predictor=Head(4096, 256),
    optim=OptimConfig(name="lars", lr=0.3, weight_decay=1e-6),
    source="Carried over from ImageNet-1k: CEA-LIST/SCE resnet50_imagenet.yaml (views of MoCo "
    "v3, temperatures, momentum, heads, LARS); epochs and batch are those of the other recipes of "
    "this data set",
)

IMAGENET100: tuple[Defaults, ...] = (_SIMCLR, _SIMSIAM, _WMSE, _VICREG, _MOCO, _RESSL, _SCE)
