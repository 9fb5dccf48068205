"""One shard of many: which images a process takes, where several share a source."""

from __future__ import annotations

import re
from dataclasses import dataclass

from augscore.errors import UsageError

_WRITTEN = re.compile(r"([1-9][0-9]{0,8})/([1-9][0-9]{0,8})")


@dataclass(frozen=True)
class Shard:
    """Part `index` of `count`, counted from 1; written 2/3. Raises UsageError (`usage`) for a
    number that lies outside."""

    index: int
    count: int

    def __post_init__(self) -> None:
        if not 1 <= self.index <= self.count:
            raise UsageError(
                f"there is no shard {self.index} of {self.count}",
                code="usage",
                hint="Write I/N, with I from 1 to N",
            )

    def takes(self, image_id: int | str) -> bool:
        """Whether the image is of this shard: its `keys.rank` for the purpose "shard" and seed 0,
        modulo the count. Who else is there, and in which order, has no say."""
        # Here, since the command line reads shards without torch, which the keys need.
        from augscore import keys

        return keys.rank(image_id, purpose="shard", seed=0) % self.count == self.index - 1

    def __str__(self) -> str:
        return f"{self.index}/{self.count}"


def parse_shard(text: str) -> Shard:
    """The shard that is written I/N. Raises UsageError (`usage`) for anything else."""
    written = _WRITTEN.fullmatch(text)
    if written is None:
        raise UsageError(
            f"{text!r} is no shard", code="usage", hint="Write I/N, with I from 1 to N: 2/3"
        )
    return Shard(int(written[1]), int(written[2]))
