"""Backbones by name, adapted to the size of the images: pixels → one vector an image."""

from __future__ import annotations

import torch
from torch import nn

from augscore.errors import UsageError
from augscore.nearest import did_you_mean
from augscore.training.networks import libraries
from augscore.training.networks.libraries import FORCE_TIMM, Library, Plain
from augscore.training.networks.seeding import seeded_weights
from augscore.training.networks.small import SmallNet, batch_norm, group_norm
from augscore.training.networks.stems import Stem, adapt_stem

OWN = {"small": batch_norm, "small-gn": group_norm}
GROUP_NORM_RESNET = "resnet18-gn"
DROPOUTS = (nn.Dropout, nn.Dropout1d, nn.Dropout2d, nn.Dropout3d, nn.AlphaDropout)
DROPPED_IN_PASSING = ("drop_rate", "drop_prob")
"""Where modules keep the rate of what they drop without a layer for it."""


class Backbone(nn.Module):
    """(B, 3, S, S) → (B, feature_dim) pooled features.

    net             the network with its library's own parameter names, its classifier an identity
    arch            as asked for; `library` and `name` as its library knows it
    classifier      name of the layer that is an identity now; empty where there is none
    stem            "small": 3 × 3 at stride 1 and no max-pool; else as its library has it
    """

    def __init__(self, plain: Plain, *, arch: str, stem: Stem, feature_dim: int) -> None:
        super().__init__()
        self.net = plain.net
        self.arch = arch
        self.library: Library = plain.library
        self.name = plain.name
        self.classifier = plain.classifier
        self.stem: Stem = stem
        self.feature_dim = feature_dim

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        features: torch.Tensor = self.net(images)
        return features


def make_backbone(arch: str, *, size: int, seed: int) -> Backbone:
    """A backbone with random weights that depend on `seed` alone; nothing is downloaded.

    `arch`: `small`, a network of torchvision, or one of timm; a name that both have is
    torchvision's, and `timm/NAME` is timm's. `small-gn` and `resnet18-gn` have group norm in place
    of batch norm. `size`: side of the images in px; below 64 a ResNet gets the stem for small
    images, and a transformer is made for that size. Dropout and stochastic depth are off: the
    published methods train without.

    Raises UsageError: an unknown name, or a size that the network does not take.
    """
    with seeded_weights(seed, "backbone"):
        plain = _plain(arch, size)
        stem: Stem = "small" if arch in OWN else adapt_stem(plain.net, size)
    _still(plain.net)
    return Backbone(plain, arch=arch, stem=stem, feature_dim=_feature_dim(plain.net, arch, size))


def _plain(arch: str, size: int) -> Plain:
    if arch in OWN:
        return Plain(SmallNet(OWN[arch]), "augscore", arch, "")
    if arch == GROUP_NORM_RESNET:
        return libraries.group_norm_resnet18()
    known = libraries.torchvision_names()
    try:
        if arch in known:
            return libraries.from_torchvision(arch, size)
        name = arch.removeprefix(FORCE_TIMM)
        if libraries.is_timm(name):
            return libraries.from_timm(name, size)
    except (RuntimeError, ValueError, AssertionError) as error:
        raise _size_error(arch, size, str(error)) from error
    raise UsageError(
        f"there is no network named {arch!r}",
        code="arch_unknown",
        hint=did_you_mean(arch, [*OWN, GROUP_NORM_RESNET, *known, *libraries.timm_names()]),
    )


def _still(net: nn.Module) -> None:
    """Turn off what draws random numbers in a forward pass."""
    for module in net.modules():
        for rate in _rates(module):
            setattr(module, rate, 0.0)


def _rates(module: nn.Module) -> list[str]:
    """Names of the attributes that say how often a module drops something."""
    if isinstance(module, DROPOUTS) or type(module).__name__ == "StochasticDepth":
        return ["p"]
    if isinstance(module, nn.MultiheadAttention):
        return ["dropout"]
    return [name for name in DROPPED_IN_PASSING if isinstance(getattr(module, name, None), float)]


def _feature_dim(net: nn.Module, arch: str, size: int) -> int:
    """What one image becomes, found on torch's meta device, where nothing is computed."""
    state = {**dict(net.named_parameters()), **dict(net.named_buffers())}
    shapes = {name: torch.empty_like(tensor, device="meta") for name, tensor in state.items()}
    image = torch.empty(1, 3, size, size, device="meta")
    training = net.training
    try:
        _check_patches(net, size)
        features = torch.func.functional_call(net.eval(), shapes, (image,))
    except (RuntimeError, ValueError, AssertionError) as error:
        raise _size_error(arch, size, str(error)) from error
    finally:
        net.train(training)
    if features.ndim != 2:
        raise UsageError(
            f"{arch} gives features of shape {tuple(features.shape)}, wanted one vector an image",
            code="arch_unknown",
            hint="Choose a classification network with pooled features, such as resnet18",
        )
    return int(features.shape[1])


def _check_patches(net: nn.Module, size: int) -> None:
    """timm cuts off what does not fill a patch, without a word."""
    cut = getattr(getattr(net, "patch_embed", None), "proj", None)
    if isinstance(cut, nn.Conv2d) and cut.kernel_size == cut.stride and size % cut.stride[0]:
        raise ValueError(f"its patches are {cut.stride[0]} px wide")


def _size_error(arch: str, size: int, why: str) -> UsageError:
    return UsageError(
        f"{arch} does not take images of {size} px: {_first_line(why)}",
        code="arch_size",
        hint="Give another size, or a ResNet, which takes any",
    )


def _first_line(text: str) -> str:
    return text.partition("\n")[0].rstrip(".! ") or "it fails"
