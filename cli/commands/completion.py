"""`augscore completion`: the script that teaches a shell the words of this command line."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

SHELLS = ("bash", "zsh", "fish", "powershell")


@click.command(short_help="Print the completion script of a shell.")
@click.argument("shell", type=click.Choice(SHELLS))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Print the completion script of SHELL, to be saved where the shell looks for it.

    \b
    augscore completion bash > ~/.local/share/bash-completion/completions/augscore
    augscore completion zsh > ~/.zfunc/_augscore
    augscore completion fish > ~/.config/fish/completions/augscore.fish
    augscore completion powershell >> $PROFILE
    """
    kind = get_completion_class(shell)
    if kind is None:
        raise click.UsageError(f"this click makes no completion script for {shell}", ctx)
    root = ctx.find_root().command
    click.echo(kind(root, {}, "augscore", "_AUGSCORE_COMPLETE").source())
