"""What a loss is given, refused by name where it cannot be meant."""

from __future__ import annotations

import math

import torch

from augscore.errors import TensorError, UsageError

Named = tuple[str, torch.Tensor]


def check_pairs(first: Named, *others: Named, least: int = 1) -> None:
    """TensorError unless all are (N, D) floats of one shape and device, with N from `least` up."""
    name, rows = first
    check_rows(name, rows, least=least)
    for other_name, other in others:
        check_rows(other_name, other, least=least)
        if other.shape != rows.shape:
            got = f"shape {tuple(other.shape)}"
            raise _bad(other_name, got, f"that of {name}, {tuple(rows.shape)}")
        if other.device != rows.device:
            raise _bad(other_name, str(other.device), f"the device of {name}, {rows.device}")


def check_rows(name: str, rows: torch.Tensor, *, least: int = 1) -> None:
    """TensorError unless (N, D) floats, with N from `least` up."""
    if not isinstance(rows, torch.Tensor):
        raise _bad(name, type(rows).__name__, "a tensor of shape (N, D)")
    if not rows.is_floating_point():
        raise _bad(name, str(rows.dtype), "floating point")
    if rows.ndim != 2 or rows.shape[1] == 0:
        raise _bad(name, f"shape {tuple(rows.shape)}", "(N, D)")
    if rows.shape[0] < least:
        wanted = f"{least} or more: the loss compares images of a batch" if least > 1 else "some"
        raise _bad(name, f"{rows.shape[0]} rows", wanted)


def check_queue(queue: torch.Tensor, keys: Named) -> None:
    """TensorError unless a queue of floats (K, D) on the device of keys (N, D)."""
    name, rows = keys
    check_rows("queue", queue, least=0)
    if queue.shape[1] != rows.shape[1]:
        wanted = f"(K, {rows.shape[1]}), as wide as {name}"
        raise _bad("queue", f"shape {tuple(queue.shape)}", wanted)
    if queue.device != rows.device:
        raise _bad("queue", str(queue.device), f"the device of {name}, {rows.device}")


def check_mask(mask: torch.Tensor, rows: torch.Tensor) -> None:
    """TensorError unless (N,) bool for N rows."""
    if not isinstance(mask, torch.Tensor):
        raise _bad("mask", type(mask).__name__, "a tensor of shape (N,)")
    if mask.dtype != torch.bool:
        raise _bad("mask", str(mask.dtype), "torch.bool")
    if mask.shape != rows.shape[:1]:
        raise _bad("mask", f"shape {tuple(mask.shape)}", f"({len(rows)},), one for each pair")


def check_weights(weights: torch.Tensor, per_pair: torch.Tensor) -> None:
    """TensorError unless (N,) floats; UsageError for negative, NaN and infinite ones."""
    if not isinstance(weights, torch.Tensor):
        raise _bad("weights", type(weights).__name__, "a tensor of shape (N,)")
    if weights.shape != per_pair.shape:
        got = f"shape {tuple(weights.shape)}"
        raise _bad("weights", got, f"{tuple(per_pair.shape)}, one for each pair")
    if not weights.is_floating_point():
        raise _bad("weights", str(weights.dtype), "floating point")
    if not bool((weights.isfinite() & (weights >= 0)).all()):
        raise UsageError(
            "weights of pairs are negative, NaN or infinite",
            code="bad_weights",
            hint="augscore.pair_weights makes weights of gaps",
        )


def check_weight_sum(total: torch.Tensor) -> None:
    """UsageError unless one number from 0 up."""
    if total.ndim or not bool(total.isfinite() & (total >= 0)):
        raise UsageError(
            "weight_sum is not a number from 0 up",
            code="bad_weights",
            hint="Give the sum of the weights of all ranks",
        )


def check_positive(name: str, value: float) -> None:
    """UsageError unless finite and above 0."""
    if not (math.isfinite(value) and value > 0):
        raise UsageError(f"{name} is {value:g}", code="bad_value", hint="Give a number above 0")


def check_between(name: str, value: float, least: float, most: float = math.inf) -> None:
    """UsageError unless finite and from `least` to `most`."""
    if not (math.isfinite(value) and least <= value <= most):
        top = f" to {most:g}" if most < math.inf else " up"
        raise UsageError(
            f"{name} is {value:g}", code="bad_value", hint=f"Give a number from {least:g}{top}"
        )


def check_choice(name: str, value: str, choices: tuple[str, ...]) -> None:
    """UsageError unless one of the choices."""
    if value not in choices:
        raise UsageError(
            f"{name} is {value!r}", code="bad_value", hint=f"Known: {', '.join(choices)}"
        )


def _bad(name: str, got: str, wanted: str) -> TensorError:
    return TensorError(f"{name}: got {got}, wanted {wanted}", code="bad_tensor")
