"""Mistakes in options are told without the words of the parser's own code."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from click.testing import Result

Invoke = Callable[..., Result]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--views", "x"), "Invalid value for '--views': 'x' is no whole number from 1 up."),
        (("--views", "0"), "Invalid value for '--views': 0 is no whole number from 1 up."),
        (("--max-bad", "2"), "Invalid value for '--max-bad': 2.0 is no number from 0 to 1."),
        (("--max-bad", "a"), "Invalid value for '--max-bad': 'a' is no number from 0 to 1."),
        (("--set", "strict=perhaps"), "'perhaps' is neither true nor false. (from --set strict)"),
        (("--rows", "x"), "'x' is not one of 'jsonl', 'csv', 'parquet'."),
        (("--veiws", "2"), "No such option '--veiws'. Did you mean '--views'?"),
    ],
)
def test_values_and_names(arguments: tuple[str, ...], message: str, invoke: Invoke) -> None:
    result = invoke("measure", "x", *arguments)
    assert result.exit_code == 2
    assert message in result.stderr
    assert "range" not in result.stderr
    assert "Recognized" not in result.stderr


@pytest.mark.parametrize("words", [("measure", "x"), ("train", "score", "x"), ("train",), ()])
def test_an_option_like_no_other_gets_no_guess(words: tuple[str, ...], invoke: Invoke) -> None:
    result = invoke(*words, "--nosuch")
    assert result.exit_code == 2
    assert "error: No such option '--nosuch'.\n" in result.stderr


def test_groups_guess_too(invoke: Invoke) -> None:
    assert "Did you mean '--verbose' or '--version'?" in invoke("--verbos").stderr
