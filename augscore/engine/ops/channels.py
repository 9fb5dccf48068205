"""The colour channels as wholes: put in another order, or dropped."""

from __future__ import annotations

import itertools

import torch

from augscore.engine.ops.arguments import Range
from augscore.engine.ops.record import Magnitude, Op, draw_whole, per_image

# `permutation` n is the n-th of these; where it holds i, the new image shows the old channel i.
PERMUTATIONS = tuple(itertools.permutations(range(3)))


def permute_channels(images: torch.Tensor, permutation: torch.Tensor) -> torch.Tensor:
    """(B, 3, H, W) with the channels of each image in its own order, 0 to 5."""
    first = torch.arange(len(images))[:, None] * 3
    planes = first + torch.tensor(PERMUTATIONS)[permutation.to(torch.int64)]
    there = planes.flatten().to(images.device, non_blocking=True)
    return images.flatten(0, 1).index_select(0, there).view(images.shape)


def drop_channel(images: torch.Tensor, channel: torch.Tensor) -> torch.Tensor:
    """(B, 3, H, W) with one channel of each image, 0 to 2, set to 0."""
    channels = torch.arange(3, device=images.device).view(1, 3, 1, 1)
    return images * (channels != per_image(channel, images))


RANDOM_CHANNEL_PERMUTATION = Op(
    name="RandomChannelPermutation",
    magnitudes=(Magnitude("permutation", "permutation number, 0 to 5", 0, 5, neutral=0),),
    arguments=(Range("permutation", (0, 5), 0, 5, whole=True),),
    options=(),
    draw=draw_whole("permutation"),
    source="torchvision v2 RandomChannelPermutation; leaving out orders is added here",
    torch_function=permute_channels,
    example=(("permutation", (1, 5)),),
)

RANDOM_CHANNEL_DROP = Op(
    name="RandomChannelDrop",
    magnitudes=(Magnitude("channel", "0 red, 1 green, 2 blue", 0, 2),),
    arguments=(Range("channel", (0, 2), 0, 2, whole=True),),
    options=(),
    draw=draw_whole("channel"),
    source="albumentations ChannelDropout of one channel, fill 0",
    torch_function=drop_channel,
)
