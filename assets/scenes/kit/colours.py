"""Colours in linear light."""

import numpy as np

from .canvas import Array, Rng


def linear(srgb: Array) -> Array:
    return np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)


def colour(code: str) -> Array:
    """The linear light of a hexadecimal sRGB colour."""
    return linear(np.array(list(bytes.fromhex(code)), float) / 255)


def ramp(value: Array, codes: str) -> Array:
    """Colours along evenly spaced stops, for values from 0 to 1."""
    stops = np.array([colour(code) for code in codes.split()])
    at = np.linspace(0, 1, len(stops))
    return np.stack([np.interp(value, at, channel) for channel in stops.T], -1)


def mix(below: Array, above: Array, cover: Array) -> Array:
    """One picture or colour over another, where the cover says how much of it is seen."""
    return below + (above - below) * cover[..., None]


def pick(rng: Rng, codes: str) -> Array:
    """One of some colours, by chance."""
    return colour(str(rng.choice(codes.split())))
