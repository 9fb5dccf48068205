"""The root command: help, version, mistyped words, and what none of them may import."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import click
import pytest
from click.testing import Result

import augscore_cli
from augscore_cli.main import COMMANDS, root

Invoke = Callable[..., Result]
Child = Callable[..., subprocess.CompletedProcess[str]]
HEAVY = "torch", "numpy", "rich", "pydantic", "yaml"
PROBE = """
import sys
from augscore_cli.main import main
code = None
try:
    main()
except SystemExit as end:
    code = end.code or 0
loaded = set({heavy!r}) & set(sys.modules)
assert not loaded, loaded
sys.exit(code)
"""


def leaves(
    command: click.Command, words: tuple[str, ...]
) -> list[tuple[tuple[str, ...], click.Command]]:
    if not isinstance(command, click.Group):
        return [(words, command)]
    ctx = click.Context(command)
    found: list[tuple[tuple[str, ...], click.Command]] = [(words, command)]
    for name in command.list_commands(ctx):
        child = command.get_command(ctx, name)
        assert child is not None
        found += leaves(child, (*words, name))
    return found


EVERY = leaves(root, ())


@pytest.mark.parametrize("name", COMMANDS)
def test_static_help_is_the_commands_own(name: str) -> None:
    command = root.get_command(click.Context(root), name)
    assert command is not None
    assert command.get_short_help_str(limit=200) == COMMANDS[name][1]


def test_static_help_of_what_is_trained_is_the_commands_own() -> None:
    from augscore_cli.commands.train import COMMANDS as TRAINED
    from augscore_cli.commands.train import train

    for name, (_, text) in TRAINED.items():
        command = train.get_command(click.Context(train), name)
        assert command is not None
        assert command.get_short_help_str(limit=200) == text


def test_static_help_of_what_is_studied_is_the_commands_own() -> None:
    from augscore_cli.commands.study import COMMANDS as STUDIED
    from augscore_cli.commands.study import study

    for name, (_, text) in STUDIED.items():
        command = study.get_command(click.Context(study), name)
        assert command is not None
        assert command.get_short_help_str(limit=200) == text


@pytest.mark.parametrize(
    ("words", "command"), EVERY, ids=lambda v: " ".join(v) or "root" if isinstance(v, tuple) else ""
)
def test_every_command_and_option_has_help(
    words: tuple[str, ...], command: click.Command, invoke: Invoke
) -> None:
    result = invoke(*words, "--help")
    assert result.exit_code == 0
    assert command.help
    for param in command.params:
        if isinstance(param, click.Option):
            assert param.help, param.opts
            assert param.opts[-1] in result.output
    assert max(map(len, result.output.splitlines())) <= 80


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--help"], 0),
        (["--version"], 0),
        (["measure", "--help"], 0),
        (["measure", "x", "--shard", "4/3", "--out", "y"], 2),
        (["measure", "x", "--shard", "1/3"], 2),
        (["merge", "--help"], 0),
        (["merge", "x"], 2),
        (["train", "--help"], 0),
        (["train", "score", "-h"], 0),
        (["train", "simclr", "--help"], 0),
        (["train", "wmse", "x", "-o", "y", "--set", "optim.lrr=1"], 2),
        (["train", "simclr", "x", "-o", "y", "--print-config"], 0),
        (["eval", "--help"], 0),
        (["eval", "x"], 2),
        (["export", "--help"], 0),
        (["export", "x"], 2),
        (["completion", "bash"], 0),
        (["completion", "zsh"], 0),
        (["completion", "fish"], 0),
        (["completion", "powershell"], 0),
        ([], 2),
        (["measrue"], 2),
        (["--nonsense"], 2),
        (["measure"], 2),
        (["measure", "--veiws", "2"], 2),
        (["measure", "x", "--views", "none"], 2),
        (["measure", "x", "--set", "veiws=2"], 2),
        (["measure", "x", "--config", "none.toml"], 2),
        (["measure", "x", "--pairs", "p.csv"], 2),
        (["train", "scoer"], 2),
        (["train", "score", "x"], 2),
        (["measure", "x", "--print-config"], 0),
    ],
    ids=lambda v: " ".join(v) if isinstance(v, list) else "",
)
def test_imports_nothing_heavy(arguments: list[str], code: int) -> None:
    probe = PROBE.format(heavy=HEAVY)
    run = subprocess.run(
        [sys.executable, "-c", probe, *arguments], capture_output=True, text=True, check=False
    )
    assert run.returncode == code, run.stderr
    assert "Traceback" not in run.stderr


def test_help_imports_no_command() -> None:
    probe = (
        "import sys\n"
        "from augscore_cli.main import main\n"
        "try:\n    main()\nexcept SystemExit: pass\n"
        "assert not [m for m in sys.modules if m.startswith('augscore_cli.commands')]\n"
    )
    subprocess.run([sys.executable, "-c", probe, "--help"], capture_output=True, check=True)


def test_completing_words_imports_no_command() -> None:
    probe = (
        "import os, sys\n"
        "os.environ |= {'_AUGSCORE_COMPLETE': 'bash_complete', 'COMP_WORDS': 'augscore m',"
        " 'COMP_CWORD': '1'}\n"
        "from augscore_cli.main import main\n"
        "try:\n    main()\nexcept SystemExit: pass\n"
        "assert not [m for m in sys.modules if m.startswith('augscore_cli.commands')]\n"
    )
    run = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    assert run.stdout.split() == ["plain,measure", "plain,merge", "plain,model"]


def test_help_comes_within_half_a_second() -> None:
    """The fastest of five: other work on the machine only adds."""
    command = [sys.executable, "-m", "augscore_cli", "--help"]
    times = []
    for _ in range(5):
        began = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True)
        times.append(time.perf_counter() - began)
    assert min(times) < 0.5


def test_version_names_release_model_and_schema(invoke: Invoke) -> None:
    result = invoke("--version")
    assert result.exit_code == 0
    assert result.output.startswith("augscore 0.1.0 (")
    assert result.output.endswith(", schema 1)\n")


def test_version_of_a_bundled_model(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from augscore_cli import version

    (tmp_path / "model").mkdir()
    card = '{"name": "default", "version": "1.0", "sha256": "3f2a9c1d77"}'
    monkeypatch.setattr(version, "files", lambda package: tmp_path)
    assert "no bundled model" in version.version_line()
    (tmp_path / "model/default.json").write_text(card)
    assert "(default model 1.0 sha256 3f2a9c1d, schema 1)" in version.version_line()


@pytest.mark.parametrize("order", [("-v", "--version"), ("--version", "-v")])
def test_verbose_version_adds_the_machine(order: tuple[str, str], invoke: Invoke) -> None:
    output = invoke(*order).output
    assert "Python 3." in output
    assert "torch " in output
    assert "device " in output


def test_a_mistyped_command_gets_the_nearest(invoke: Invoke) -> None:
    result = invoke("measrue")
    assert result.exit_code == 2
    assert "error: No such command 'measrue'. Did you mean 'measure' or 'merge'?" in result.stderr
    assert "See: augscore --help" in result.stderr
    assert result.stdout == ""


def test_the_module_calls_itself_augscore(child: Child) -> None:
    assert child("--help").stdout.startswith("Usage: augscore ")


def test_no_command_shows_help_and_exits_2(invoke: Invoke) -> None:
    result = invoke()
    assert result.exit_code == 2
    assert "Usage: augscore" in result.output


def test_library_modules_are_named_relatively() -> None:
    """Inside cli/ imports are relative, since it is installed under another name."""
    folder = Path(augscore_cli.__file__).parent
    for path in folder.rglob("*.py"):
        text = path.read_text()
        assert "import augscore_cli" not in text, path
        assert "from augscore_cli" not in text, path


def test_unknown_variables_only_warn(invoke: Invoke) -> None:
    result = invoke("measure", "x", "--print-config", env={"AUGSCORE_DEVIEC": "cpu"})
    assert result.exit_code == 0
    assert "warning: AUGSCORE_DEVIEC is no setting. Did you mean AUGSCORE_DEVICE" in result.stderr


def test_a_closed_pipe_exits_141() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    for arguments in (["policy", "list"], ["--help"], ["completion", "zsh"], ["--version"]):
        run = subprocess.run(
            [sys.executable, "-m", "augscore_cli", *arguments],
            stdout=writer,
            stderr=subprocess.PIPE,
            check=False,
        )
        assert run.returncode == 141, arguments
        assert run.stderr == b""
    os.close(writer)
