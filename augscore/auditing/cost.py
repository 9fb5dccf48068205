"""How many views an audit measures, and how long that takes."""

from __future__ import annotations

from augscore.auditing.plan import AuditPlan


def views_of_image(plan: AuditPlan, *, probed: bool) -> float:
    """The expected number for one image: its original, its draws and, if it is probed operation by
    operation, each operation alone, each view without it, and every level."""
    count = 1.0 + plan.options.draws
    if not probed:
        return count
    chances = [probe.part.chance or 0.0 for probe in plan.probes]
    levels = sum(len(axis.levels) for probe in plan.probes for axis in probe.part.axes)
    looks = 2.0 if plan.options.shifts else 1.0
    return count + 2 * plan.options.draws * sum(chances) + looks * levels


def views_in_all(plan: AuditPlan) -> float:
    """The same for all images that are measured here."""
    probed = [place < plan.options.op_images for place in plan.pool.places]
    return sum(views_of_image(plan, probed=one) for one in probed)
