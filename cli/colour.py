"""Whether a stream gets colour: decided here, since libraries read the variables otherwise."""

from __future__ import annotations

from collections.abc import Mapping

CHOICES = ("auto", "always", "never")


def colour_wanted(choice: str, environment: Mapping[str, str], *, is_terminal: bool) -> bool:
    """The first that decides of --color, NO_COLOR, (CLI)FORCE_COLOR, TERM=dumb and the stream."""
    if choice != "auto":
        return choice == "always"
    if environment.get("NO_COLOR"):
        return False
    if any(
        environment.get(name, "") not in ("", "0") for name in ("FORCE_COLOR", "CLICOLOR_FORCE")
    ):
        return True
    return environment.get("TERM") != "dumb" and is_terminal
