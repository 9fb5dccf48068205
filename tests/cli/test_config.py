"""Where settings come from: file < environment < --set < flags."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import click
import pytest
from click.testing import Result
from hypothesis import given
from hypothesis import strategies as st

from augscore_cli import config
from augscore_cli.config import Scope, Setting

Invoke = Callable[..., Result]


def printed(invoke: Invoke, *arguments: str, env: dict[str, str] | None = None) -> dict[str, str]:
    result = invoke("measure", "x", "--print-config", *arguments, env=env)
    assert result.exit_code == 0, result.stderr
    return {row.split(" = ")[0]: row for row in result.stdout.splitlines()}


@pytest.mark.parametrize("top", range(4))
def test_later_origins_win(top: int, invoke: Invoke) -> None:
    arguments: list[str] = []
    env = {}
    Path("augscore.toml").write_text("# mine\nviews = 2\n")
    if top >= 1:
        env["AUGSCORE_VIEWS"] = "3"
    if top >= 2:
        arguments += ["--set", "views=4"]
    if top >= 3:
        arguments += ["--views", "5"]
    row = printed(invoke, *arguments, env=env)["views"]
    origin = ("augscore.toml:2", "AUGSCORE_VIEWS", "--set views", "--views")[top]
    assert row.split() == ["views", "=", str(top + 2), "#", *origin.split()]


@given(
    layers=st.lists(st.dictionaries(st.sampled_from("abc"), st.integers()), min_size=3, max_size=3)
)
def test_the_last_layer_that_names_a_key_wins(layers: list[dict[str, int]]) -> None:
    scope = Scope("m", frozenset("abc"), frozenset)
    settings = [[Setting(k, str(v), str(i)) for k, v in d.items()] for i, d in enumerate(layers)]
    chosen = config.resolve(scope, *settings)
    for key in "abc":
        origins = [i for i, layer in enumerate(layers) if key in layer]
        assert (key in chosen) == bool(origins)
        if origins:
            assert chosen[key].origin == str(origins[-1])
            assert chosen[key].text == str(layers[origins[-1]][key])


def test_a_scoped_key_beats_a_bare_one_of_the_same_file(invoke: Invoke) -> None:
    Path("augscore.toml").write_text("[measure]\nviews = 7\n[train.score]\nsteps = 5\n")
    assert printed(invoke)["views"].startswith("views = 7 ")
    Path("augscore.toml").write_text("measure.views = 7\nviews = 2\n")
    assert printed(invoke)["views"].startswith("views = 7 ")


def test_a_bare_key_of_another_command_is_no_mistake(invoke: Invoke) -> None:
    Path("augscore.toml").write_text("steps = 5\n")
    printed(invoke)
    steps = invoke("train", "score", "x", "--out", "r", "--print-config").stdout
    assert "steps = 5 " in steps


def test_every_unknown_key_is_told_at_once(invoke: Invoke) -> None:
    Path("mine.toml").write_text("views = 2\nveiws = 3\n[measure]\npollicy = 'x'\n")
    result = invoke("measure", "x", "-c", "mine.toml")
    assert result.exit_code == 2
    assert "mine.toml:2: unknown key 'veiws'. Did you mean 'views'" in result.stderr
    second = "mine.toml:4: unknown key 'measure.pollicy'. Did you mean 'measure.policy'"
    assert second in result.stderr


def test_unknown_keys_and_bad_values_are_told_together(invoke: Invoke) -> None:
    Path("augscore.toml").write_text("veiws = 3\nviews = 'many'\nmax-bad = 2\nseed = -1\n")
    result = invoke("measure", "x", "--set", "toop=1", "--seed", "4")
    assert result.exit_code == 2
    told = result.stderr.splitlines()
    assert told[0] == "error: augscore.toml:1: unknown key 'veiws'. Did you mean 'views'?"
    assert told[1] == "--set toop: unknown key 'toop'. Did you mean 'top'?"
    assert sorted(told[2:4]) == [
        "Invalid value for '--max-bad': 2.0 is no number from 0 to 1. (from augscore.toml:3)",
        "Invalid value for '--views': 'many' is no whole number from 1 up. (from augscore.toml:2)",
    ]
    assert told[4:] == ["See: augscore measure --help"]


@pytest.mark.parametrize(
    ("words", "comment"),
    [
        (("measure", "a b", "c"), "# PATH: 'a b' c"),
        (("train", "score", "x", "--out", "r"), "# PATH: x"),
        (("policy", "show", "simclr"), "# NAME|FILE: simclr"),
    ],
)
def test_printed_config_shows_the_arguments(
    words: tuple[str, ...], comment: str, invoke: Invoke
) -> None:
    printed = invoke(*words, "--print-config").stdout
    assert printed.splitlines()[0] == comment
    tomllib.loads(printed)


def test_set_knows_only_this_command(invoke: Invoke) -> None:
    result = invoke("measure", "x", "--set", "steps=3")
    assert result.exit_code == 2
    assert "unknown key 'steps'" in result.stderr


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("views", 2),
        ("=3", 2),
        ("views=[1, 2]", 2),
        ("views=2.5", 2),
        ("views=true", 2),
        ("views=0", 2),
        ("device=cpu", 0),
        ("policy='simclr'", 0),
        ("strict=true", 0),
        ("max-bad=1e-3", 0),
        ("size=auto", 0),
        ("size=8", 2),
        ("size=31", 2),
        ("size=32", 0),
        ("workers=0", 0),
        ("workers=-1", 2),
        ("views = 2", 0),
    ],
)
def test_set_values(text: str, code: int, invoke: Invoke) -> None:
    result = invoke("measure", "x", "--print-config", "--set", text)
    assert result.exit_code == code, result.output


def test_a_bad_value_names_its_origin(invoke: Invoke) -> None:
    Path("augscore.toml").write_text("seed = 1\nviews = 'many'\n")
    result = invoke("measure", "x")
    assert result.exit_code == 2
    assert "(from augscore.toml:2)" in result.stderr
    result = invoke("measure", "x", env={"AUGSCORE_MEASURE__VIEWS": "0"})
    assert "(from AUGSCORE_MEASURE__VIEWS)" in result.stderr


def test_a_bad_flag_names_no_other_origin(invoke: Invoke) -> None:
    Path("augscore.toml").write_text("views = 2\n")
    result = invoke("measure", "x", "--views", "0")
    assert result.exit_code == 2
    assert "from augscore.toml" not in result.stderr


def test_config_none_reads_no_file(invoke: Invoke) -> None:
    Path("augscore.toml").write_text("views = 2\n")
    row = printed(invoke, "--config", "none")["views"]
    assert row.split() == ["views", "=", "1", "#", "default"]


def test_a_broken_file_does_not_break_help(invoke: Invoke) -> None:
    Path("augscore.toml").write_text("views = = 2\n")
    assert invoke("measure", "--help").exit_code == 0
    result = invoke("measure", "x")
    assert result.exit_code == 2
    assert "augscore.toml is no TOML: Invalid value (at line 1, column 9)" in result.stderr


def test_a_missing_file_offers_its_neighbour(invoke: Invoke) -> None:
    Path("mine.toml").touch()
    result = invoke("measure", "x", "--config", "mien.toml")
    assert result.exit_code == 2
    assert "Did you mean 'mine.toml'?" in result.stderr


def test_a_file_that_is_no_text(invoke: Invoke) -> None:
    Path("mine.toml").write_bytes(b"\xff\xfe")
    assert invoke("measure", "x", "--config", "mine.toml").exit_code == 2


def test_a_required_option_may_come_from_the_file(invoke: Invoke) -> None:
    assert invoke("train", "score", "x", "--print-config").exit_code == 2
    Path("augscore.toml").write_text("[train.score]\nout = 'runs/a'\n")
    result = invoke("train", "score", "x", "--print-config")
    assert 'out = "runs/a"' in result.stdout


def test_a_flag_given_at_its_default_value_still_wins(invoke: Invoke) -> None:
    Path("augscore.toml").write_text("views = 2\n")
    assert printed(invoke, "--views", "1")["views"].split()[-1] == "--views"


def test_printed_config_reads_back(invoke: Invoke) -> None:
    arguments = ("--views", "3", "--max-bad", "0.25", "--strict", "--out", 'a "b" \\c')
    first = invoke("measure", "x", "--print-config", *arguments).stdout
    tomllib.loads(first)
    Path("again.toml").write_text(first)
    second = invoke("measure", "x", "--print-config", "--config", "again.toml").stdout

    def values(text: str) -> list[str]:
        return [row.partition("  #")[0] for row in text.splitlines()]

    assert values(first) == values(second)


def test_empty_variables_are_none(invoke: Invoke) -> None:
    assert printed(invoke, env={"AUGSCORE_VIEWS": ""})["views"].endswith("default")


@given(st.dictionaries(st.from_regex(r"[a-z]{1,6}", fullmatch=True), st.integers(), max_size=4))
def test_variables_map_to_dotted_keys(values: dict[str, int]) -> None:
    environment = {f"AUGSCORE_A__{k.upper()}": str(v) for k, v in values.items()}
    found = {s.key: s.text for s in config.environment_settings({**environment, "PATH": "x"})}
    assert found == {f"a.{k}": str(v) for k, v in values.items()}


@given(st.text())
def test_any_assignment_is_read_or_refused(text: str) -> None:
    with suppress(click.UsageError):
        config.set_settings([text])
