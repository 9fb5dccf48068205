"""Gaussian blur with a standard deviation per image."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F

from augscore.engine.native import library
from augscore.engine.ops.arguments import Range, Settings, Whole
from augscore.engine.ops.dice import Dice
from augscore.engine.ops.record import Frame, Knob, Magnitude, Op, upload
from augscore.errors import UsageError

# Taps beyond this many standard deviations hold 6e-5 of the weight: 0.02 grey levels at most.
REACH = 4.0
_LEAST_SIGMA = 1e-3


def gaussian_blur(images: torch.Tensor, sigmas: torch.Tensor, kernel_size: int) -> torch.Tensor:
    """(B, 3, H, W) blurred by `sigmas` px, one per image, with mirrored borders; 0 leaves as is.

    `kernel_size` taps, odd, normalised to sum 1; 0 means as many as each sigma needs. Taps beyond
    4 sigma are left out, so that a small sigma is cheap whatever the kernel.
    """
    if images.device.type != "cpu":
        return _by_matrices(images, sigmas, kernel_size)
    result = torch.empty_like(images, memory_format=torch.contiguous_format)
    # One image at a time: the number of taps is each image's own.
    radii = _radii(sigmas, kernel_size, images).tolist()
    for row, (sigma, radius) in enumerate(zip(sigmas.tolist(), radii, strict=True)):
        weights = _half_kernel(sigma, radius)
        across = _weighted(images[row : row + 1], weights, -1)
        result[row : row + 1] = _weighted(across, weights, -2)
    return result.clamp_(0.0, 1.0)


def blur_rows(
    images: torch.Tensor, rows: torch.Tensor, sigmas: torch.Tensor, kernel_size: int
) -> None:
    """As `gaussian_blur`, in place for some rows of a batch, by a kernel."""
    radii = _radii(sigmas, kernel_size, images)
    distances = torch.arange(int(radii.max()) + 1)
    taps = torch.exp(-0.5 * (distances / sigmas[:, None]).square())
    taps *= distances <= radii[:, None]
    taps /= taps[:, :1] + 2 * taps[:, 1:].sum(1, keepdim=True)
    if images.is_cuda:
        from augscore.engine.kernels import blur

        blur.blur_rows(images, rows, radii, taps)
    else:
        library.blur_rows(images, rows, radii, taps)


def kornia_blur(images: torch.Tensor, sigmas: torch.Tensor, kernel_size: int) -> torch.Tensor:
    """As `gaussian_blur`, by kornia, which computes every tap of the kernel."""
    import kornia.filters as filters

    result = images.clone()
    needed = _radii(sigmas, 0, images).tolist()
    half = [kernel_size // 2 if kernel_size else radius for radius in needed]
    for radius in sorted(set(half) - {0}):
        here = torch.tensor([i for i, r in enumerate(half) if r == radius])
        there = upload(here, images.device)
        # On the host: kornia looks whether they are positive.
        sigma = sigmas[here].clamp(min=_LEAST_SIGMA).to(images.dtype)[:, None].expand(-1, 2)
        size = (2 * radius + 1, 2 * radius + 1)
        result.index_copy_(0, there, filters.gaussian_blur2d(images[there], size, sigma))
    return result.clamp_(0.0, 1.0)


def _by_matrices(images: torch.Tensor, sigmas: torch.Tensor, kernel_size: int) -> torch.Tensor:
    """All images at once, whatever their sigmas: two matrix products an image."""
    count, channels, height, width = images.shape
    radii = _radii(sigmas, kernel_size, images)
    numbers = torch.stack([sigmas.clamp(min=_LEAST_SIGMA), radii]).to(torch.float32)
    sigma, radius = upload(numbers, images.device)[..., None, None]
    across = _banded(sigma, radius, width)
    down = across if height == width else _banded(sigma, radius, height)
    lines = torch.matmul(images.reshape(count, channels * height, width), across.transpose(1, 2))
    blurred = torch.matmul(down[:, None], lines.view(count, channels, height, width))
    return blurred.clamp_(0.0, 1.0)


def _banded(sigma: torch.Tensor, radius: torch.Tensor, side: int) -> torch.Tensor:
    """(B, side, side): the kernel of each image about every pixel, mirrored at both ends."""
    places = torch.arange(side, dtype=torch.float32, device=sigma.device)
    here, there = places.view(1, -1, 1), places.view(1, 1, -1)
    direct = _taps(here - there, sigma, radius)
    before = _taps(here + there, sigma, radius) * (there > 0)
    beyond = _taps(2 * (side - 1) - there - here, sigma, radius) * (there < side - 1)
    weights = direct.add_(before).add_(beyond)
    return weights.div_(weights.sum(2, keepdim=True))


def _taps(distance: torch.Tensor, sigma: torch.Tensor, radius: torch.Tensor) -> torch.Tensor:
    return (distance / sigma).square_().mul_(-0.5).exp_().mul_(distance.abs() <= radius)


def _radii(sigmas: torch.Tensor, kernel_size: int, images: torch.Tensor) -> torch.Tensor:
    """(B,) int64: how far each kernel reaches, in px."""
    most = kernel_size // 2 if kernel_size else min(images.shape[-2:]) - 1
    return (REACH * sigmas).ceil().clamp(max=most).to(torch.int64)


def _half_kernel(sigma: float, radius: int) -> list[float]:
    """The weights at 0, 1, … radius of a symmetric kernel that sums to 1."""
    if radius == 0:
        return [1.0]
    half = [math.exp(-0.5 * (i / sigma) ** 2) for i in range(radius + 1)]
    total = half[0] + 2 * sum(half[1:])
    return [weight / total for weight in half]


def _weighted(image: torch.Tensor, weights: list[float], dim: int) -> torch.Tensor:
    """The weighted sum of an image and its shifts along one axis, borders mirrored."""
    radius, length = len(weights) - 1, image.shape[dim]
    border = (radius, radius, 0, 0) if dim == -1 else (0, 0, radius, radius)
    wide = F.pad(image, border, mode="reflect") if radius else image
    result = wide.narrow(dim, radius, length).mul(weights[0])
    for shift, weight in enumerate(weights[1:], start=1):
        result.add_(wide.narrow(dim, radius - shift, length), alpha=weight)
        result.add_(wide.narrow(dim, radius + shift, length), alpha=weight)
    return result


def _draw(dice: Dice, settings: Settings, frame: Frame) -> tuple[torch.Tensor, ...]:
    radius = settings.whole("kernel_size") // 2
    short_side = min([*frame.heights.tolist(), *frame.widths.tolist()], default=radius + 1)
    if radius >= short_side:
        raise UsageError(
            f"GaussianBlur: kernel_size {2 * radius + 1} is too wide for {short_side} px",
            code="policy_value",
            hint=f"At most {2 * short_side - 1}, or 0 for as wide as sigma needs",
        )
    return (dice.between("sigma", *settings.span("sigma")),)


GAUSSIAN_BLUR = Op(
    name="GaussianBlur",
    magnitudes=(Magnitude("sigma", "px", 0.0, math.inf, neutral=0.0),),
    arguments=(
        Whole("kernel_size", 0, 0, 1023, odd=True),
        Range("sigma", (0.1, 2.0), 0.0, math.inf),
    ),
    options=("kernel_size",),
    draw=_draw,
    source="torchvision v2 GaussianBlur, on floats; kernel_size 0 (its own width) is added here",
    torch_function=gaussian_blur,
    kornia_function=kornia_blur,
    kernel=blur_rows,
    kernel_devices=("cuda", "cpu"),
    bound=0.05,
    ladder="sigma",
    example=(("sigma", (0.5, 2.0)),),
    knobs=(Knob("sigma", "px", 0.0),),
)
