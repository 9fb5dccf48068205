"""How a run fed itself, as its mark tells: for whoever wants to see the views that it saw."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from augscore.errors import InputError
from augscore.json_values import mapping, whole
from augscore.runs.mark import marked_command, marked_facts, marked_settings

WORKERS = "workers"


@dataclass(frozen=True)
class KeptFeed:
    """`batch_size` of all processes together; views of an image, their `size` in px; `workers`:
    threads that decoded."""

    seed: int
    batch_size: int
    views: int
    size: int
    workers: int


def feed_of_run(folder: Path) -> KeptFeed:
    """Raises InputError (`run_unreadable`) for a mark that does not say."""
    settings = marked_settings(folder, marked_command(folder) or "") or {}
    try:
        seed, batch_size, views, size = (
            whole(settings[name]) for name in ("seed", "batch_size", "views", "size")
        )
        # Older runs did not keep it, and it changes no view.
        workers = whole(mapping(marked_facts(folder).get("options", {})).get(WORKERS, 0))
    except (KeyError, TypeError) as error:
        raise InputError(
            f"the run.json of {str(folder)!r} does not tell how the run was fed",
            code="run_unreadable",
            hint="Audit its policy by name, or the policy.yaml in it",
        ) from error
    return KeptFeed(seed, batch_size, views, size, workers)
