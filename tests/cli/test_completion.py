"""`augscore completion`: the scripts, and what they complete."""

from __future__ import annotations

import subprocess
from collections.abc import Callable

import pytest
from click.testing import Result

Invoke = Callable[..., Result]
Child = Callable[..., subprocess.CompletedProcess[str]]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish", "powershell"])
def test_every_shell_gets_a_script(shell: str, invoke: Invoke) -> None:
    result = invoke("completion", shell)
    assert result.exit_code == 0
    assert "_AUGSCORE_COMPLETE" in result.stdout
    assert "augscore" in result.stdout


def test_an_unknown_shell_is_refused(invoke: Invoke) -> None:
    assert invoke("completion", "tcsh").exit_code == 2


@pytest.mark.parametrize(
    ("words", "cursor", "expected"),
    [
        ("augscore tr", 1, "plain,train"),
        ("augscore train s", 2, "plain,score"),
        ("augscore measure --fol", 2, "plain,--follow-links"),
        ("augscore measure --color a", 3, "plain,auto\nplain,always"),
        ("augscore policy ", 2, "plain,list\nplain,show"),
    ],
)
def test_what_bash_is_offered(words: str, cursor: int, expected: str, child: Child) -> None:
    env = {
        "_AUGSCORE_COMPLETE": "bash_complete",
        "COMP_WORDS": words,
        "COMP_CWORD": str(cursor),
    }
    assert child(env=env).stdout.strip() == expected
