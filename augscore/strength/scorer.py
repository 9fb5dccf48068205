"""Scorer: a model and its calibration behind a few methods."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch

from augscore.errors import TensorError, UsageError
from augscore.runtime import pick_device
from augscore.score.model import ScoreModel, load_model
from augscore.strength.calibration import Calibration, calibration_from_json
from augscore.strength.information import information_distance
from augscore.strength.model_path import model_path
from augscore.strength.readings import (
    Description,
    describe,
    log_norms,
    score_shift,
    strength,
)
from augscore.strength.sight import (
    SMALLEST_SIDE,
    in_chunks,
    look,
    score_norms,
    shared_noise,
)

_TOLERANCE = 1e-3


@dataclass(frozen=True)
class Scorer:
    """Readings of images (B, 3, H, W), uint8 or float in [0, 1], H and W ≥ 32 px.

    Results are float32 on the CPU, and do not depend on what else is in the batch. Every method
    raises TensorError (a ValueError and a TypeError) for another shape, dtype, range or device.
    """

    model: ScoreModel
    calibration: Calibration
    device: torch.device

    @property
    def sigmas(self) -> tuple[float, ...]:
        """The noise levels of `score_norm`, in units of pixels in [0, 1]."""
        return self.calibration.lens.norm_sigmas

    def score_norm(
        self, images: torch.Tensor, sigma: float | Sequence[float] | None = None
    ) -> torch.Tensor:
        """(B, number of σ): root mean square score of each image, 1/pixel units."""
        x = self._checked(images, "images")
        sigmas = [float(sigma)] if isinstance(sigma, int | float) else sigma
        if sigmas is not None and not (sigmas and all(0 < s < math.inf for s in sigmas)):
            raise UsageError(f"sigma: wanted positive numbers, got {sigma}", code="usage")
        return self._norms(x, sigmas)

    def typicality(self, images: torch.Tensor) -> torch.Tensor:
        """(B,) per cent of clean images that are less typical: 50 is usual, below 1 is strange."""
        return self.typicality_of(self.score_norm(images))

    def typicality_of(self, norms: torch.Tensor) -> torch.Tensor:
        """The same from score norms (B, L) at the model's own σ."""
        rows = torch.split(log_norms(norms, self.sigmas), 1)
        values = [self.calibration.clean_norms.typicality(row) for row in rows]
        return torch.cat([torch.empty(0), *values]).to(torch.float32)

    def describe(self, images: torch.Tensor) -> Description:
        """Window statistics, from which `compare` gives the strength of any pair; on the CPU."""
        return self._described(self._checked(images, "images"))

    def compare(self, reference: Description, images: Description) -> torch.Tensor:
        """(B,) raw strength from two descriptions, each pair by itself."""
        standards = self.calibration.standards
        pairs = [(reference[i : i + 1], images[i : i + 1]) for i in range(len(reference))]
        return torch.cat([torch.empty(0), *(strength(a, b, standards) for a, b in pairs)])

    def strength(self, reference: torch.Tensor, images: torch.Tensor) -> torch.Tensor:
        """(B,) raw: 0 for the identity, about 1 for two unrelated images. Both of one shape."""
        a, b = self._pair(reference, images)
        return self.compare(self._described(a), self._described(b))

    def noise_sd(self, strength: torch.Tensor, size: int | None = None) -> torch.Tensor:
        """(B,) raw strength → the sd of the Gaussian noise that reads the same.

        `size` is the short side, px, of the images that the strength came from. Give it for images
        below the working size, whose strength reads differently and has ladders of its own; None
        means the working size or more.

        0 means that the strength lies below the noise floor, so that nothing is claimed; inf, that
        it lies past the ladder's end, so that no noise reads the same. Neither is a measured value:
        take a median, not a mean, of what comes back.
        """
        if size is not None and size < SMALLEST_SIDE:
            raise UsageError(f"size: wanted {SMALLEST_SIDE} px or more, got {size}", code="usage")
        ladder = self.calibration.ladder_for(size or self.calibration.lens.working_size)
        values = [ladder.noise_sd(s) for s in strength.tolist()]
        ends = {"below_floor": 0.0, "past_ladder": math.inf}
        return torch.tensor([v if v is not None else ends[str(why)] for v, why in values])

    def score_gap(self, a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
        """(B,) |S(a) − S(b)|, where S is the mean over σ of ln(σ · score norm), nats."""
        first, second = self._checked(a, "a"), self._checked(b, "b")
        if len(first) != len(second):
            raise _bad("b", f"as many images as a has, {len(first)}, got {len(second)}")
        return score_shift(self._norms(first), self._norms(second), self.sigmas).abs()

    def information_distance(self, reference: torch.Tensor, images: torch.Tensor) -> torch.Tensor:
        """(B,) information-estimation metric per dimension, σ from 0.02 to 0.5; one shape."""
        a, b = self._pair(reference, images)
        noise = shared_noise(a.shape[-2:], self.device)
        denoise = self.model.denoiser.denoise

        def distance(pair: torch.Tensor) -> torch.Tensor:
            return information_distance(denoise, pair[:, :3], pair[:, 3:], noise)

        with torch.inference_mode():
            return in_chunks(distance, torch.cat([a, b], dim=1)).cpu()

    def _norms(self, x: torch.Tensor, sigmas: Sequence[float] | None = None) -> torch.Tensor:
        return score_norms(self.model.denoiser, x, self.calibration.lens, sigmas).cpu()

    def _described(self, x: torch.Tensor) -> Description:
        sight = look(self.model.denoiser, x, self.calibration.lens)
        described = describe(sight, self.calibration.standards.to(self.device))
        return described.to(torch.device("cpu"))

    def _pair(
        self, reference: torch.Tensor, images: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        a, b = self._checked(reference, "reference"), self._checked(images, "images")
        if a.shape != b.shape:
            raise TensorError(
                f"reference and images differ in shape: {tuple(a.shape)} and {tuple(b.shape)}",
                code="bad_tensor",
                hint="Bring both to one size first",
            )
        return a, b

    def _checked(self, images: torch.Tensor, name: str) -> torch.Tensor:
        if not isinstance(images, torch.Tensor):
            raise _bad(name, f"a tensor, got {type(images).__name__}")
        if images.ndim != 4 or images.shape[1] != 3:
            raise _bad(name, f"(B, 3, H, W), got {tuple(images.shape)}")
        if images.device.type not in ("cpu", self.device.type):
            places = dict.fromkeys([str(self.device), "cpu"])
            raise _bad(name, f"a tensor on {' or '.join(places)}, got {images.device}")
        if min(images.shape[-2:]) < SMALLEST_SIDE:
            raise _bad(name, f"sides of at least {SMALLEST_SIDE} px, got {tuple(images.shape)}")
        if images.dtype == torch.uint8:
            return images.to(self.device, torch.float32).div_(255)
        if not images.dtype.is_floating_point:
            raise _bad(name, f"uint8 or float, got {images.dtype}")
        x = images.detach().to(self.device, torch.float32)
        _check_range(x, name)
        return x


def load_scorer(model: str | Path | None = None, device: str = "auto") -> Scorer:
    """`model`: None or "default" for the bundled one, a run folder, or a .safetensors file.

    Raises ModelError for a model that cannot be used, HostError for a device that is not there.
    """
    loaded = load_model(model_path(model))
    calibration = calibration_from_json(loaded.calibration, str(model))
    target = pick_device(device)
    loaded.denoiser.to(target).to(memory_format=torch.channels_last)
    return Scorer(loaded, calibration, target)


def _check_range(x: torch.Tensor, name: str) -> None:
    flat = x.flatten(1)
    finite = torch.isfinite(flat).all(dim=1)
    if not bool(finite.all()):
        first = int((~finite).nonzero()[0])
        raise _bad(name, f"finite values; sample {first} has NaN or infinity")
    if x.numel() and (float(x.min()) < -_TOLERANCE or float(x.max()) > 1 + _TOLERANCE):
        found = f"{float(x.min()):.4g} to {float(x.max()):.4g}"
        raise _bad(name, f"values in [0, 1], got {found}; divide by 255?")


def _bad(name: str, wanted: str) -> TensorError:
    return TensorError(f"{name}: wanted {wanted}", code="bad_tensor")
