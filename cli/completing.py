"""What a shell may complete besides commands, options and files: policies, models, encoders."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator

import click
from click.shell_completion import CompletionItem

from augscore.strength.model_path import BUNDLED, IN_A_RUN, SUFFIX
from augscore.training import encoder_path

_LOOKED_AT = 1000


def policies(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The bundled ones, and the policy files in the folder of what is typed."""
    from augscore.engine.policies import is_policy_file
    from augscore.engine.presets import PRESETS

    folder = os.path.dirname(incomplete)
    files = sorted(os.path.join(folder, n) for n in _entries(folder) if is_policy_file(n))
    sources = {policy.name: policy.source for policy in PRESETS.values()} | dict.fromkeys(files, "")
    return [
        CompletionItem(name, help=source)
        for name, source in sources.items()
        if name.startswith(incomplete)
    ]


def models(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The bundled one; model files and runs in the folder of what is typed, and in those in it."""
    folder = os.path.dirname(incomplete)
    near = sorted(_models_in(folder, IN_A_RUN, deeper=True))
    return [CompletionItem(name) for name in (BUNDLED, *near) if name.startswith(incomplete)]


def encoders(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Runs with an encoder, and model files, in the folder of what is typed and in those in it."""
    near = sorted(_models_in(os.path.dirname(incomplete), encoder_path.IN_A_RUN, deeper=True))
    return [CompletionItem(name) for name in near if name.startswith(incomplete)]


def _models_in(folder: str, in_a_run: str, *, deeper: bool) -> Iterator[str]:
    for name in _entries(folder):
        path = os.path.join(folder, name)
        if not os.path.isdir(path):
            if name.endswith(SUFFIX):
                yield path
        elif os.path.isfile(os.path.join(path, in_a_run)):
            yield path
        elif deeper:
            yield from _models_in(path, in_a_run, deeper=False)


def _entries(folder: str) -> list[str]:
    try:
        with os.scandir(folder or ".") as entries:
            first = itertools.islice(entries, _LOOKED_AT)
            return [entry.name for entry in first if not entry.name.startswith(".")]
    except OSError:
        return []
