"""Training, as a person reads it: the plan, a row of progress, the finished model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from .figures import count, duration, four, plural, rate, size
from .lines import Line, line, table
from .names import shown_path
from .skips import skipped_lines

if TYPE_CHECKING:
    from augscore.score.wiener import ErrorRow
    from augscore.training.plan import ScoreRunPlan
    from augscore.training.score_run import LogRow, ScoreRunResult

WIDTH = 80


def plan_lines(plan: ScoreRunPlan) -> list[Line]:
    return [
        line(f"{plural(plan.images, 'image')}, {count(plan.held_out)} of them held out"),
        line(f"working size {plan.working_size} px, crops of {plan.crop} px"),
        line(
            f"{plural(plan.options.steps, 'step')} of {plan.options.batch_size} crops on "
            f"{plan.device}: about {duration(plan.seconds)}, {size(plan.memory_bytes)} of memory"
        ),
    ]


def log_line(row: LogRow, device: str) -> Line:
    lost = f"  {plural(row.not_finite, 'step')} not finite" if row.not_finite else ""
    return line(
        f"step {count(row.step)}/{count(row.steps)}  loss {row.loss:.4f}"
        f"  held-out {row.held_out_loss:.4f}  {rate(row.images_per_second, 'img')}"
        f"  left {duration(row.seconds_left)}  {device}{lost}"
    )


def result_lines(result: ScoreRunResult) -> list[Line]:
    return [
        line(f"saved {shown_path(result.model_path)}"),
        *error_lines(result.errors),
        *skipped_lines(result.skipped, WIDTH),
    ]


def error_lines(errors: Sequence[ErrorRow]) -> list[Line]:
    """The network against the best linear denoiser, on images it never saw."""
    if not errors:
        return []
    rows = [["noise sd", "network [mse]", "Wiener [mse]", "ratio"]]
    rows += [[four(e.sigma), four(e.network), four(e.wiener), f"{e.ratio:.3f}"] for e in errors]
    return [line("denoising error on held-out images"), *(line(row) for row in table(rows))]
