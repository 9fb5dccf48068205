"""Networks of torchvision and timm by name, with random weights and without their classifier.

Both libraries are imported when first asked: timm takes seconds, and is not needed for a name that
torchvision has.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

from torch import nn

Library = Literal["torchvision", "timm", "augscore"]

FORCE_TIMM = "timm/"
_CLASSES = 1000
_GROUPS = 32


@dataclass(frozen=True)
class Plain:
    """A network of a library as the library makes it, but for its classifier.

    name        as the library calls it
    classifier  the name of the layer that an identity stands in for; empty where the library
                itself leaves it out (`num_classes=0` of timm)
    """

    net: nn.Module
    library: Library
    name: str
    classifier: str


def torchvision_names() -> list[str]:
    """Of its classification networks."""
    from torchvision import models

    return list(models.list_models(module=models))


def timm_names() -> list[str]:
    import timm

    return list(timm.list_models())


def from_torchvision(name: str, size: int) -> Plain:
    """`size` in px, for the networks that are made for one."""
    from torchvision import models

    net: nn.Module = models.get_model(name, weights=None, **torchvision_arguments(name, size))
    return Plain(net, "torchvision", name, _remove_classifier(net))


def group_norm_resnet18() -> Plain:
    """torchvision's `resnet18` with group norm: no statistics over the batch."""
    from torchvision import models

    net: nn.Module = models.resnet18(weights=None, norm_layer=partial(nn.GroupNorm, _GROUPS))
    return Plain(net, "torchvision", "resnet18", _remove_classifier(net))


def from_timm(name: str, size: int) -> Plain:
    """`size` in px, for the networks that are made for one."""
    import timm

    sized: dict[str, Any] = timm_arguments(name, size)
    net: nn.Module = timm.create_model(name, pretrained=False, num_classes=0, **sized)
    return Plain(net, "timm", name, "")


def is_timm(name: str) -> bool:
    import timm

    return bool(timm.is_model(name))


def torchvision_arguments(name: str, size: int) -> dict[str, object]:
    """What `get_model` takes besides the name, for images of `size` px."""
    if name.startswith("vit_"):
        return {"image_size": size}
    if name.startswith("maxvit_"):
        return {"input_size": (size, size)}
    if name in ("googlenet", "inception_v3"):
        return {"aux_logits": False, "init_weights": True}
    return {}


def timm_arguments(name: str, size: int) -> dict[str, object]:
    """What `create_model` takes besides the name, for images of `size` px."""
    import timm

    published = timm.get_pretrained_cfg(name)
    fixed = published is not None and published.fixed_input_size
    return {"img_size": size} if fixed else {}


def _remove_classifier(net: nn.Module) -> str:
    """The last layer that gives a number for each class becomes an identity; its name."""
    names = [name for name, module in net.named_modules() if _outputs(module) == _CLASSES]
    classifier: str = names[-1]
    parent, _, leaf = classifier.rpartition(".")
    setattr(net.get_submodule(parent), leaf, nn.Identity())
    return classifier


def _outputs(module: nn.Module) -> int:
    if isinstance(module, nn.Linear):
        return module.out_features
    return module.out_channels if isinstance(module, nn.Conv2d) else 0
