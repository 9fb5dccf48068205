"""`augscore policy`: the policies that come with augscore, and those in files."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..completing import policies
from ..figures import plural
from ..lines import Line, line
from ..measure_files import check_target
from ..names import shown, shown_path
from ..options import (
    AutoInt,
    Configured,
    Settings,
    decorated,
    policy_seed,
    shared_options,
    with_settings,
)
from ..policy_screen import policy_entry, policy_lines, step_count
from ..policy_source import allow_code, named_policy, policy_files, tell_notes
from ..results import print_result

if TYPE_CHECKING:
    from augscore.engine.policy import Policy
    from augscore.errors import Mistake
    from augscore.images.records import Picture

FORMATS = ("text", "yaml", "json")


@dataclass(frozen=True, kw_only=True)
class ListSettings(Settings):
    """`policy list` has only what every command has."""


@dataclass(frozen=True, kw_only=True)
class ShowSettings(Settings):
    name: str
    format: str
    allow_code: bool


@dataclass(frozen=True, kw_only=True)
class ValidateSettings(Settings):
    files: tuple[str, ...]
    allow_code: bool
    deep: bool


@dataclass(frozen=True, kw_only=True)
class DrawSettings(Settings):
    name: str
    image: Path
    allow_code: bool
    count: int
    size: int | None
    id: str | None
    seed: int | None
    out: Path
    force: bool


@click.group(short_help="Policies: list, show, validate, draw them.")
def policy() -> None:
    """Augmentation policies: those that come with augscore, and your own in YAML or JSON files."""


@policy.command("list", cls=Configured, short_help="Name them, with their source.")
@shared_options
@with_settings(ListSettings)
def list_policies(settings: ListSettings) -> None:
    """Name every policy that comes with augscore, with its size, views and source."""
    from augscore.engine.presets import PRESETS

    width = settings.streams.out.width
    lines = [row for p in PRESETS.values() for row in policy_entry(p, width)]
    facts = [
        {"name": p.name, "size": p.size, "views": len(p.views), "source": p.source}
        for p in PRESETS.values()
    ]
    print_result(settings, lines, {"policies": facts})


@policy.command("show", cls=Configured, short_help="Show the steps of one.")
@click.argument("name", metavar="NAME|FILE", shell_complete=policies)
@click.option(
    "--format",
    type=click.Choice(FORMATS),
    default="text",
    show_default=True,
    help="yaml and json: a policy file with every default written out.",
)
@allow_code
@shared_options
@with_settings(ShowSettings)
def show(settings: ShowSettings) -> None:
    """Show every step of a policy: its ranges, and how often it is applied. With --format yaml: as
    a policy file, to be changed and measured."""
    from augscore.engine.policy_file.document import to_document

    chosen = named_policy(settings.name, settings.allow_code)
    if settings.format != "text":
        tell_notes(chosen, settings.streams)
    print_result(settings, _shown(settings, chosen), to_document(chosen))


def _shown(settings: ShowSettings, chosen: Policy) -> list[Line]:
    if settings.format == "text":
        return policy_lines(chosen, settings.streams.out.width)
    from augscore.engine.check import check_writable
    from augscore.engine.policy_file.document import to_document
    from augscore.engine.policy_file.write import to_yaml
    from augscore.outputs import to_json

    check_writable(chosen)
    as_json = settings.format == "json"
    text = to_json(to_document(chosen), sort_keys=False, indent=2) if as_json else to_yaml(chosen)
    return [line(row) for row in text.rstrip("\n").split("\n")]


@policy.command("validate", cls=Configured, short_help="Find every mistake in policy files.")
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@allow_code
@click.option(
    "--deep",
    is_flag=True,
    help="Also run every operation by itself, and tell those that break or break a promise.",
)
@shared_options
@with_settings(ValidateSettings)
def validate(settings: ValidateSettings) -> None:
    """Find every mistake in policy files, with its line and column; exit 2 if there is one."""
    from augscore.errors import PolicyError

    lines: list[Line] = []
    mistakes: list[Mistake] = []
    found: list[dict[str, object]] = []
    for file in settings.files:
        result = _read(file, settings.allow_code)
        if settings.deep and not isinstance(result, tuple):
            result = _tried(settings, file, result) or result
        if not isinstance(result, tuple):
            lines.append(line(f"{shown(file)}: ok, {_facts(result)}"))
        wrong = result if isinstance(result, tuple) else ()
        mistakes += wrong
        found.append({"file": file, "ok": not wrong, "mistakes": [asdict(m) for m in wrong]})
    print_result(settings, lines, {"files": found})
    if mistakes:
        raise PolicyError(plural(len(settings.files), "file"), mistakes)


def _read(file: str, allowed: bool) -> Policy | tuple[Mistake, ...]:
    from augscore.engine.bring.code import is_code
    from augscore.engine.policies import is_policy_file
    from augscore.engine.policy_file.read import read_policy
    from augscore.errors import Mistake, PolicyError, UsageError

    try:
        if is_code(file) and not is_policy_file(file):
            return named_policy(file, allowed)
        return read_policy(Path(file))
    except PolicyError as error:
        return error.mistakes
    except UsageError as error:
        return (Mistake(error.code, file, error.message, error.hint),)


def _tried(settings: ValidateSettings, file: str, chosen: Policy) -> tuple[Mistake, ...]:
    """What is wrong with its operations; empty if nothing is."""
    from augscore.engine.trial import PATIENCE, SEED, try_policy
    from augscore.errors import Mistake, UsageError

    def waiting(op: str) -> None:
        told = f"{shown(file)}: {shown(op)} has run for {PATIENCE:.0f} s (op_hang); Ctrl-C ends it"
        settings.streams.err.write([line(told)])

    try:
        faults = try_policy(chosen, waiting=waiting)
    except UsageError as error:
        return (Mistake(error.code, file, error.message, error.hint),)
    return tuple(
        Mistake(f.code, file, f"{f.op}: {f.message}", f"View {f.view}, seed {SEED}") for f in faults
    )


def _facts(chosen: Policy) -> str:
    views, all_steps = plural(len(chosen.views), "view"), plural(step_count(chosen), "step")
    return f"{shown(chosen.name)}, {chosen.size} px, {views}, {all_steps}"


_DRAW_OPTIONS = (
    click.option(
        "-n",
        "--count",
        type=click.IntRange(1, 200),
        default=8,
        show_default=True,
        metavar="N",
        help="How often to draw.",
    ),
    click.option(
        "--size",
        type=AutoInt(1),
        default="auto",
        show_default="the policy's",
        metavar="N",
        help="Side of the views in pixels.",
    ),
    policy_seed,
    click.option(
        "--id",
        metavar="NAME",
        help="Whose draws: the name of the image within the folder that was measured or audited.  "
        "[default: its file name]",
    ),
    click.option(
        "-o",
        "--out",
        type=click.Path(path_type=Path),
        default="sheet.png",
        show_default=True,
        metavar="FILE",
        help="The picture; the draws go beside it, as .json.",
    ),
    allow_code,
    click.option("--force", is_flag=True, help="Replace both files."),
)


@policy.command("draw", cls=Configured, short_help="Make a picture of what one does.")
@click.argument("name", metavar="NAME|FILE", shell_complete=policies)
@click.argument("image", type=click.Path(path_type=Path))
@lambda function: decorated(function, _DRAW_OPTIONS)
@shared_options
@with_settings(DrawSettings)
def draw(settings: DrawSettings) -> None:
    """Draw a policy N times for IMAGE: a picture of the views with what was done to each, and the
    draws, from which augscore.replay makes the same pixels again."""
    chosen = named_policy(settings.name, settings.allow_code)
    tell_notes(chosen, settings.streams)
    rest = settings.out.with_suffix(".json")
    _check_outputs(settings, rest)
    picture = _picture(settings.image)
    from augscore.engine.augment import views_of
    from augscore.engine.picture import draws_picture
    from augscore.outputs import write_bytes, write_json

    views, drawn = views_of(
        [picture.pixels],
        chosen,
        views=settings.count,
        size=settings.size,
        seed=settings.seed,
        ids=[picture.id if settings.id is None else settings.id],
    )
    sheet = draws_picture(picture.pixels, chosen, views, drawn)
    write_bytes(settings.out, sheet)
    write_json(rest, drawn.to_json())
    lines = [line(f"wrote {shown_path(path)}") for path in (settings.out, rest)]
    print_result(settings, lines, drawn.to_json())


def _check_outputs(settings: DrawSettings, rest: Path) -> None:
    if settings.out.suffix.lower() != ".png":
        raise click.UsageError(f"--out {shown_path(settings.out)}: the picture is a .png file")
    inputs = (settings.image, Path(settings.name), *policy_files(settings.name))
    for path in (settings.out, rest):
        if path.exists() and not settings.force:
            raise click.UsageError(f"{shown_path(path)} is there already; --force replaces it")
        if any(other.exists() and path.exists() and path.samefile(other) for other in inputs):
            raise click.UsageError(f"--out {shown_path(path)} would replace what is read from")
    check_target(str(rest), "--out", inputs)


def _picture(path: Path) -> Picture:
    from augscore.errors import InputError, UsageError
    from augscore.images.decode import decode
    from augscore.images.find import find
    from augscore.images.records import Candidate, Ignored, Picture

    if path.is_dir():
        raise UsageError(f"{str(path)!r} is a folder", code="usage", hint="Name one image")
    entry = next(iter(find([path])))
    read = decode(entry) if isinstance(entry, Candidate) else entry
    if isinstance(read, Picture):
        return read
    detail = read.reason if isinstance(read, Ignored) else f"{read.reason}, {read.detail}"
    raise InputError(f"cannot read {str(path)!r}: {detail}", code=read.reason)
