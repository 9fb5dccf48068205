"""`augscore study`: experiments on your own images, each resumable."""

from __future__ import annotations

import click

from ..lazy import LazyGroup

COMMANDS = {
    "weighting": (
        ".commands.study_weighting:weighting",
        "Does it help to weight pairs by their score?",
    ),
    "magnitude": (
        ".commands.study_figures:magnitude",
        "Score value and strength against magnitude, by operation.",
    ),
    "histogram": (
        ".commands.study_figures:histogram",
        "Score values of images and their views, with examples.",
    ),
    "pairs": (
        ".commands.study_figures:pairs",
        "How far two views lie apart, by their two magnitudes.",
    ),
    "composition": (
        ".commands.study_figures:composition",
        "Two operations at once: contours over both magnitudes.",
    ),
    "agreement": (
        ".commands.study_agreement:agreement",
        "Do outside judges confirm the reading?",
    ),
}


class StudyGroup(LazyGroup):
    """A row of its table a study."""

    lazy = COMMANDS


@click.group(cls=StudyGroup, short_help="Experiments on your own images, which grow.")
def study() -> None:
    """Experiments on your own images: what score values and strengths do, and whether weights
    help. Each writes a folder; the same command again continues it."""
