"""Noise with the spectrum of nature, and textures made from it."""

import numpy as np

from .canvas import Array, Rng, Shape


def fractal(rng: Rng, shape: Shape, slope: float, stretch: float = 1.0) -> Array:
    """Unit-variance noise with amplitude f**-slope; a stretch above 1 draws it out along x."""
    fy, fx = np.fft.fftfreq(shape[0])[:, None], np.fft.rfftfreq(shape[1])[None]
    frequency = np.hypot(fy, fx * stretch)
    frequency[0, 0] = np.inf
    field = np.fft.irfft2(np.fft.rfft2(rng.standard_normal(shape)) * frequency**-slope, shape)
    return np.asarray((field - field.mean()) / field.std(), float)


def blur(image: Array, sd: float) -> Array:
    """Gaussian blur of a picture that is mirrored at its edges."""
    pad = int(3 * sd) + 1
    flat = image[..., None] if image.ndim == 2 else image
    big = np.pad(flat, ((pad, pad), (pad, pad), (0, 0)), mode="symmetric")
    fy, fx = np.fft.fftfreq(big.shape[0])[:, None], np.fft.rfftfreq(big.shape[1])[None]
    pass_band = np.exp(-2 * (np.pi * sd) ** 2 * (fy**2 + fx**2))[..., None]
    spectrum = np.fft.rfft2(big, axes=(0, 1)) * pass_band
    out = np.fft.irfft2(spectrum, big.shape[:2], axes=(0, 1))[pad:-pad, pad:-pad]
    return np.asarray(out.reshape(image.shape), float)


def lookup(texture: Array, y: Array, x: Array) -> Array:
    """Bilinear sample of a texture that repeats."""
    h, w = texture.shape[:2]
    top, left = np.floor(y).astype(int), np.floor(x).astype(int)
    fy, fx = y - top, x - left
    if texture.ndim == 3:
        fy, fx = fy[..., None], fx[..., None]
    rows, cols = (top % h, (top + 1) % h), (left % w, (left + 1) % w)
    upper = texture[rows[0], cols[0]] * (1 - fx) + texture[rows[0], cols[1]] * fx
    lower = texture[rows[1], cols[0]] * (1 - fx) + texture[rows[1], cols[1]] * fx
    return np.asarray(upper * (1 - fy) + lower * fy, float)
