"""The first layers of a ResNet, for images that are too small for the published ones."""

from __future__ import annotations

from typing import Literal

from torch import nn

Stem = Literal["small", "large"]

SMALL_BELOW = 64
"""Sides in px: below it 7 × 7 at stride 2 and a max-pool would leave 8 × 8 places or fewer."""


def adapt_stem(net: nn.Module, size: int) -> Stem:
    """Below 64 px a ResNet begins with 3 × 3 at stride 1 and has no max-pool (Chen et al. 2020,
    arXiv 2002.05709, appendix B.9); its other layers, their names too, stay as they are.

    A network that does not begin with 7 × 7 and a max-pool is left alone.
    """
    conv = getattr(net, "conv1", None)
    if size >= SMALL_BELOW or not isinstance(conv, nn.Conv2d):
        return "large"
    if conv.kernel_size != (7, 7) or not isinstance(getattr(net, "maxpool", None), nn.Module):
        return "large"
    small = nn.Conv2d(conv.in_channels, conv.out_channels, 3, padding=1, bias=False)
    nn.init.kaiming_normal_(small.weight, mode="fan_out", nonlinearity="relu")
    net.conv1 = small
    net.maxpool = nn.Identity()
    return "small"
