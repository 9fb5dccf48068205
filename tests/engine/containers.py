"""Every kind of container, with contents that visibly do something."""

from __future__ import annotations

from augscore.engine.nodes import (
    AugMix,
    AutoAugment,
    Container,
    Levelled,
    OneOf,
    RandAugment,
    RandomApply,
    RandomOrder,
    Step,
    TrivialAugmentWide,
)

_DARKER = Step("Brightness", (("factor", (0.3, 0.7)),))
_TURNED = Step("Rotate", (("degrees", (20.0, 40.0)),))
_NOISY = Step("GaussianNoise", (("sd", (0.05, 0.2)),))
_TABLE = (
    Levelled("Rotate", "degrees", 0.0, 60.0, True),
    Levelled("Posterize", "bits", 8.0, 2.0),
    Levelled("Invert"),
)

EVERY_CONTAINER: dict[str, Container] = {
    "RandomApply": RandomApply((_DARKER, _TURNED), 0.5),
    "OneOf": OneOf((_DARKER, _TURNED, _NOISY), (1.0, 2.0, 3.0), 0.8),
    "RandomOrder": RandomOrder((_DARKER, _TURNED, _NOISY)),
    "RandAugment": RandAugment(2, 15),
    "RandAugment of a table": RandAugment(3, 20, _TABLE),
    "TrivialAugmentWide": TrivialAugmentWide(),
    "AutoAugment cifar10": AutoAugment("cifar10"),
    "AutoAugment imagenet": AutoAugment("imagenet"),
    "AutoAugment svhn": AutoAugment("svhn"),
    "AugMix": AugMix(severity=8.0),
    "AugMix of all": AugMix(8.0, 2, 2, all_ops=True),
    "nested": RandomApply(
        (OneOf((RandomOrder((_NOISY, _DARKER)), AugMix(), RandAugment())), _TURNED),
        0.7,
    ),
}
