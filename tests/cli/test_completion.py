"""`augscore completion`: the scripts, and what they complete."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

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
        ("augscore train sco", 2, "plain,score"),
        ("augscore measure --fol", 2, "plain,--follow-links"),
        ("augscore measure --color a", 3, "plain,auto\nplain,always"),
        ("augscore policy ", 2, "plain,draw\nplain,list\nplain,show\nplain,validate"),
    ],
)
def test_what_bash_is_offered(words: str, cursor: int, expected: str, child: Child) -> None:
    env = {
        "_AUGSCORE_COMPLETE": "bash_complete",
        "COMP_WORDS": words,
        "COMP_CWORD": str(cursor),
    }
    assert child(env=env).stdout.strip() == expected


def offered(child: Child, words: str) -> list[str]:
    """What bash is offered for the last word."""
    cursor = str(len(words.split(" ")) - 1)
    env = {"_AUGSCORE_COMPLETE": "bash_complete", "COMP_WORDS": words, "COMP_CWORD": cursor}
    return [row.removeprefix("plain,") for row in child(env=env).stdout.splitlines()]


def test_names_of_policies(child: Child) -> None:
    assert offered(child, "augscore policy show simc") == ["simclr", "simclr-cifar"]
    Path("p").mkdir()
    for name in ("simple.yaml", "p/one.json", "p/two.yml", "p/three.txt"):
        Path(name).touch()
    assert offered(child, "augscore policy show simp") == ["simple.yaml"]
    assert offered(child, "augscore measure x --policy p/") == ["p/one.json", "p/two.yml"]


def test_names_of_models(child: Child) -> None:
    for run in ("run-a", "runs/one", "runs/two"):
        Path(run).mkdir(parents=True)
        (Path(run) / "model.safetensors").touch()
    Path("runs/other").mkdir()
    Path("rival.safetensors").touch()
    Path("rest.txt").touch()
    Path("round").symlink_to("round")
    assert offered(child, "augscore model info r") == [
        "rival.safetensors",
        "run-a",
        "runs/one",
        "runs/two",
    ]
    assert offered(child, "augscore model check de") == ["default"]
    assert offered(child, "augscore model info runs/t") == ["runs/two"]


def test_completing_names_imports_nothing_heavy() -> None:
    code = (
        "import sys\n"
        "from augscore_cli import completing\n"
        "assert completing.policies(None, None, '') and completing.models(None, None, '')\n"
        "assert not {'torch', 'numpy', 'rich'} & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_it_takes_the_options_of_every_command(invoke: Invoke) -> None:
    plain = invoke("completion", "bash").stdout
    assert json.loads(invoke("completion", "bash", "--json", "-").stdout)["script"] in plain
    assert invoke("completion", "bash", "--quiet", "-v").stdout == plain
    assert "# SHELL: bash" in invoke("completion", "bash", "--print-config").stdout
