"""What no audit tells, in the words of every report."""

from __future__ import annotations

LIMITS = (
    "Whether labels are still true is not measured: look at views yourself.",
    "Strength is what the score network sees, over that of two unrelated images (1); a move that it"
    " does not see reads as weak.",
    "No range is known to train better: what is usual is not what is good.",
)
