"""What is wrong in a file, and where: collected first, told all at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from augscore.errors import Mistake, PolicyError

Path = tuple[str | int, ...]


@dataclass(frozen=True)
class Place:
    """A line and a column, both from 1."""

    line: int
    column: int


@dataclass(frozen=True)
class Problem:
    """`path` leads through the document; `at_key` means its last key rather than the value there.

    `place` is given where the path is not enough, as for the second of two equal keys.
    """

    path: Path
    code: str
    message: str
    hint: str = ""
    at_key: bool = False
    place: Place | None = None


@dataclass(frozen=True)
class Places:
    """Where keys and values stand in a text; empty for a mapping from Python."""

    values: Mapping[Path, Place] = field(default_factory=dict)
    keys: Mapping[Path, Place] = field(default_factory=dict)

    def of(self, problem: Problem) -> Place | None:
        if problem.place is not None:
            return problem.place
        if problem.at_key and problem.path in self.keys:
            return self.keys[problem.path]
        return self._nearest(problem.path)

    def _nearest(self, path: Path) -> Place | None:
        """The value, or the innermost thing around it that stands in the text."""
        around = (path[:end] for end in range(len(path), -1, -1))
        return next((self.values[p] for p in around if p in self.values), None)


def refusal(file: str, problems: Sequence[Problem], places: Places) -> PolicyError:
    """One error for all problems, in the order of the text."""
    return PolicyError(file, mistakes_of(file, problems, places))


def mistakes_of(file: str, problems: Sequence[Problem], places: Places) -> tuple[Mistake, ...]:
    """What is told of the problems, in the order of the text."""
    return tuple(_sorted([_mistake(file, p, places) for p in problems]))


def without_echoes(read: Sequence[Problem], checked: Sequence[Problem]) -> list[Problem]:
    """Both lists, without what was checked only because it could not be read: that itself, and
    what is then missing right around it."""
    unread = {p.path for p in read}
    around = {path[:-1] for path in unread}

    def is_echo(p: Problem) -> bool:
        missing = p.code.endswith("_syntax") and p.path in around
        return not p.at_key and (p.path in unread or missing)

    return [*read, *(p for p in checked if not is_echo(p))]


def _mistake(file: str, problem: Problem, places: Places) -> Mistake:
    place = places.of(problem)
    if place is None:
        where = f"{file}: {dotted(problem.path)}" if problem.path else file
        return Mistake(problem.code, where, problem.message, problem.hint)
    where = f"{file}:{place.line}:{place.column}"
    return Mistake(problem.code, where, problem.message, problem.hint, place.line, place.column)


def _sorted(mistakes: list[Mistake]) -> list[Mistake]:
    return sorted(mistakes, key=lambda m: (m.line or 0, m.column or 0))


def dotted(path: Path) -> str:
    """`views[0].transforms[1].ColorJitter.hue`."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return text.removeprefix(".")
