"""From linear light to a photograph."""

import numpy as np
from PIL import Image

from .canvas import Array, Rng
from .colours import colour, mix
from .noise import blur


def camera(rng: Rng, light: Array, grade: str, contrast: float) -> Image.Image:
    """Expose, vignette, blur, shrink by two, add shot noise and apply the tone curve."""
    h, w = light.shape[:2]
    y, x = np.mgrid[:h, :w]
    corner = ((y - h / 2) ** 2 + (x - w / 2) ** 2) / (h**2 + w**2) * 4
    seen = blur(np.clip(light, 0, None) * (1 - 0.28 * corner)[..., None], 1.15)
    small = seen.reshape(h // 2, 2, w // 2, 2, 3).mean((1, 3)) * colour(grade)
    black, white = np.percentile(small.mean(-1), (0.2, 99.2))
    exposed = np.clip((small - 0.85 * black) / (white - 0.85 * black), 0, None)
    # Real dyes and sensors mix the channels: pure colours look painted.
    exposed = mix(exposed, exposed.mean(-1, keepdims=True), np.full(exposed.shape[:2], 0.14))
    noise = rng.standard_normal(exposed.shape) * 0.009 * np.sqrt(exposed + 0.0008)
    film = exposed**contrast + noise
    rolled = np.where(film > 0.7, 1 - 0.3 * np.exp((0.7 - film) / 0.3), np.clip(film, 0, 1))
    srgb = np.where(rolled < 0.0031308, 12.92 * rolled, 1.055 * rolled ** (1 / 2.4) - 0.055)
    return Image.fromarray(np.round(srgb * 255).astype(np.uint8))
