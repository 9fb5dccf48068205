"""What `train METHOD` shows: its plan, a line a row of metrics, its result."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from .figures import count, duration, four, plural, rate, size
from .lines import Line, line, pack
from .names import shown, shown_path
from .pair_keys import option_name
from .skips import skipped_lines

if TYPE_CHECKING:
    from augscore.training.footprint import Expectation
    from augscore.training.planning.plan import TrainPlan
    from augscore.training.reporting.log_row import LogRow
    from augscore.training.run import TrainResult

WIDTH = 80


def plan_lines(plan: TrainPlan, expected: Expectation) -> list[Line]:
    config = plan.config
    views = f"{config.views} views by {shown(config.policy)}"
    steps = f"{plural(config.steps, 'step')} of {plural(config.batch_size, 'image')}"
    settings = [
        f"{option_name(name)} {_value(value)}" for name, value in plan.settings if name not in _TOLD
    ]
    return [
        *_wrapped(f"{config.method:<11}", plan.source),
        *_wrapped("images     ", plan.told),
        *(row for note in plan.notes for row in _wrapped("note       ", note)),
        line(f"network    {config.arch} at {config.size} px, {views}"),
        line(f"weights    {config.weighting.kind}"),
        line(
            f"length     {steps}, {plural(config.epochs, 'epoch')}, on {plan.device}, "
            f"{config.precision}"
        ),
        *pack("settings   ", settings, WIDTH),
        *_wrapped("expected   ", _expected(expected)),
    ]


_TOLD = frozenset(
    {
        "method",
        "policy",
        "views",
        "size",
        "arch",
        "epochs",
        "steps",
        "batch_size",
        "precision",
        "weighting.kind",
    }
)


def _expected(expected: Expectation) -> str:
    told = f"about {duration(expected.seconds)}, {size(expected.memory_bytes)} of memory"
    if expected.score_seconds:
        told += f"; before that a score network, about {duration(expected.score_seconds)}"
    return told


def _wrapped(label: str, text: str) -> list[Line]:
    return [line(row) for row in _rows(label, shown(text))]


def _rows(label: str, text: str) -> list[str]:
    return textwrap.wrap(
        text,
        WIDTH,
        initial_indent=label,
        subsequent_indent=" " * len(label),
        break_long_words=False,
        break_on_hyphens=False,
    )


def log_line(row: LogRow, device: str) -> Line:
    parts = [
        f"epoch {row.epoch:.1f}",
        f"step {count(row.step)}/{count(row.steps)}",
        f"loss {_maybe(row.loss)}",
    ]
    if row.knn is not None:
        parts.append(f"k-NN {row.knn:.1f} %")
    if row.effective_sample_size is not None:
        parts.append(f"weights {_maybe(row.weight_min)}..{_maybe(row.weight_max)}")
    if row.images_per_second is not None:
        parts.append(rate(row.images_per_second, "img"))
    if row.seconds_left is not None and row.step < row.steps:
        parts.append(f"left {duration(row.seconds_left)}")
    return line("  ".join([*parts, device]))


def result_lines(result: TrainResult) -> list[Line]:
    last = result.last
    lines = [line(f"saved {shown_path(result.encoder_path)}")]
    if last is not None and last.knn is not None:
        lines.append(
            line(
                f"k-NN top-1 {last.knn:.1f} % (95 % interval {last.knn_low:.1f} to "
                f"{last.knn_high:.1f}), {plural(result.test_images, 'test image')}"
            )
        )
    if last is not None and last.rankme is not None:
        lines.append(
            line(
                f"effective rank {_maybe(last.rankme)} ({_maybe(last.rankme_centred)} centred), "
                f"spread {_maybe(last.embedding_std)} of a full sphere"
            )
        )
    lines.append(line(f"curves {shown_path(result.page_path)}"))
    return [*lines, *skipped_lines(result.skipped, WIDTH)]


def plan_document(plan: TrainPlan, expected: Expectation) -> dict[str, object]:
    return {
        "schema": "augscore.train-plan/2",
        "method": plan.config.method,
        "source": plan.source,
        "images": plan.images,
        "split": plan.told,
        "notes": list(plan.notes),
        "config": dict(plan.settings),
        "seconds": expected.seconds,
        "score_seconds": expected.score_seconds,
        "memory_bytes": expected.memory_bytes,
        "device": plan.device,
    }


def result_document(result: TrainResult) -> dict[str, object]:
    return {
        "schema": "augscore.train/2",
        "complete": result.complete,
        "stopped_by": result.stopped_by,
        "encoder": shown_path(result.encoder_path),
        "page": shown_path(result.page_path),
        "last": None if result.last is None else result.last.to_json(),
        "test_images": result.test_images,
        "skipped": [
            {"path": s.name, "reason": s.reason, "detail": s.detail} for s in result.skipped
        ],
    }


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return ", ".join(_value(one) for one in value) or "none"
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _maybe(value: float | None) -> str:
    return "-" if value is None else four(value)
