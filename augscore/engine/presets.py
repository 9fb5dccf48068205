"""Published policies, as data, each with its source."""

from __future__ import annotations

from augscore.engine.nearest import did_you_mean
from augscore.engine.policy import Policy, Step, View
from augscore.errors import UsageError

_SIMCLR_CROP = Step(
    "RandomResizedCrop",
    (("scale", (0.08, 1.0)), ("ratio", (3 / 4, 4 / 3)), ("interpolation", "bicubic")),
)
_FLIP = Step("RandomHorizontalFlip", p=0.5)
_GREY = Step("RandomGrayscale", p=0.2)

_SIMCLR = View(
    (
        _SIMCLR_CROP,
        _FLIP,
        Step(
            "ColorJitter",
            (("brightness", 0.8), ("contrast", 0.8), ("saturation", 0.8), ("hue", 0.2)),
            p=0.8,
        ),
        _GREY,
        Step("GaussianBlur", (("kernel_size", 23), ("sigma", (0.1, 2.0))), p=0.5),
    )
)

_SIMCLR_CIFAR = View(
    (
        _SIMCLR_CROP,
        _FLIP,
        Step(
            "ColorJitter",
            (("brightness", 0.4), ("contrast", 0.4), ("saturation", 0.4), ("hue", 0.1)),
            p=0.8,
        ),
        _GREY,
    )
)

_PAD_CROP_FLIP = View((Step("RandomCrop", (("padding", 4), ("padding_mode", "constant"))), _FLIP))

PRESETS: dict[str, Policy] = {
    policy.name: policy
    for policy in (
        Policy(
            "simclr",
            224,
            (_SIMCLR, _SIMCLR),
            "Chen et al. 2020, arXiv 2002.05709, appendix A; google-research/simclr data_util.py",
        ),
        Policy(
            "simclr-cifar",
            32,
            (_SIMCLR_CIFAR, _SIMCLR_CIFAR),
            "Chen et al. 2020, arXiv 2002.05709, appendix B.9; google-research/simclr README "
            "(color_jitter_strength 0.5, no blur)",
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
    """The published policy of that name; UsageError (`policy_unknown`) naming the nearest one."""
    if name not in PRESETS:
        raise UsageError(
            f"there is no policy named {name!r}",
            code="policy_unknown",
            hint=did_you_mean(name, PRESETS),
        )
    return PRESETS[name]
