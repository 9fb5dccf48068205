"""Training, as a person reads it: the plan, a row of progress, the finished model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from .figures import count, duration, four, plural, rate, size
from .lines import Line, Span, line, table
from .names import shown_path
from .skips import skipped_lines

if TYPE_CHECKING:
    from augscore.score.wiener import ErrorRow
    from augscore.training.score.expectation import Expectation
    from augscore.training.score.plan import ScoreRunPlan
    from augscore.training.score.run import LogRow, ScoreRunResult

WIDTH = 80
HELD_OUT = "held-out images"


def plan_lines(plan: ScoreRunPlan, expected: Expectation) -> list[Line]:
    return [
        line(
            f"{plural(plan.files, 'file')}: up to {plural(plan.images, 'readable image')}, "
            f"{count(plan.held_out)} of them held out"
        ),
        line(f"working size {plan.working_size} px, crops of {plan.crop} px"),
        line(
            f"{plural(plan.options.steps, 'step')} of {plural(plan.options.batch_size, 'crop')} "
            f"on {plan.device}, {size(plan.memory_bytes)} of memory"
        ),
        line(
            f"about {duration(expected.training)} of training and "
            f"{duration(expected.calibration)} of calibration"
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
    from augscore.score.verdict import doubts

    return [
        line(f"saved {shown_path(result.model_path)}"),
        *error_lines(result.errors, HELD_OUT),
        *doubt_lines(doubts(result.errors, result.held_out)),
        *skipped_lines(result.skipped, WIDTH),
    ]


def error_lines(errors: Sequence[ErrorRow], of: str) -> list[Line]:
    """The network against the best linear denoiser, on images it never saw; `of`: which."""
    if not errors:
        return []
    rows = [["noise sd", "network [mse]", "Wiener [mse]", "ratio"]]
    rows += [[four(e.sigma), four(e.network), four(e.wiener), f"{e.ratio:.3f}"] for e in errors]
    return [line(f"denoising error on {of}"), *(line(row) for row in table(rows))]


def doubt_lines(doubts: Sequence[str]) -> list[Line]:
    return [line(Span(doubt, "warn")) for doubt in doubts]
