"""The command `augscore`: a table of subcommands and the way every one of them ends."""

from __future__ import annotations

import signal

import click

from .exits import Exit
from .failures import add_verbosity, exits
from .lazy import LazyGroup
from .streams import accept_any_text
from .version import version_details, version_line

COMMANDS = {
    "measure": (".commands.measure:measure", "How strongly a policy moves your images."),
    "merge": (".commands.merge:merge", "Join the parts of a result that was sharded."),
    "audit": (
        ".commands.audit:audit",
        "What a policy really does to your images, for CI.",
    ),
    "train": (".commands.train:train", "Train a network on your own images."),
    "eval": (".commands.eval:evaluate", "How good the features of a trained encoder are."),
    "export": (".commands.export:export", "Write an encoder for another library."),
    "model": (".commands.model:model", "What a score model knows; whether it keeps its word."),
    "policy": (
        ".commands.policy:policy",
        "Policies: list, show, validate, draw them.",
    ),
    "study": (".commands.study:study", "Experiments on your own images, which grow."),
    "bench": (".commands.bench:bench", "How fast and how exact the engine is here."),
    "doctor": (".commands.doctor:doctor", "Check that this machine can run augscore."),
    "completion": (".commands.completion:completion", "Print the completion script of a shell."),
}


class Root(LazyGroup):
    """Turns every failure of parsing and running into a message and an exit code."""

    lazy = COMMANDS

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        with exits(ctx):
            return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> object:
        with exits(ctx):
            return super().invoke(ctx)


@click.group(
    cls=Root,
    invoke_without_command=True,
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.option("--version", is_flag=True, help="Show the version and stop; with -v, more.")
@click.option("-v", "--verbose", count=True, help="More detail; the traceback of an error.")
@click.pass_context
def root(ctx: click.Context, version: bool, verbose: int) -> None:
    """Measure how strongly image augmentations move your images, with a score network trained on
    images alone. Start with: augscore measure FOLDER"""
    add_verbosity(ctx, verbose)
    if version:
        click.echo("\n".join([version_line(), *(version_details() if verbose else [])]))
        ctx.exit(Exit.DONE)
    if ctx.invoked_subcommand is None:
        raise click.UsageError("Missing command.", ctx)


def main() -> None:
    """Run the command line and end the process."""
    accept_any_text()
    signal.signal(signal.SIGTERM, _terminated)
    root.main(prog_name="augscore")


def _terminated(number: int, frame: object) -> None:
    raise SystemExit(Exit.TERMINATED)
