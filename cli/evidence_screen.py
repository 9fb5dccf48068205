"""The tables of a model check, as a person reads them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .figures import four, plural
from .lines import Line, join, line, table
from .score_run_screen import error_lines

if TYPE_CHECKING:
    from augscore.strength.evidence import RisingRow
    from augscore.strength.seen import SeenRow
    from augscore.training.score.model_check import Evidence


def evidence_lines(evidence: Evidence) -> list[Line]:
    return join(
        [
            [line(f"checked on {plural(evidence.images, 'photograph')} at {evidence.size} px")],
            error_lines(evidence.denoising, "these photographs"),
            rising_lines(evidence.rising),
            seen_lines(evidence.seen),
        ]
    )


def rising_lines(rows: tuple[RisingRow, ...]) -> list[Line]:
    """Which readings rise along a ladder: 100 means at every step of every photograph."""
    cells = [["rising steps [%]", "strength", "score norm", "pixel RMS", "rungs"]]
    cells += [
        [
            row.name,
            *(_percent(share) for share in (row.strength, row.score_norm, row.pixel_rms)),
            f"{four(row.rungs[0])} ... {four(row.rungs[-1])} {row.unit}",
        ]
        for row in rows
    ]
    return [line(text) for text in table(cells)]


def seen_lines(rows: tuple[SeenRow, ...]) -> list[Line]:
    """Which readings notice a change: the share of photographs that move farther than JPEG of
    quality 95 moves all but 5 % of them."""
    if not rows:
        return []
    heads = ["noticed [%]", "strength", "score gap", "typicality", "pixel RMS", "reads as"]
    return [line(text) for text in table([heads, *map(_seen, rows)])]


def _seen(row: SeenRow) -> list[str]:
    shares = (row.strength, row.score_gap, row.typicality, row.pixel_rms)
    noise = "beyond the ladder" if row.noise_sd is None else f"noise, sd {row.noise_sd:.3f}"
    return [row.name, *(f"{100 * share:.0f}" for share in shares), noise]


def _percent(share: float) -> str:
    return f"{100 * share:.1f}"
