"""How far judges agree with a model, as its card tells it to a person."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from .figures import plural
from .lines import Line, line, pack
from .names import shown

if TYPE_CHECKING:
    from augscore.studies.agreement.figures import Figure
    from augscore.studies.agreement.summary import AgreementSummary


def summary_lines(summary: AgreementSummary, width: int) -> list[Line]:
    """A line a judge, or as many as the width asks for."""
    by_judge: dict[str, list[Figure]] = {}
    for figure in summary.figures:
        by_judge.setdefault(figure.judge, []).append(figure)
    head = (
        f"rank agreement of {summary.reading} with judges, "
        f"at most {plural(summary.pictures, 'picture')} of each"
    )
    rows = [
        row
        for judge, figures in by_judge.items()
        for row in pack(f"{shown(judge)}: ", list(map(_told, figures)), width, gap=", ")
    ]
    return [line(shown(head)), *rows]


def _told(figure: Figure) -> str:
    what = shown(figure.what)
    if not math.isfinite(figure.value):
        return f"{what} -"
    return f"{what} {figure.value:.2f} ({figure.low:.2f} to {figure.high:.2f})"
