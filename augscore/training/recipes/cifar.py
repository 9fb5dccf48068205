"""CIFAR-10 and CIFAR-100: ResNet-18 with the stem for small images, 32 px."""

from __future__ import annotations

from dataclasses import replace

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

CIFAR10, CIFAR100 = "cifar10", "cifar100"
_SIZE = 32

_SIMCLR = Defaults(
    method="simclr",
    recipe=CIFAR10,
    size=_SIZE,
    epochs=1000,
    batch_size=512,
    policy="simclr-cifar",
    constants=SimclrConstants(temperature=0.5),
    projector=Head(512, 128, layers=3, norm_out=True),
    optim=OptimConfig(name="lars", lr=1.0, weight_decay=1e-4, warmup_epochs=10),
    source="Chen et al. 2020, arXiv 2002.05709, appendix B.9; google-research/simclr README and "
    "tf2/model.py. Its loss is twice ours, which LARS evens out for all but biases and norms",
)

_SIMSIAM = Defaults(
    method="simsiam",
    recipe=CIFAR10,
    size=_SIZE,
    epochs=800,
    batch_size=512,
    policy="simsiam-cifar",
    constants=SimsiamConstants(),
    projector=Head(2048, 2048, layers=2, norm_out=True, affine_out=False),
    predictor=Head(512, 2048),
    optim=OptimConfig(
        name="sgd", lr=0.03, weight_decay=5e-4, warmup_epochs=0, fixed_predictor_lr=True
    ),
    source="Chen and He 2021, arXiv 2011.10566, appendix D, as PatrickHua/SimSiam issue 3 quotes "
    "it; the predictor's constant rate and the norm without parameters are those of "
    "facebookresearch/simsiam on ImageNet",
)

_WMSE = Defaults(
    method="wmse",
    recipe=CIFAR10,
    size=_SIZE,
    epochs=1000,
    batch_size=512,
    policy="wmse-cifar",
    constants=WmseConstants(slice_size=128),
    projector=Head(1024, 64),
    optim=OptimConfig(
        name="adam",
        lr=3e-3,
        scale_lr=False,
        weight_decay=1e-6,
        schedule="steps",
        warmup_steps=500,
        milestones=(50.0, 25.0),
        gamma=0.2,
    ),
    source="Ermolov et al. 2021, arXiv 2007.06346, section 4 (W-MSE 2); htdt/self-supervised "
    "README, cfg.py and train.py",
)

_VICREG = Defaults(
    method="vicreg",
    recipe=CIFAR10,
    size=_SIZE,
    epochs=1000,
    batch_size=256,
    policy="vicreg-cifar",
    constants=VicregConstants(variance_average=False),
    projector=Head(2048, 2048, layers=3),
    optim=OptimConfig(
        name="lars", lr=0.3, weight_decay=1e-4, trust_coefficient=0.02, trust_clip=True
    ),
    source="vturrisi/solo-learn scripts/pretrain/cifar/vicreg.yaml, which sums the variance terms "
    "of the views where the authors' code takes their mean; Bardes et al. 2022, arXiv 2105.04906, "
    "have no CIFAR",
)

_MOCO = Defaults(
    method="moco",
    recipe=CIFAR10,
    size=_SIZE,
    epochs=200,
    batch_size=512,
    policy="simclr-cifar",
    constants=MocoConstants(momentum=0.99, momentum_end=0.99, queue_size=4096, temperature=0.1),
    projector=Head(512, 128, layers=1, norm_hidden=False),
    optim=OptimConfig(name="sgd", lr=0.06, scale_lr=False, weight_decay=5e-4, warmup_epochs=0),
    source="facebookresearch/moco, CIFAR-10 notebook (branch colab-notebook), its asymmetric form; "
    "its batch norm in 8 splits is left out, and its crops are bilinear where ours are bicubic",
)

_RESSL = Defaults(
    method="ressl",
    recipe=CIFAR10,
    size=_SIZE,
    epochs=1000,
    batch_size=256,
    policy="sce-cifar",
    constants=ResslConstants(momentum=0.99, momentum_end=1.0, queue_size=65536),
    projector=Head(4096, 256, norm_hidden=False),
    optim=OptimConfig(name="sgd", lr=0.05, weight_decay=1e-4),
    source="vturrisi/solo-learn scripts/pretrain/cifar/ressl.yaml; its views crop from 0.08 and "
    "jitter saturation by 0.2, where sce-cifar has 0.2 and 0.4",
)

_SCE = Defaults(
    method="sce",
    recipe=CIFAR10,
    size=_SIZE,
    epochs=200,
    batch_size=256,
    policy="sce-cifar",
    constants=SceConstants(momentum=0.99, momentum_end=0.99, queue_size=4096),
    projector=Head(512, 128),
    optim=OptimConfig(name="sgd", lr=0.06, weight_decay=5e-4, warmup_epochs=5),
    source="Denize et al. 2023, arXiv 2111.14585; CEA-LIST/SCE resnet18_cifar10.yaml; its batch "
    "norm of 8 simulated devices is left out",
)


def _on_cifar100(defaults: Defaults, published: str | None = None) -> Defaults:
    """The same numbers; `published` says where they are given for this data set, too."""
    prefix = published or "Carried over from CIFAR-10"
    return replace(defaults, recipe=CIFAR100, source=f"{prefix}: {defaults.source}")


def _with_four_views(defaults: Defaults) -> Defaults:
    return replace(
        defaults,
        recipe=f"{defaults.recipe}-4views",
        batch_size=256,
        views=4,
        source=f"W-MSE 4, all pairs of four views: {defaults.source}",
    )


_FIRST = (_SIMCLR, _SIMSIAM, _WMSE, _VICREG, _MOCO, _RESSL, _SCE)
_PUBLISHED_FOR_100 = {
    "wmse": "The README gives the same numbers for CIFAR-100",
    "vicreg": "The file serves both data sets",
    "ressl": "The file serves both data sets",
}
_SECOND = tuple(_on_cifar100(d, _PUBLISHED_FOR_100.get(d.method)) for d in _FIRST)
_FOUR_VIEWS = tuple(_with_four_views(d) for d in (*_FIRST, *_SECOND) if d.method == "wmse")

CIFAR: tuple[Defaults, ...] = (*_FIRST, *_SECOND, *_FOUR_VIEWS)
