"""Why nothing was measured, in words that help."""

from __future__ import annotations

from collections.abc import Mapping

from augscore.errors import InputError
from augscore.images.sniff import FORMAT_OF
from augscore.measuring.measurement import DataCounts, Measurement
from augscore.outputs import printable

_MOST_EXTENSIONS = 5


def nothing_measured(result: Measurement) -> InputError:
    """`empty_folder`, or `no_images` with what was found instead."""
    data = result.data
    code = "no_images" if data.found else "empty_folder"
    return InputError(f"nothing was measured: {_why(result)}", code=code, hint=_hint(result))


def _hint(result: Measurement) -> str:
    if any(item.reason == "too_many_pixels" for item in result.skipped):
        return "Allow more with --max-pixels"
    if result.data.ignored and not result.data.skipped:
        return f"Accepted: {', '.join(f'.{e}' for e in sorted(FORMAT_OF))}"
    return ""


def _why(result: Measurement) -> str:
    data = result.data
    if data.skipped:
        first = result.skipped[0]
        name = printable(first.name)
        why = f"{first.reason}, {printable(first.detail)}"
        return f"{data.skipped:,} of {data.found:,} skipped, first {name}: {why}"
    if not data.root:
        return "no images were given"
    place = f"no image files in {data.root!r}"
    if not data.ignored:
        return f"{place}: it is empty"
    return f"{place}, only others: {_counted(data.ignored_by_reason)}{_extensions(data)}"


def _extensions(data: DataCounts) -> str:
    named = {f".{e}" if e else "without": n for e, n in data.ignored_extensions.items()}
    return f" ({_counted(named)})" if named else ""


def _counted(counts: Mapping[str, int]) -> str:
    ordered = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[:_MOST_EXTENSIONS]
    return ", ".join(f"{n:,} {printable(name)}" for name, n in ordered)
