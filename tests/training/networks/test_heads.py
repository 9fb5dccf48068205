"""Heads: layers in their order, and norms where the record says."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from augscore.methods.record import Head
from augscore.training.networks.heads import make_head

L, B, R = "Linear", "BatchNorm1d", "ReLU"


@pytest.mark.parametrize(
    ("head", "kinds"),
    [
        (Head(16, 4, layers=1, norm_hidden=False), [L]),
        (Head(16, 4, layers=1, norm_out=True), [L, B]),
        (Head(16, 4), [L, B, R, L]),
        (Head(16, 4, norm_hidden=False), [L, R, L]),
        (Head(16, 4, layers=3, norm_out=True), [L, B, R, L, B, R, L, B]),
    ],
)
def test_layers_in_their_order(head: Head, kinds: list[str]) -> None:
    net = make_head(head, 8, seed=0, part="projector")
    assert [type(module).__name__ for module in net] == kinds
    widths = [(m.in_features, m.out_features) for m in net if isinstance(m, nn.Linear)]
    inner = [head.hidden] * (head.layers - 1)
    assert widths == list(zip([8, *inner], [*inner, 4], strict=True))
    assert net(torch.rand(3, 8)).shape == (3, 4)


def test_a_bias_only_where_no_norm_takes_it_out() -> None:
    net = make_head(Head(16, 4), 8, seed=0, part="projector")
    assert [m.bias is not None for m in net if isinstance(m, nn.Linear)] == [False, True]


def test_the_last_norm_may_have_no_parameters() -> None:
    net = make_head(
        Head(16, 4, norm_out=True, affine_out=False), 8, seed=0, part="projector"
    ).double()
    assert [m.affine for m in net if isinstance(m, nn.BatchNorm1d)] == [True, False]
    out = net(torch.rand(64, 8, dtype=torch.float64))
    torch.testing.assert_close(out.mean(dim=0), torch.zeros(4, dtype=torch.float64))
    torch.testing.assert_close(
        out.var(dim=0, correction=0), torch.ones(4, dtype=torch.float64), rtol=0.01, atol=0
    )


def test_each_part_draws_its_own_weights() -> None:
    projector, again, predictor = (
        next(make_head(Head(16, 8), 8, seed=0, part=part).parameters())
        for part in ("projector", "projector", "predictor")
    )
    assert torch.equal(projector, again)
    assert not torch.equal(projector, predictor)
