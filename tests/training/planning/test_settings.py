"""Settings by name: every leaf can be set, to its own type alone."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from augscore.errors import UsageError
from augscore.methods.simclr import SimclrConstants
from augscore.training.config import OptimConfig
from augscore.training.planning.request import Value
from augscore.training.planning.settings import leaves, with_settings


@dataclass(frozen=True)
class Tree:
    epochs: int = 3
    name: str = "x"
    optim: OptimConfig = field(default_factory=OptimConfig)
    constants: SimclrConstants = field(default_factory=SimclrConstants)


KNOWN = frozenset(name for name, _ in leaves(Tree()))


def test_leaves_are_named_by_their_path_and_constants_stand_at_the_top() -> None:
    named = dict(leaves(Tree()))
    assert named["epochs"] == 3
    assert named["optim.lr"] == OptimConfig().lr
    assert named["temperature"] == SimclrConstants().temperature
    assert not any(name.startswith("constants") for name in named)


@pytest.mark.parametrize(
    ("name", "value", "held"),
    [
        ("epochs", 7, 7),
        ("optim.lr", 0.5, 0.5),
        ("optim.lr", 1, 1.0),
        ("optim.name", "lars", "lars"),
        ("optim.trust_clip", True, True),
        ("optim.milestones", (50, 25.0), (50.0, 25.0)),
        ("optim.milestones", 50.0, (50.0,)),
        ("temperature", 0.2, 0.2),
        ("where", "similarity", "similarity"),
    ],
)
def test_one_leaf_changes_and_no_other(name: str, value: Value, held: object) -> None:
    changed = dict(leaves(with_settings(Tree(), {name: value}, KNOWN)))
    assert changed.pop(name) == held
    assert type(held) is type(dict(leaves(with_settings(Tree(), {name: value}, KNOWN)))[name])
    unchanged = dict(leaves(Tree()))
    del unchanged[name]
    assert changed == unchanged


@pytest.mark.parametrize(
    ("name", "value", "wanted"),
    [
        ("epochs", 1.5, "a whole number"),
        ("epochs", True, "a whole number"),
        ("optim.lr", "fast", "a number"),
        ("optim.lr", False, "a number"),
        ("optim.name", "sdg", "one of sgd, adam, adamw, lars"),
        ("optim.trust_clip", 1, "true or false"),
        ("optim.milestones", ("a",), "a number"),
        ("name", 3, "a word"),
    ],
)
def test_values_of_another_type_are_refused_by_name(name: str, value: Value, wanted: str) -> None:
    with pytest.raises(UsageError, match=f"{name}: wanted {wanted}") as caught:
        with_settings(Tree(), {name: value}, KNOWN)
    assert caught.value.code == "bad_setting"


def test_an_unknown_name_is_refused_with_the_nearest() -> None:
    with pytest.raises(UsageError, match=r"optim.rl.*Did you mean optim.lr") as caught:
        with_settings(Tree(), {"optim.rl": 0.1}, KNOWN)
    assert caught.value.code == "unknown_setting"
