"""`augscore completion`: the script that teaches a shell the words of this command line."""

from __future__ import annotations

from dataclasses import dataclass

import click
from click.shell_completion import get_completion_class

from ..lines import line
from ..options import Configured, Settings, shared_options, with_settings
from ..results import print_result

SHELLS = ("bash", "zsh", "fish", "powershell")


@dataclass(frozen=True, kw_only=True)
class CompletionSettings(Settings):
    shell: str


@click.command(cls=Configured, short_help="Print the completion script of a shell.")
@click.argument("shell", type=click.Choice(SHELLS))
@shared_options
@with_settings(CompletionSettings)
def completion(settings: CompletionSettings) -> None:
    """Print the completion script of SHELL, to be saved where the shell looks for it.

    \b
    augscore completion bash > ~/.local/share/bash-completion/completions/augscore
    augscore completion zsh > ~/.zfunc/_augscore
    augscore completion fish > ~/.config/fish/completions/augscore.fish
    augscore completion powershell >> $PROFILE
    """
    script = _script(settings.shell)
    lines = [line(row) for row in script.split("\n")]
    print_result(settings, lines, {"shell": settings.shell, "script": script})


def _script(shell: str) -> str:
    kind = get_completion_class(shell)
    if kind is None:
        raise click.UsageError(f"this click makes no completion script for {shell}")
    root = click.get_current_context().find_root().command
    return kind(root, {}, "augscore", "_AUGSCORE_COMPLETE").source()
