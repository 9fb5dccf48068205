"""The card of a score model, as a person reads it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from .agreement_screen import summary_lines
from .evidence_screen import evidence_lines
from .figures import count, four, plural
from .lines import Line, Span, join, line, pack, table
from .names import shown
from .score_run_screen import HELD_OUT, doubt_lines, error_lines

if TYPE_CHECKING:
    from augscore.score.model import ModelCard, ScoreModel
    from augscore.strength.calibration import Calibration
    from augscore.strength.ladder import Ladder

LABEL = 14


def model_lines(
    title: str,
    model: ScoreModel,
    calibration: Calibration,
    origin: Mapping[str, str],
    width: int,
) -> list[Line]:
    """`origin`: what the file itself does not say, such as its path and licence."""
    from augscore.score.verdict import doubts_of

    card = model.card
    return join(
        [
            [line(Span(shown(title), "strong"))],
            *(_fact(name, text, width) for name, text in _facts(model, calibration).items()),
            *(_fact(name, text, width) for name, text in origin.items()),
            error_lines(card.held_out, HELD_OUT),
            doubt_lines(doubts_of(card)),
            _evidence(card),
            _agreement(card, width),
            ladder_lines(calibration),
        ]
    )


def ladder_lines(calibration: Calibration) -> list[Line]:
    return join([_ladder(ladder) for ladder in calibration.ladders])


def _evidence(card: ModelCard) -> list[Line]:
    if not card.evidence:
        return []
    from augscore.training.score.model_check import evidence_from_json

    return evidence_lines(evidence_from_json(card.evidence))


def _agreement(card: ModelCard, width: int) -> list[Line]:
    if not card.agreement:
        return []
    from augscore.studies.agreement.summary import summary_from_json

    return summary_lines(summary_from_json(card.agreement), width)


def _facts(model: ScoreModel, calibration: Calibration) -> dict[str, str]:
    card = model.card
    low, high = card.sigma_range
    parameters = sum(p.numel() for p in model.denoiser.parameters())
    return {
        "sha256": model.sha256,
        "input": "RGB in [0, 1], sides of 32 px or more",
        "working size": f"{card.working_size} px",
        "sigma": f"{four(low)} ... {four(high)}, pixels in [0, 1]",
        "data": _data(card),
        "network": f"{count(parameters)} parameters",
        "reading": f"{_reading(model)}, calibrated on {plural(calibration.crops, 'crop')} "
        f"of {plural(calibration.images, 'image')}",
    }


def _data(card: ModelCard) -> str:
    data = card.data
    sides = ", ".join(str(side) for side in data.scales)
    return (
        f"{plural(data.images, 'image')} trained on, {count(data.held_out)} held out; crops of "
        f"{data.crop} px at short sides of {sides} px; fingerprint {shown(data.fingerprint[:16])}"
    )


def _reading(model: ScoreModel) -> str:
    return shown(str(model.calibration.get("reading")))


def _ladder(ladder: Ladder) -> list[Line]:
    head = f"noise ladder at {ladder.size} px, floor {four(ladder.floor)} = sd "
    rungs = zip(ladder.noise_sds, ladder.strengths, ladder.lows, ladder.highs, strict=True)
    rows = [["noise sd", "strength", "95 % interval"]]
    rows += [[four(sd), four(s), f"{four(low)} ... {four(high)}"] for sd, s, low, high in rungs]
    return [line(head + four(ladder.floor_sd)), *(line(row) for row in table(rows))]


def _fact(name: str, text: str, width: int) -> list[Line]:
    return pack(f"{name:<{LABEL}}", shown(text).split(" "), width, gap=" ")
