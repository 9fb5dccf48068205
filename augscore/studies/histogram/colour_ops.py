"""Which views had a colour operation applied to them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from augscore.studies.figures.sweeps import SWEEPS

COLOUR_OPS = frozenset(
    {
        *(sweep.op for sweep in SWEEPS if sweep.kind == "colour"),
        "ColorJitter",
        "RandomAutocontrast",
        "RandomChannelDrop",
        "RandomChannelPermutation",
        "RandomEqualize",
        "RandomGrayscale",
        "RandomInvert",
    }
)


def applied_ops(steps: Sequence[Mapping[str, object]]) -> tuple[str, ...]:
    """The operations of a view, from its draw as `Draw.describe` tells it, in their order."""
    return tuple(_applied(steps))


def _applied(steps: Sequence[Mapping[str, object]]) -> Iterator[str]:
    for step in steps:
        if step.get("applied"):
            yield str(step["op"])
        branches = step.get("branches", ())
        assert isinstance(branches, Sequence)
        for branch in branches:
            yield from _applied(branch["steps"])
