"""Published policies, as data, each with its source.

Where public implementations disagree the authors' own code decides. Code that blurs with Pillow has
no kernel size; there the kernel is as wide as its sigma needs (`kernel_size` 0).
"""

from __future__ import annotations

import re

from augscore.engine.nodes import (
    AugMix,
    AutoAugment,
    Node,
    RandAugment,
    Step,
    SubPolicies,
    TrivialAugmentWide,
)
from augscore.engine.policy import Policy, View
from augscore.errors import UsageError
from augscore.nearest import did_you_mean

_FLIP = Step("RandomHorizontalFlip", p=0.5)


def _crop(least: float, most: float = 1.0, *, interpolation: str = "bilinear") -> Step:
    scale, ratio = (least, most), (3 / 4, 4 / 3)
    return Step(
        "RandomResizedCrop",
        (("scale", scale), ("ratio", ratio), ("interpolation", interpolation)),
    )


def _jitter(brightness: float, contrast: float, saturation: float, hue: float) -> Step:
    arguments = (
        ("brightness", brightness),
        ("contrast", contrast),
        ("saturation", saturation),
        ("hue", hue),
    )
    return Step("ColorJitter", arguments, p=0.8)


def _grey(p: float = 0.2) -> Step:
    return Step("RandomGrayscale", p=p)


def _blur(p: float, kernel_size: int = 0) -> Step:
    return Step("GaussianBlur", (("kernel_size", kernel_size), ("sigma", (0.1, 2.0))), p=p)


def _solarize(p: float) -> Step:
    return Step("RandomSolarize", (("threshold", (0.5, 0.5)),), p=p)


_SIMCLR_CROP = _crop(0.08, interpolation="bicubic")
_SIMCLR = View((_SIMCLR_CROP, _FLIP, _jitter(0.8, 0.8, 0.8, 0.2), _grey(), _blur(0.5, 23)))
_SIMCLR_CIFAR = View((_SIMCLR_CROP, _FLIP, _jitter(0.4, 0.4, 0.4, 0.1), _grey()))

_MOCO_V2 = View((_crop(0.2), _jitter(0.4, 0.4, 0.4, 0.1), _grey(), _blur(0.5), _FLIP))
_MOCO_V2_CIFAR = View((_crop(0.2), _jitter(0.4, 0.4, 0.4, 0.1), _grey(), _FLIP))

_BYOL_BASE = (_SIMCLR_CROP, _FLIP, _jitter(0.4, 0.4, 0.2, 0.1), _grey())
_BYOL = (View((*_BYOL_BASE, _blur(1.0, 23))), View((*_BYOL_BASE, _blur(0.1, 23), _solarize(0.2))))
_VICREG_SYM = View((*_BYOL_BASE, _blur(0.5, 23), _solarize(0.1)))
_VICREG_CIFAR = View(
    (
        _crop(0.2, interpolation="bicubic"),
        _jitter(0.4, 0.4, 0.2, 0.1),
        _grey(),
        _solarize(0.1),
        _FLIP,
    )
)

_WMSE_CIFAR = View(
    (_jitter(0.4, 0.4, 0.4, 0.1), _grey(0.1), _crop(0.2, interpolation="bicubic"), _FLIP)
)
_WMSE = View((*_WMSE_CIFAR.steps, _blur(0.5)))

_SCE_WEAK = View((_crop(0.2), _FLIP), name="weak")
_SCE = View(
    (_crop(0.2), _FLIP, _jitter(0.4, 0.4, 0.2, 0.1), _grey(), _blur(0.5, 23)), name="strong"
)
_SCE_CIFAR = View(
    (_crop(0.2), _jitter(0.4, 0.4, 0.4, 0.1), _grey(), _blur(0.5), _FLIP), name="strong"
)

_SWAV_STEPS = (_FLIP, _jitter(0.8, 0.8, 0.8, 0.2), _grey(), _blur(0.5))
_SWAV_LARGE = View((_crop(0.14), *_SWAV_STEPS), 224, "large")
_SWAV_SMALL = View((_crop(0.05, 0.14), *_SWAV_STEPS), 96, "small")

_DINO_BASE = (_FLIP, _jitter(0.4, 0.4, 0.2, 0.1), _grey())
_DINO_CROP = _crop(0.4, interpolation="bicubic")
_DINO = (
    View((_DINO_CROP, *_DINO_BASE, _blur(1.0)), 224, "global 1"),
    View((_DINO_CROP, *_DINO_BASE, _blur(0.1), _solarize(0.2)), 224, "global 2"),
)
_DINO_LOCAL = View(
    (_crop(0.05, 0.4, interpolation="bicubic"), *_DINO_BASE, _blur(0.5)), 96, "local"
)

_PAD_CROP = Step("RandomCrop", (("padding", 4), ("padding_mode", "constant")))
_PAD_CROP_FLIP = View((_PAD_CROP, _FLIP))
_AUG_MIX = View((_FLIP, _PAD_CROP, AugMix()))

_RAND_AUGMENT = re.compile(
    r"\s*randaugment\s*\(\s*([0-9]{1,4})\s*,\s*([0-9]{1,4})\s*\)\s*", re.IGNORECASE
)


def _alone(name: str, size: int, node: Node, source: str) -> Policy:
    return Policy(name, size, (View((node,)),), source)


def _rand_augment(name: str, node: RandAugment) -> Policy:
    source = (
        "Cubuk et al. 2020, arXiv 1909.13719; torchvision RandAugment (14 operations, 31 levels)"
    )
    return _alone(name, 224, node, source)


def _auto_augment(learnt_on: SubPolicies, size: int) -> Policy:
    source = "Cubuk et al. 2019, arXiv 1805.09501, tables 7 to 9; torchvision AutoAugment"
    return _alone(f"autoaugment-{learnt_on}", size, AutoAugment(learnt_on), source)


PRESETS: dict[str, Policy] = {
    policy.name: policy
    for policy in (
        Policy(
            "simclr",
            224,
            (_SIMCLR, _SIMCLR),
            "Chen et al. 2020, arXiv 2002.05709, appendix A; google-research/simclr data_util.py; "
            "lightly SimCLRTransform",
        ),
        Policy(
            "simclr-cifar",
            32,
            (_SIMCLR_CIFAR, _SIMCLR_CIFAR),
            "Chen et al. 2020, arXiv 2002.05709, appendix B.9; google-research/simclr README "
            "(color_jitter_strength 0.5, no blur); lightly SimCLRTransform (cj_strength 0.5)",
        ),
        Policy(
            "simsiam",
            224,
            (_MOCO_V2, _MOCO_V2),
            "Chen and He 2021, arXiv 2011.10566, section 3; facebookresearch/simsiam "
            "main_simsiam.py; lightly SimSiamTransform",
        ),
        Policy(
            "simsiam-cifar",
            32,
            (_MOCO_V2_CIFAR, _MOCO_V2_CIFAR),
            "Chen and He 2021, arXiv 2011.10566, appendix D (as simsiam, without blur); lightly "
            "SimSiamTransform (gaussian_blur 0)",
        ),
        Policy(
            "moco-v2",
            224,
            (_MOCO_V2, _MOCO_V2),
            "Chen et al. 2020, arXiv 2003.04297, section 2; facebookresearch/moco main_moco.py "
            "(aug_plus); lightly MoCoV2Transform",
        ),
        Policy(
            "byol",
            224,
            _BYOL,
            "Grill et al. 2020, arXiv 2006.07733, appendix B, table 6; "
            "google-deepmind/deepmind-research byol/utils/augmentations.py; lightly BYOLTransform",
        ),
        Policy(
            "vicreg",
            224,
            _BYOL,
            "Bardes et al. 2022, arXiv 2105.04906; facebookresearch/vicreg augmentations.py; "
            "lightly BYOLTransform, of which it is the pair",
        ),
        Policy(
            "vicreg-sym",
            224,
            (_VICREG_SYM, _VICREG_SYM),
            "Bardes et al. 2022, arXiv 2105.04906, text of the paper: blur 0.5 and solarize 0.1 in "
            "both views; facebookresearch/vicreg augmentations.py (order); lightly VICRegTransform",
        ),
        Policy(
            "vicreg-cifar",
            32,
            (_VICREG_CIFAR, _VICREG_CIFAR),
            "vturrisi/solo-learn scripts/pretrain/cifar/vicreg.yaml (as vicreg-sym, without blur)",
        ),
        Policy(
            "wmse",
            224,
            (_WMSE, _WMSE),
            "Ermolov et al. 2021, arXiv 2007.06346; htdt/self-supervised datasets/imagenet.py; "
            "lightly WMSETransform",
        ),
        Policy(
            "wmse-cifar",
            32,
            (_WMSE_CIFAR, _WMSE_CIFAR),
            "Ermolov et al. 2021, arXiv 2007.06346; htdt/self-supervised datasets/transforms.py; "
            "lightly WMSETransform (gaussian_blur 0)",
        ),
        Policy(
            "sce",
            224,
            (_SCE_WEAK, _SCE),
            "Denize et al. 2023, arXiv 2111.14585; CEA-LIST/SCE two_crops_gpu_sce.yaml",
        ),
        Policy(
            "sce-cifar",
            32,
            (_SCE_WEAK, _SCE_CIFAR),
            "Denize et al. 2023, arXiv 2111.14585; CEA-LIST/SCE "
            "two_crops_soft_and_strong_pil_contrastive_cifar10.yaml",
        ),
        Policy(
            "swav",
            224,
            (*(_SWAV_LARGE,) * 2, *(_SWAV_SMALL,) * 6),
            "Caron et al. 2020, arXiv 2006.09882; facebookresearch/swav multicropdataset.py; "
            "lightly SwaVTransform",
        ),
        Policy(
            "dino",
            224,
            (*_DINO, *(_DINO_LOCAL,) * 8),
            "Caron et al. 2021, arXiv 2104.14294; facebookresearch/dino main_dino.py; lightly "
            "DINOTransform",
        ),
        _rand_augment("randaugment", RandAugment()),
        _alone(
            "trivialaugment-wide",
            224,
            TrivialAugmentWide(),
            "Müller and Hutter 2021, arXiv 2103.10158; torchvision TrivialAugmentWide",
        ),
        _auto_augment("cifar10", 32),
        _auto_augment("imagenet", 224),
        _auto_augment("svhn", 32),
        Policy(
            "augmix",
            32,
            (_AUG_MIX,),
            "Hendrycks et al. 2020, arXiv 1912.02781; google-research/augmix augmentations.py, "
            "cifar.py",
        ),
        Policy(
            "pad-crop-flip",
            32,
            (_PAD_CROP_FLIP,),
            "He et al. 2016, arXiv 1512.03385, section 4.2; google-research/augmix cifar.py",
        ),
        Policy("identity", 224, (View(()),), "no operation: the view is its own reference"),
    )
}


def preset(name: str) -> Policy:
    """The published policy of that name, or `randaugment(N,M)` for N operations at magnitude M,
    in any case and with spaces.

    Raises UsageError: `policy_unknown`, naming the nearest one, or `policy_value`.
    """
    if found := _RAND_AUGMENT.fullmatch(name):
        num_ops, magnitude = map(int, found.groups())
        node = RandAugment(num_ops, magnitude)
        return _rand_augment(f"randaugment({num_ops},{magnitude})", node)
    if name not in PRESETS:
        raise UsageError(
            f"there is no policy named {name!r}",
            code="policy_unknown",
            hint=did_you_mean(name, PRESETS),
        )
    return PRESETS[name]
