"""Options that take several values, with commas between."""

from __future__ import annotations

import click

from .names import shown


def words(text: str) -> tuple[str, ...]:
    """`kornia, lightly` as two words."""
    return tuple(word for part in text.split(",") if (word := part.strip()))


def whole_numbers(option: str, text: str, least: int) -> tuple[int, ...]:
    """`32,224` as two numbers; click.UsageError for anything else."""
    found = words(text)
    if not found or not all(w.isascii() and w.isdigit() and int(w) >= least for w in found):
        raise click.UsageError(
            f"Invalid value for '{option}': {shown(repr(text))} is no list of whole numbers"
            f" from {least} up, as in 32,224."
        )
    return tuple(int(word) for word in found)
