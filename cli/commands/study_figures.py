"""`augscore study magnitude`: figures of what score values and strengths do on your own images."""

from __future__ import annotations

import click

from ..completing import policies
from ..figure_job import carry_out
from ..figure_settings import (
    HistogramSettings,
    SweepSettings,
    figure_options,
    levels_option,
    ops_option,
)
from ..listed import words
from ..options import Configured, shared_options, with_settings
from ..policy_source import allow_code, named_policy, tell_notes


@click.command(
    "magnitude",
    cls=Configured,
    short_help="Score value and strength against magnitude, by operation.",
)
@figure_options(
    ops_option("", shown="all", help="Operations to turn; Rotate, or RandomAffine.scale for one."),
    levels_option(11, "Magnitudes over the range of an operation; 21: 11 each of two ways."),
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


@click.command(
    "histogram", cls=Configured, short_help="Score values of images and their views, with examples."
)
@figure_options(
    click.option(
        "--policy",
        default="simclr",
        show_default=True,
        metavar="NAME|FILE",
        shell_complete=policies,
        help="How the views are made.",
    ),
    allow_code,
    click.option(
        "--thumbnails/--no-thumbnails",
        default=True,
        help="Small pictures of the images in the figure.  [default: thumbnails]",
    ),
)
@shared_options
@with_settings(HistogramSettings)
def histogram(settings: HistogramSettings) -> None:
    """Draw a policy once for each image in DIR: histograms of the score values of images and
    views, and of the strength of the views, with an example under each bin (ScoreCL, Figure 2).

    Writes histogram.png, histogram.csv and histogram.json.

    \b
    augscore study histogram photos --out histogram
    augscore study histogram cifar10 --out own --policy simclr-cifar
    """
    from augscore.studies.histogram.study import HistogramStudy

    policy = named_policy(settings.policy, settings.allow_code)
    tell_notes(policy, settings.streams)
    carry_out(settings, HistogramStudy(policy, settings.thumbnails))


@click.command(
    "pairs", cls=Configured, short_help="How far two views lie apart, by their two magnitudes."
)
@figure_options(
    ops_option("", shown="all", help="Operations to turn; Rotate, or RandomAffine.scale for one."),
    levels_option(7, "Magnitudes over the range of an operation, for each of the two views."),
)
@shared_options
@with_settings(SweepSettings)
def pairs(settings: SweepSettings) -> None:
    """Make two views of each image in DIR by one operation, at every two of its magnitudes: the
    gap of their score values and the strength between them (ScoreCL, Figure 3).

    Writes score-gap.png, pair-strength.png, pairs.csv and pairs.json. More operations add to a
    folder; rows that are there are kept.

    \b
    augscore study pairs photos --out pairs
    augscore study pairs cifar10 --out shears --ops ShearX,ShearY --levels 11
    """
    from augscore.studies.figures.sweeps import find_sweeps
    from augscore.studies.pairs.study import PairsStudy

    carry_out(settings, PairsStudy(find_sweeps(words(settings.ops)), settings.levels))


@click.command(
    "composition",
    cls=Configured,
    short_help="Two operations at once: contours over both magnitudes.",
)
@figure_options(
    ops_option("GaussianBlur,GaussianNoise", help="The two, in the order in which they come."),
    levels_option(11, "Magnitudes over the range of each operation."),
)
@shared_options
@with_settings(SweepSettings)
def composition(settings: SweepSettings) -> None:
    """Put the images in DIR through two operations, one after the other, every magnitude of each
    with every one: contours of score value and strength (ScoreCL, Figure 4), and how much of them
    is not just the sum of both.

    Writes composition.png, composition.csv and composition.json.

    \b
    augscore study composition photos --out blur-noise
    augscore study composition cifar10 --out two --ops Brightness,Rotate
    """
    from augscore.studies.composition.study import CompositionStudy
    from augscore.studies.figures.sweeps import first_sweep

    names = words(settings.ops)
    if len(names) != 2:
        raise click.UsageError("--ops takes two operations, as in Brightness,Rotate")
    first, second = map(first_sweep, names)
    carry_out(settings, CompositionStudy(first, second, settings.levels))
