"""Benchmarks as tables of lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from .figures import count, four, plural
from .lines import Line, Span, line, pack, table

if TYPE_CHECKING:
    from augscore.benching.exactness import Comparison, Exactness
    from augscore.benching.figures import EngineFigures, Figure, TaskFigures
    from augscore.benching.op_times import OpTime


def host_lines(host: Mapping[str, Any], width: int) -> list[Line]:
    """Device, threads and versions."""
    libraries = [
        f"{name} {host[name]}" for name in ("torch", "torchvision", "kornia") if host[name]
    ]
    facts = [str(host["device_name"]), plural(host["threads"], "thread"), *libraries]
    return pack(f"{host['device']}   ", facts, width)


def engine_lines(found: EngineFigures, width: int) -> list[Line]:
    """The machine, and a table for every task."""
    lines = host_lines(found.host, width)
    speed = four(found.bytes_per_second / 1e9)
    lines.append(line(f"copying {speed} GB/s   {_processes(found.workers)}"))
    for task in found.tasks:
        lines += [line(), *_task_lines(task, width)]
    return lines


def exactness_lines(found: Exactness, width: int) -> list[Line]:
    """A row for every comparison, and why the wider bounds are wider."""
    head = ["grey levels", "against", "mean", "most", "beyond", ""]
    rows = [head, *(_comparison(one) for one in found.comparisons)]
    top, *texts = table(rows)
    lines = [line(top)]
    lines += [_marked(text, one) for text, one in zip(texts, found.comparisons, strict=True)]
    reasons: dict[str, list[str]] = {}
    for one in found.comparisons:
        if one.bound.why:
            reasons.setdefault(one.bound.why, []).append(f"{one.op} ({one.against})")
    for why, whose in reasons.items():
        names = [f"{name}," for name in whose[:-1]] + whose[-1:]
        lines += [line(f"{why}:"), *pack("  ", names, width, gap=" ")]
    return lines + [line(f"{op}: no reference; {why}") for op, why in found.without]


def op_lines(timed: Sequence[OpTime], host: Mapping[str, Any], width: int) -> list[Line]:
    """A row for every operation; a word where the engine does not run the faster backend."""
    head = ["microseconds an image", "torch", "kornia", "kornia / torch", "used"]
    rows = [head, *(_op_time(one) for one in timed)]
    return [*host_lines(host, width), line(), *(line(text) for text in table(rows))]


def _processes(number: int) -> str:
    noun = "process" if number == 1 else "processes"
    return f"{number} {noun} for those that take one image at a time"


def _task_lines(task: TaskFigures, width: int) -> list[Line]:
    head = [f"{task.rounds} rounds", "images/s", "of copying", "augscore is", "middle half"]
    lines = [line(Span(task.task, "strong"))]
    lines += [line(text) for text in table([head, *map(_figure, task.figures)])]
    for figure in task.figures:
        lines += [line(f"  {figure.name}: {text}") for text in (figure.note,) if text]
        if figure.doubt:
            lines.append(line(Span("doubt", "warn"), f" {figure.name}: {figure.doubt}"))
    lines += [line(f"  {one.name} is absent: {one.why}") for one in task.absent]
    lines.append(line(f"  drawing takes {100 * task.drawing:.1f} % of augscore's time"))
    if task.winner:
        lines.append(line(f"  here augmentation is faster on the {task.winner}"))
    return [*lines, _parity_line(task)]


def _figure(figure: Figure) -> list[str]:
    low, high = figure.spread
    speed, share = count(round(figure.images_per_second)), f"{100 * figure.bandwidth:.1f} %"
    if (low, figure.ratio, high) == (1.0, 1.0, 1.0):
        return [figure.name, speed, share, "", ""]
    return [figure.name, speed, share, f"{figure.ratio:.2f} x", f"{low:.2f} ... {high:.2f}"]


def _parity_line(task: TaskFigures) -> Line:
    parity = task.parity
    mark = Span("ok  ", "ok") if parity.passed else Span("FAIL", "fail")
    apart = f"{parity.difference.mean:.4f} in the mean, {parity.difference.most:.4f} at most"
    return line(mark, f"  {parity.images} of the timed images, grey levels off: {apart}")


def _comparison(one: Comparison) -> list[str]:
    name = f"{one.op} {one.choice}".strip()
    apart = one.difference
    beyond = f"{100 * apart.share:.2f} %" if apart.share else ""
    mark = "ok" if one.passed else "FAIL"
    return [name, one.against, f"{apart.mean:.4f}", f"{apart.most:.4f}", beyond, mark]


def _marked(text: str, one: Comparison) -> Line:
    return line(text if one.passed else Span(text, "fail"))


def _op_time(one: OpTime) -> list[str]:
    kornia = "" if one.kornia_us is None else four(one.kornia_us)
    ratio = "" if one.ratio is None else f"{one.ratio:.2f}"
    used = one.used if one.used == one.faster else f"{one.used}, slower"
    return [one.op, four(one.torch_us), kornia, ratio, used]
