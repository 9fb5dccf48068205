"""A Measurement → the lines that a person reads."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from augscore.strength.model_path import BUNDLED

from .extremes import Extremes, ViewOf
from .figures import count, duration, four, percent, plural, sd
from .lines import Line, Span, join, line, pack, shortened, table
from .names import cells, shown
from .skips import reason_lines

if TYPE_CHECKING:
    from augscore.measuring.measurement import (
        ClassSummary,
        Measurement,
        ModelIdentity,
        NoiseSpread,
        Spread,
        Summary,
    )

RANGE = "5 % ... 95 %"
INTERVAL = "95 % interval"
NO_INTERVAL = "-"
CLASS_FIGURES = 48


@dataclass(frozen=True)
class Layout:
    """`width`: columns to fill; `cut`: shorten a name that is wider (on a terminal only)."""

    width: int
    cut: bool
    ellipsis: str


@dataclass(frozen=True)
class Facts:
    """What the result object does not hold: `remedy` is the command for images of another kind."""

    seconds: float
    threads: int
    remedy: str
    detailed: bool


def measure_screen(
    result: Measurement, extremes: Extremes, facts: Facts, layout: Layout
) -> list[Line]:
    summary = result.summary
    if summary is None:
        return join([_header(result, facts, layout), _stopped(result), _skipped(result, layout)])
    return join(
        [
            _warning(result, summary, facts, layout),
            _header(result, facts, layout),
            _stopped(result),
            _numbers(summary, facts.detailed),
            _least_typical(extremes, layout),
            *_ends(extremes, summary, layout),
            _classes(result.classes, extremes.top, layout),
            _skipped(result, layout),
        ]
    )


def noise_text(value: float | None, bound: str | None, floor: float, ceiling: float) -> str:
    """A noise sd, or which end of the ladder it lies beyond."""
    if value is not None:
        return sd(value)
    return f"< {sd(floor)}" if bound == "below_floor" else f"> {sd(ceiling)}"


def _warning(result: Measurement, summary: Summary, facts: Facts, layout: Layout) -> list[Line]:
    doubts = [line(Span(f"WARNING about the model: {d}", "warn")) for d in result.model.doubts]
    if not summary.outside_clean_range:
        return doubts
    share = f"{100 * summary.atypical_share:.0f} %"
    head = f"WARNING: {share} of these images are unlike those that the model was trained on."
    return [
        *doubts,
        line(Span(head, "warn")),
        line("Do not trust the readings. Train a model on the images themselves:"),
        line(Span(f"  {facts.remedy}", "strong")),
    ]


def _header(result: Measurement, facts: Facts, layout: Layout) -> list[Line]:
    config, model = result.config, result.model
    unit = "pair" if config.policy is None else "image"
    policy = f"policy {shown(config.policy)}, {_view_count(result)}" if config.policy else ""
    threads = f", {plural(facts.threads, 'thread')}" if config.device == "cpu" else ""
    items = [
        plural(result.data.measured, unit),
        policy,
        f"{config.size} px",
        f"shard {config.shard}" if config.shard else "",
        f"model {_model_name(model)}",
        f"{config.device}{threads}, {duration(facts.seconds)}",
    ]
    return pack("", [item for item in items if item], layout.width)


def _model_name(model: ModelIdentity) -> str:
    """One's own models are called like the folders of their runs and have no versions."""
    released = model.name == BUNDLED
    return f"{shown(model.name)} {shown(model.version)}" if released else shown(model.name)


def _view_count(result: Measurement) -> str:
    views = len(result.images[0].views) if result.images else result.config.views
    return f"{plural(views, 'view')} each"


def _stopped(result: Measurement) -> list[Line]:
    if result.complete:
        return []
    return [line(Span(f"INCOMPLETE: stopped by {result.stopped_by}", "warn"))]


def _numbers(summary: Summary, detailed: bool) -> list[Line]:
    rows = [
        ["", "median", RANGE, INTERVAL],
        _noise_row(summary.strength_noise_sd, summary.strength.count),
        _spread_row("typicality [%]", summary.typicality, percent),
    ]
    if detailed:
        rows += _details(summary)
    head, *body = table(rows)
    return [line(head), *(line(row) for row in body)]


def _details(summary: Summary) -> list[list[str]]:
    relative = summary.strength_relative
    return [
        _spread_row("strength [raw]", summary.strength, four),
        *([_spread_row("strength [of unrelated]", relative, four)] if relative else []),
        _spread_row("score shift", summary.score_shift, four),
        _spread_row("pixel rms [0, 1]", summary.pixel_rms, four),
        _spread_row("1 - SSIM", summary.one_minus_ssim, four),
    ]


def _spread_row(label: str, spread: Spread, write: Callable[[float], str]) -> list[str]:
    ends = spread.interval
    return [
        label,
        write(spread.median),
        f"{write(spread.p05)} ... {write(spread.p95)}",
        NO_INTERVAL if ends is None else f"{write(ends[0])} ... {write(ends[1])}",
    ]


def _noise_row(spread: NoiseSpread, readings: int) -> list[str]:
    def text(value: float | None, bound: str) -> str:
        return noise_text(value, bound, spread.floor, spread.ceiling)

    def quantile(value: float | None, share: float) -> str:
        return text(value, _bound(spread, readings, share))

    # With a known median, an end that is missing can only lie beyond the near end of the ladder.
    beyond = ("below_floor", "past_ladder")
    if spread.median is None:
        beyond = (_bound(spread, readings, 0.5), _bound(spread, readings, 0.5))
    ends = spread.interval
    return [
        "strength [noise sd]",
        quantile(spread.median, 0.5),
        f"{quantile(spread.p05, 0.05)} ... {quantile(spread.p95, 0.95)}",
        NO_INTERVAL
        if ends is None
        else f"{text(ends[0], beyond[0])} ... {text(ends[1], beyond[1])}",
    ]


def _bound(spread: NoiseSpread, readings: int, share: float) -> str:
    """Which end a missing quantile lies beyond: so many readings are below the floor."""
    position = int((readings - 1) * share)
    return "below_floor" if spread.below_floor > position else "past_ladder"


def _least_typical(extremes: Extremes, layout: Layout) -> list[Line]:
    rows = extremes.least_typical()[: extremes.top]
    items = [_item(row.name, percent(row.typicality), layout) for row in rows]
    return pack("least typical    ", items, layout.width) if items else []


def _ends(extremes: Extremes, summary: Summary, layout: Layout) -> list[list[Line]]:
    """Weakest and strongest; of few views none is told twice."""
    weak = min(extremes.top, -(-summary.strength.count // 2))
    strong = min(extremes.top, summary.strength.count - weak)
    return [
        _views("weakest views    ", extremes.weakest[:weak], summary, layout),
        _views("strongest views  ", extremes.strongest[:strong], summary, layout),
    ]


def _views(label: str, views: Sequence[ViewOf], summary: Summary, layout: Layout) -> list[Line]:
    ladder = summary.strength_noise_sd
    items = [
        _item(
            view.name,
            noise_text(view.noise_sd, view.noise_bound, ladder.floor, ladder.ceiling),
            layout,
            mark=f" view {view.number}" if view.number is not None else "",
        )
        for view in views
    ]
    return pack(label, items, layout.width) if items else []


def _item(name: str, value: str, layout: Layout, *, mark: str = "") -> str:
    tail = f"{mark} {value}"
    room = layout.width - cells("strongest views  ") - cells(tail) if layout.cut else None
    return shortened(shown(name), room, layout.ellipsis) + tail


def _classes(classes: Sequence[ClassSummary], top: int, layout: Layout) -> list[Line]:
    """The classes that the policy hits hardest, and the mildest if there are more."""
    ranked = [row for row in classes if row.strength.interval is not None]
    if not ranked or not top:
        return []
    rows = [["hardest classes", "images", "median", INTERVAL]]
    rows += [_class_row(row, layout) for row in [*ranked[:top], *ranked[top:][-1:]]]
    lines = [line(row) for row in table(rows)]
    if len(ranked) > top + 1:
        lines.insert(-1, line(f"  {layout.ellipsis} {count(len(ranked) - top - 1)} between"))
    if len(ranked) < len(classes):
        small = plural(len(classes) - len(ranked), "smaller class")
        lines.append(line(f"  not ranked: {small.replace('classs', 'classes')}"))
    return lines


def _class_row(row: ClassSummary, layout: Layout) -> list[str]:
    _, median, _, interval = _noise_row(row.strength_noise_sd, row.strength.count)
    room = layout.width - CLASS_FIGURES if layout.cut else None
    return [
        f"  {shortened(shown(row.label), room, layout.ellipsis)}",
        count(row.images),
        median,
        interval,
    ]


def _skipped(result: Measurement, layout: Layout) -> list[Line]:
    return [
        *reason_lines("skipped", result.data.skipped_by_reason, layout.width),
        *reason_lines("ignored", result.data.ignored_by_reason, layout.width),
    ]
