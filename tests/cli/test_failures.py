"""Every way to end early: its exit code, its words, and where the traceback goes."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from augscore.errors import HostError, InputError, ModelError, TensorError, UsageError
from augscore_cli.exits import Exit, stop_code
from augscore_cli.failures import add_verbosity
from augscore_cli.main import Root


def ending(error: BaseException, *, verbose: int = 0) -> Result:
    """A root command whose only subcommand raises `error`."""

    class Failing(Root):  # type: ignore[misc]
        lazy = {"fail": ("", "")}  # noqa: RUF012

        def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command:
            return click.Command("fail", callback=fail)

    def fail() -> None:
        add_verbosity(click.get_current_context(), verbose)
        raise error

    return CliRunner().invoke(Failing("augscore"), ["fail"], prog_name="augscore")


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (UsageError("m", code="c"), 2),
        (TensorError("m", code="c"), 2),
        (InputError("m", code="c"), 3),
        (ModelError("m", code="c"), 3),
        (HostError("m", code="c"), 4),
        (click.UsageError("m"), 2),
        (click.ClickException("m"), 2),
        (click.exceptions.Exit(1), 1),
        (ZeroDivisionError("m"), 70),
        (MemoryError("m"), 70),
        (KeyboardInterrupt(), 130),
        (BrokenPipeError(), 141),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, BaseException) else "",
)
def test_exit_code(
    error: BaseException, code: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr("augscore_cli.failures._discard_stdout", lambda: None)
    result = ending(error)
    assert result.exit_code == code
    assert "Traceback" not in result.output


def test_three_parts_on_stderr() -> None:
    result = ending(
        ModelError("cannot read model 'scor'", code="c", hint="See: augscore model info")
    )
    assert result.stderr == "error: cannot read model 'scor'. See: augscore model info\n"
    assert result.stdout == ""


def test_verbose_shows_the_traceback() -> None:
    result = ending(InputError("m", code="c"), verbose=1)
    assert "Traceback" in result.stderr
    assert result.exit_code == 3


def test_internal_error_saves_its_traceback(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    result = ending(ZeroDivisionError("by zero"))
    found = re.search(r"traceback is in (\S+)", result.stderr)
    assert found is not None
    text = Path(found.group(1)).read_text()
    assert "ZeroDivisionError: by zero" in text
    assert "augscore 0.1.0" in text


def test_messages_cannot_move_the_cursor() -> None:
    result = ending(InputError("cannot read 'a\x1b[2Jb\u202e'", code="c"))
    assert "a\\x1b[2Jb\\u202e" in result.stderr
    assert "\x1b" not in result.stderr


def test_signals_have_their_codes() -> None:
    assert stop_code("SIGINT") is Exit.INTERRUPTED
    assert stop_code("SIGTERM") is Exit.TERMINATED
