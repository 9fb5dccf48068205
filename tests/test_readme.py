"""What the README and its sister pages claim: commands, options, links, the snippet, the screen."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import click
import pytest

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
OWN_LOOPS = (ROOT / "assets" / "recipes" / "own-loops.md").read_text(encoding="utf-8")
PAGES = (
    "assets/recipes/own-loops.md",
    "README.md",
    "ARCHITECTURE.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    "assets/ASSETS.md",
)


def _load(path: Path) -> ModuleType:
    spec = spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


readme_commands = _load(ROOT / "tests" / "readme_commands.py")


def augscore_commands(text: str) -> list[list[str]]:
    """The arguments of every `augscore …` in shell blocks, in screens, and between backquotes."""
    lines = [part for row in readme_commands.shell_lines(text) for part in row.split("&&")]
    lines += re.findall(r"^\$ (.*)$", text, re.MULTILINE)
    lines += re.findall(r"`(augscore [^`]+)`", text)
    words = [shlex.split(line) for line in lines]
    return [w[1:] for w in words if w and w[0] == "augscore"]


COMMANDS = augscore_commands(README)


def parse(arguments: list[str]) -> None:
    """As far as click goes without running the command; raises click.UsageError."""
    from augscore_cli.main import root

    command: click.Command = root
    ctx = click.Context(root, info_name="augscore")
    rest = arguments
    while isinstance(command, click.Group):
        name, found, rest = command.resolve_command(ctx, rest)
        assert found is not None
        command = found
        if isinstance(command, click.Group):
            ctx = click.Context(command, parent=ctx, info_name=name)
    command.make_context(command.name, rest, parent=ctx)


def test_the_two_commands_of_the_start() -> None:
    assert readme_commands.commands(README) == [
        "pip install . && augscore measure assets/samples",
        "pip install -e '.[test]' && pytest",
    ]


@pytest.mark.parametrize("arguments", COMMANDS, ids=shlex.join)
def test_every_command_in_the_readme_parses(
    arguments: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    parse(arguments)


def test_a_command_that_does_not_exist_would_be_noticed() -> None:
    assert ["policy", "list"] in COMMANDS
    for wrong in (["measure", "photos", "--no-such-option"], ["mesure", "photos"]):
        with pytest.raises(click.UsageError):
            parse(wrong)


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_to_files(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    targets = re.findall(r"\]\(([^)#]+)[^)]*\)", text)
    missing = [
        t for t in targets if "://" not in t and not (ROOT / page).parent.joinpath(t).exists()
    ]
    assert missing == []


@pytest.mark.parametrize("page", PAGES[:4])
def test_paths_named_in_prose_exist(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    named = re.findall(r"`((?:augscore|cli|assets|tests)/[\w./-]*)`", text)
    assert [path for path in named if not (ROOT / path).exists()] == []


def test_the_readme_stays_short() -> None:
    assert len(README.splitlines()) <= 170


def test_the_table_of_what_readings_see_is_that_of_the_bundled_model() -> None:
    from augscore.score.model import load_model
    from augscore.strength.model_path import bundled_path
    from augscore.training.score.model_check import evidence_from_json

    evidence = evidence_from_json(load_model(bundled_path()).card.evidence)
    assert f"Of {evidence.images} photographs" in README
    _, table = README.split("## What each reading can and cannot see")
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in table.splitlines()
        if line.startswith("| ")
    ]
    wanted = [
        [row.name, *(f"{100 * share:.0f}" for share in shares), f"{row.noise_sd:.3f}"]
        for row in evidence.seen
        for shares in [(row.strength, row.score_gap, row.typicality, row.pixel_rms)]
    ]
    assert rows[2:] == wanted


@pytest.mark.slow
def test_the_snippet_runs() -> None:
    snippet, *_ = readme_commands.code_blocks(README, "python")
    child = _run("-P", "-c", snippet)
    assert child.returncode == 0, child.stderr
    *strengths, noise_sd = re.findall(r"\d+\.\d+", child.stdout)
    assert len(strengths) == 4
    assert 0 < float(noise_sd) < 1


def test_the_examples_of_training_run() -> None:
    _, module = readme_commands.code_blocks(README, "python")
    _, _, loader = readme_commands.code_blocks(OWN_LOOPS, "python")
    for snippet in (module, loader):
        assert len(snippet.splitlines()) <= 11
        child = _run("-P", "-W", "error", "-c", snippet)
        assert child.returncode == 0, child.stderr
        assert child.stderr == ""
    assert child.stdout.count("torch.Size([16, 3, 32, 32])") == 8


def test_the_examples_of_the_pieces_run() -> None:
    plain, with_lightly, _ = readme_commands.code_blocks(OWN_LOOPS, "python")
    for snippet in (plain, with_lightly):
        assert "reduce(" in snippet
        assert len(snippet.splitlines()) <= 12
        child = _run("-P", "-W", "error", "-c", snippet)
        assert child.returncode == 0, child.stderr
        assert child.stderr == ""
    assert "lightly" in with_lightly
    assert child.stdout == "torch.Size([16])\n"


@pytest.mark.slow
def test_the_screen_is_what_the_command_prints() -> None:
    (block,) = readme_commands.code_blocks(README, "text")
    command, _, screen = block.partition("\n")
    assert command.startswith("$ augscore ")
    child = _run("-P", "-m", "augscore_cli", *shlex.split(command)[2:], "--progress", "never")
    assert child.returncode == 0, child.stderr
    wanted, got = _without_host(screen), _without_host(child.stdout + child.stderr)
    assert [w for w in wanted if not _is_number(w)] == [w for w in got if not _is_number(w)]
    numbers = [[float(w) for w in words if _is_number(w)] for words in (wanted, got)]
    # The last digits belong to the processor that the screen was pasted from.
    assert numbers[1] == pytest.approx(numbers[0], rel=0.02, abs=0.2)


def _run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env={k: v for k, v in os.environ.items() if not k.startswith("AUGSCORE_")},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )


def _without_host(screen: str) -> list[str]:
    """All words but the device, the threads and the time that a run took."""
    return re.sub(r"\b(?:cpu|cuda|mps)\b.*$", "", screen, flags=re.MULTILINE).split()


def _is_number(word: str) -> bool:
    return re.fullmatch(r"-?[\d.,]*\d", word) is not None
