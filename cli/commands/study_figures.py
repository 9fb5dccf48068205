"""`augscore study magnitude`: figures of what score values and strengths do on your own images."""

from __future__ import annotations

import click

from ..figure_job import carry_out
from ..figure_settings import SweepSettings, figure_options, levels_option, ops_option
from ..listed import words
from ..options import Configured, shared_options, with_settings


@click.command(
    "magnitude",
    cls=Configured,
    short_help="Score value and strength against magnitude, by operation.",
)
@figure_options(
    ops_option("", shown="all", help="Operations to turn; Rotate, or RandomAffine.scale for one."),
    levels_option(11, "Magnitudes over the range of an operation."),
)
@shared_options
@with_settings(SweepSettings)
def magnitude(settings: SweepSettings) -> None:
    """Turn every operation through its magnitudes, on the same images in DIR with the same
    randomness: score value and strength against magnitude (ScoreCL, Figure 1), and how well
    strength follows magnitude within an image.

    Writes score-value.png, strength.png, curves.csv, within-image.csv and magnitude.json. More
    operations add to a folder; rows that are there are kept.

    \b
    augscore study magnitude photos --out magnitude
    augscore study magnitude cifar10 --out hue --ops Hue,Rotate --levels 21
    """
    from augscore.studies.figures.sweeps import find_sweeps
    from augscore.studies.magnitude.study import MagnitudeStudy

    carry_out(settings, MagnitudeStudy(find_sweeps(words(settings.ops)), settings.levels))
