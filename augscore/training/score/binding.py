"""What must agree for a score run to continue: all that shapes its weights.

The kind of device too, since another one rounds differently. How often to log or to save, the
number of workers and the number of a GPU are free.
"""

from __future__ import annotations

import json
from dataclasses import asdict

import torch

from augscore.training.score.plan import ScoreRunPlan


def binding_settings(plan: ScoreRunPlan) -> dict[str, object]:
    """All that must agree and is known before an image is read."""
    settings = {
        **asdict(plan.fit_options),
        "working_size": plan.working_size,
        "crop": plan.crop,
        "scales": plan.scales.short_sides,
        "architecture": asdict(plan.options.architecture),
        "device": torch.device(plan.device).type,
        **plan.source.settings,
    }
    as_read: dict[str, object] = json.loads(json.dumps(settings))
    return as_read
