"""A policy as frozen data: views made of nodes. No pixels and no randomness live here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from augscore.engine.nodes import Node, require
from augscore.engine.normalize import Normalize

# What a live pipeline is given; `auto` finds out from what it holds.
Takes = Literal["auto", "pil", "bytes", "floats"]


@dataclass(frozen=True)
class View:
    """The nodes of one view of an image, in order; `size` in px, or None for the policy's."""

    steps: tuple[Node, ...]
    size: int | None = None
    name: str = ""

    def __post_init__(self) -> None:
        _require_size(self.size, "a view")


@dataclass(frozen=True)
class Policy:
    """A named policy; `source` says which paper and section it is from.

    `views` are what one call returns: one view, the two of a contrastive pair, or several crops.
    `normalize` is what training does to them; no view and no measurement has it applied. `seed` is
    that of draws for which none is given. `notes`
    say what a pipeline that was brought from elsewhere lost or left on the way.
    """

    name: str
    size: int
    views: tuple[View, ...]
    source: str = ""
    normalize: Normalize | None = None
    notes: tuple[str, ...] = ()
    seed: int | None = None

    def __post_init__(self) -> None:
        _require_size(self.size, f"policy {self.name}")
        require(bool(self.views), f"policy {self.name} has no views", "give it at least one view")

    @staticmethod
    def of(
        pipeline: object,
        *,
        name: str = "",
        size: int | None = None,
        lossy: bool = False,
        takes: Takes = "auto",
    ) -> Policy:
        """Bring a pipeline of another library.

        `pipeline`: a live object of torchvision.transforms (v1 or v2), kornia.augmentation or
        albumentations, or any callable from image to image; the mapping that albumentations'
        `to_dict` returns, a solo-learn list, a mapping with `_target_`, or a file of one of these;
        a list of pipelines has a view for each. Where all of its steps have an exact counterpart
        here they are converted. Otherwise the whole pipeline runs as it is, image by image on the
        CPU, with randomness from our keys. `lossy` converts steps with an approximate counterpart,
        too. Normalisation is split off into `normalize`. `notes` tell all of this.

        `size` in px: by default that of its last crop or resize, or 224. A pipeline that runs as it
        is, and may resize, is given images as they were decoded, others images of that size.
        `takes` says in which form where the pipeline is torchvision's or a function: a PIL image,
        or a tensor (3, H, W), uint8 or float in [0, 1]; `auto` goes by its conversions. kornia's is
        given floats, albumentations' 8-bit pixels.

        Raises UsageError: `policy_unknown_op`, `policy_unknown_arg`, `policy_value` for what can
        neither be converted nor run.
        """
        from augscore.engine.bring.recognise import bring

        return bring(pipeline, name=name, size=size, lossy=lossy, takes=takes)


def seed_of(policy: Policy, given: int | None) -> int:
    """The seed of a draw: what is given, else the policy's own, else 0."""
    return given if given is not None else policy.seed or 0


def _require_size(size: int | None, whose: str) -> None:
    fits = size is None or (isinstance(size, int) and size >= 1)
    hint = "a size is a whole number of pixels, 1 or more"
    require(fits, f"the size of {whose} is {size!r}", hint)
