"""Text and names of the user's in GitHub's Markdown, where they are neither markup nor a mention.

Every escape works inside a table and outside. A mention or a reference to an issue is made of the
text after Markdown is gone, so a space of no width parts its sign from its name.
"""

from __future__ import annotations

import re

from augscore.outputs import printable

LONGEST = 500
_PLAIN_NAME = re.compile(r"[\w .,()=+/>-]*\w[\w .,()=+/>-]*", re.ASCII)
_ENTITIES = dict.fromkeys("\\<>|&`", "") | {"@": "&#8203;", "#": "&#8203;"}
_BACKSLASHED = frozenset("*[]~$!")
_OUTER_UNDERSCORE = re.compile(r"(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])")
_LINKS = re.compile(r"(://|www\.)", re.IGNORECASE)


def text(raw: str) -> str:
    """Free text, cut after 500 characters."""
    parts = _LINKS.split(_cut(raw))
    return "".join(_link(part) if place % 2 else _words(part) for place, part in enumerate(parts))


def code(name: str) -> str:
    """A name, in the type of code."""
    shown = _cut(name)
    if _PLAIN_NAME.fullmatch(shown) and shown == shown.strip():
        return f"`{shown}`"
    return f"<code>{''.join(_entity(c) for c in shown) or '&#8203;'}</code>"


def _cut(raw: str) -> str:
    shown = printable(raw)
    return shown if len(shown) <= LONGEST else shown[: LONGEST - 3] + "..."


def _words(part: str) -> str:
    return _OUTER_UNDERSCORE.sub(r"\\_", "".join(_escaped(c) for c in part))


def _escaped(character: str) -> str:
    if character in _ENTITIES:
        return f"&#{ord(character)};{_ENTITIES[character]}"
    return f"\\{character}" if character in _BACKSLASHED else character


def _link(mark: str) -> str:
    """What would make an address of the words around it."""
    return f"&#{ord(mark[0])};{mark[1:]}" if mark[0] == ":" else f"{mark[:-1]}&#{ord('.')};"


def _entity(character: str) -> str:
    if not character.isascii() or character.isalnum():
        return character
    # An address of mail is one even within the type of code.
    return f"&#{ord(character)};{'&#8203;' if character == '@' else ''}"
