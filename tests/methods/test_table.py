"""The table of methods, and what their losses refuse."""

from __future__ import annotations

import inspect
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace

import pytest
import torch

import augscore
from augscore.errors import TensorError, UsageError
from augscore.methods.moco import MocoConstants, info_nce
from augscore.methods.pair_loss import PairLoss
from augscore.methods.record import Embeddings
from augscore.methods.ressl import relational
from augscore.methods.sce import sce
from augscore.methods.simclr import SimclrConstants, nt_xent
from augscore.methods.simsiam import negative_cosine
from augscore.methods.table import METHODS, couples_rows, find_method
from augscore.methods.vicreg import vicreg
from augscore.methods.wmse import whitened_mse
from tests.methods.rows import (
    Case,
    cases,
    embeddings,
    gradients,
    leaves,
    rows,
    tensors,
    with_tensors,
)

REQUIRED = inspect.Parameter.empty
Loss = Callable[..., PairLoss]


def test_methods_in_their_order() -> None:
    assert list(METHODS) == ["simclr", "simsiam", "wmse", "vicreg", "moco", "ressl", "sce"]
    assert all(method.name == name for name, method in METHODS.items())
    assert {n for n, m in METHODS.items() if m.has_target} == {"moco", "ressl", "sce"}
    assert {n for n, m in METHODS.items() if m.predictor is not None} == {"simsiam"}


def test_methods_are_found_by_name() -> None:
    assert find_method(" SimCLR ") is METHODS["simclr"]
    with pytest.raises(UsageError, match=r"unknown method 'simclear'. Did you mean simclr\?"):
        find_method("simclear")
    with pytest.raises(UsageError, match="Known: moco, ressl, sce"):
        find_method("zzzzzzzzz")


@pytest.mark.parametrize("case", cases(), ids=lambda case: case.name)
def test_which_losses_couple_the_rows_of_a_batch(case: Case) -> None:
    """Whether the gradient of one row depends on what another row is."""
    given = embeddings(queue=case.queue)
    changed = {n: torch.cat([tensors(given)[n][:5], rows(99, 1)]) for n in VIEWS}
    moved = with_tensors(given, changed)
    before, after = (_gradients_of_the_first_row(case, e) for e in (given, moved))
    queue_size = {"queue_size": case.queue} if case.method.has_target else {}
    constants = replace(case.constants, **queue_size)
    assert couples_rows(case.method, constants) == (not torch.equal(before, after))


VIEWS = ("z1", "z2", "p1", "p2", "k1", "k2")


def _gradients_of_the_first_row(case: Case, given: Embeddings) -> torch.Tensor:
    embedded = leaves(given)
    return torch.cat([g[0] for g in gradients(case.loss(embedded).reduce(), embedded)])


def test_constants_of_another_method_are_a_mistake_of_the_program() -> None:
    with pytest.raises(TypeError, match="got MocoConstants, wanted SimclrConstants"):
        METHODS["simclr"].loss(embeddings(), MocoConstants())


@pytest.mark.parametrize(
    ("name", "missing"), [("simsiam", "p1"), ("simsiam", "p2"), ("moco", "k1"), ("sce", "k1")]
)
def test_embeddings_that_are_missing_are_named(name: str, missing: str) -> None:
    method = METHODS[name]
    with pytest.raises(TensorError, match=f"{missing}: got None"):
        method.loss(with_tensors(embeddings(queue=5), {missing: None}), method.constants)


def test_both_keys_are_needed_where_each_view_is_the_query_once() -> None:
    constants = MocoConstants(symmetric=True)
    with pytest.raises(TensorError, match="k2: got None"):
        METHODS["moco"].loss(replace(embeddings(), k2=None), constants)


SIGNATURES: list[tuple[Loss, dict[str, object]]] = [
    (nt_xent, {"z1": REQUIRED, "z2": REQUIRED, "temperature": 0.5, "where": "term", "mask": None}),
    (negative_cosine, dict.fromkeys(("p1", "z2", "p2", "z1"), REQUIRED)),
    (
        whitened_mse,
        {
            "z1": REQUIRED,
            "z2": REQUIRED,
            "slice_size": 128,
            "eps": 0.0,
            "generator": None,
            "iterations": 1,
        },
    ),
    (
        vicreg,
        {
            "z1": REQUIRED,
            "z2": REQUIRED,
            "inv": 25,
            "var": 25,
            "cov": 1,
            "gamma": 1,
            "eps": 1e-4,
            "variance_average": True,
        },
    ),
    (info_nce, {"q": REQUIRED, "k": REQUIRED, "queue": None, "temperature": 0.2}),
    (
        relational,
        {
            "q": REQUIRED,
            "k": REQUIRED,
            "queue": None,
            "temperature": 0.1,
            "target_temperature": 0.04,
        },
    ),
    (
        sce,
        {
            "q": REQUIRED,
            "k": REQUIRED,
            "queue": None,
            "temperature": 0.1,
            "target_temperature": 0.05,
            "coefficient": 0.5,
            "positive_slot": "masked",
            "weight_on": "all",
        },
    ),
]


@pytest.mark.parametrize(("loss", "wanted"), SIGNATURES, ids=lambda v: getattr(v, "__name__", ""))
def test_signatures(loss: Loss, wanted: dict[str, object]) -> None:
    parameters = inspect.signature(loss).parameters
    assert list(parameters) == list(wanted)
    assert {name: p.default for name, p in parameters.items()} == wanted


def test_defaults_of_functions_and_of_constants_agree() -> None:
    functions = dict(zip(("simclr", "simsiam", "wmse", "vicreg"), SIGNATURES[:4], strict=True))
    functions |= dict(zip(("moco", "ressl", "sce"), SIGNATURES[4:], strict=True))
    for name, (_, wanted) in functions.items():
        constants = METHODS[name].constants
        defaults = {k: v for k, v in wanted.items() if v is not REQUIRED and v is not None}
        assert {key: getattr(constants, key) for key in defaults} == defaults
    assert SimclrConstants().temperature == 0.5


def _untyped(loss: Loss) -> Loss:
    """For what type checkers refuse, too."""
    return loss


A, B, NARROW, ONE = rows(0), rows(1), rows(2, 6, 3), rows(3, 1)


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (lambda: nt_xent(A, NARROW), "z2: got shape (6, 3), wanted that of z1, (6, 4)"),
        (lambda: nt_xent(A, B[:5]), "z2: got shape (5, 4)"),
        (lambda: nt_xent(A[0], B), "z1: got shape (4,), wanted (N, D)"),
        (lambda: nt_xent(A.long(), B), "z1: got torch.int64, wanted floating point"),
        (lambda: _untyped(nt_xent)([[1.0]], B), "z1: got list"),
        (lambda: nt_xent(ONE, ONE), "z1: got 1 rows, wanted 2 or more"),
        (
            lambda: nt_xent(A, B, mask=torch.ones(5, dtype=torch.bool)),
            "mask: got shape (5,), wanted",
        ),
        (lambda: nt_xent(A, B, mask=torch.ones(6)), "mask: got torch.float32, wanted torch.bool"),
        (lambda: _untyped(nt_xent)(A, B, mask=[True] * 6), "mask: got list"),
        (lambda: nt_xent(A, B, mask=torch.arange(6) == 1), "z1: got 1 rows, wanted 2 or more"),
        (lambda: nt_xent(A, B.to("meta")), "z2: got meta, wanted the device of z1, cpu"),
        (lambda: vicreg(ONE, ONE), "z1: got 1 rows, wanted 2 or more"),
        (lambda: negative_cosine(A, B, NARROW, A), "p2: got shape (6, 3), wanted that of p1"),
        (lambda: negative_cosine(*[A[:0]] * 4), "p1: got 0 rows, wanted some"),
        (lambda: info_nce(A, NARROW), "k: got shape (6, 3), wanted that of q, (6, 4)"),
        (lambda: info_nce(ONE, ONE), "q: got 1 rows, wanted 2 or more"),
        (lambda: relational(A, B, NARROW), "queue: got shape (6, 3), wanted (K, 4), as wide as k"),
        (lambda: sce(A, B, A[0]), "queue: got shape (4,), wanted (N, D)"),
        (lambda: sce(A, B, A.to("meta")), "queue: got meta, wanted the device of k, cpu"),
        (lambda: whitened_mse(A, B, slice_size=5), "z1: got 6 rows, wanted a multiple of slice_s"),
        (lambda: whitened_mse(A, B, slice_size=12), "z1: got 6 rows, wanted a multiple"),
    ],
)
def test_tensors_that_do_not_fit_are_named(call: Callable[[], PairLoss], told: str) -> None:
    with pytest.raises(TensorError) as refused:
        call()
    assert told in str(refused.value)
    assert refused.value.code == "bad_tensor"


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (lambda: nt_xent(A, B, 0.0), "temperature is 0. Give a number above 0"),
        (lambda: nt_xent(A, B, float("nan")), "temperature is nan"),
        (
            lambda: _untyped(nt_xent)(A, B, where="terms"),
            "where is 'terms'. Known: term, similarity",
        ),
        (lambda: vicreg(A, B, -1.0), "inv is -1. Give a number from 0 up"),
        (lambda: info_nce(A, B, None, -0.1), "temperature is -0.1"),
        (lambda: relational(A, B, None, 0.1, 0.0), "target_temperature is 0"),
        (lambda: sce(A, B, coefficient=1.1), "coefficient is 1.1. Give a number from 0 to 1"),
        (
            lambda: _untyped(sce)(A, B, positive_slot="mask"),
            "positive_slot is 'mask'. Known: masked, offic",
        ),
        (
            lambda: _untyped(sce)(A, B, weight_on="none"),
            "weight_on is 'none'. Known: all, positive",
        ),
        (lambda: whitened_mse(A, B, slice_size=4), "slice_size 4 is not above the 4 dimensions"),
        (lambda: whitened_mse(A, B, 6, eps=1.5), "eps is 1.5. Give a number from 0 to 1"),
        (lambda: whitened_mse(A, B, 6, iterations=2), "iterations is 2"),
        (lambda: whitened_mse(A, B, 6, iterations=0), "iterations is 0"),
    ],
)
def test_numbers_out_of_range_are_named(call: Callable[[], PairLoss], told: str) -> None:
    with pytest.raises(UsageError) as refused:
        call()
    assert told in str(refused.value)


def test_losses_are_reached_by_name_and_load_torch_only_then() -> None:
    code = (
        "import augscore, sys; augscore.methods; assert 'torch' not in sys.modules\n"
        "print(augscore.methods.simclr.nt_xent.__name__, augscore.methods.sce.sce.__name__)"
    )
    child = subprocess.run(
        [sys.executable, "-P", "-W", "error", "-c", code],
        capture_output=True,
        text=True,
        check=True,
    )
    assert child.stdout.split() == ["nt_xent", "sce"]
    with pytest.raises(AttributeError, match="no_such_method"):
        augscore.methods.no_such_method  # noqa: B018
