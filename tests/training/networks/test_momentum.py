"""The momentum copy: closed form of its average, buffers of its own, a complete state."""

from __future__ import annotations

import pytest
import torch

from augscore.methods.record import Head
from augscore.training.networks.momentum import MomentumCopy
from augscore.training.networks.siamese import Siamese, make_siamese


@pytest.fixture
def online() -> Siamese:
    return make_siamese("small", size=32, projector=Head(32, 16), predictor=Head(8, 16), seed=0)


def fill(net: torch.nn.Module, value: float) -> None:
    with torch.no_grad():
        for parameter in net.parameters():
            parameter.fill_(value)


def test_it_begins_as_the_network_without_its_predictor(online: Siamese) -> None:
    target = MomentumCopy(online)
    expected = {
        name: tensor
        for name, tensor in online.state_dict().items()
        if not name.startswith("predictor.")
    }
    state = target.state_dict()
    assert state.keys() == expected.keys()
    assert all(torch.equal(state[name], tensor) for name, tensor in expected.items())
    assert not any(parameter.requires_grad for parameter in target.parameters())


def test_the_average_has_its_closed_form(online: Siamese) -> None:
    target = MomentumCopy(online)
    fill(target, 1.0)
    fill(online, 3.0)
    for _ in range(5):
        target.update(online, 0.9)
    expected = 3.0 + (1.0 - 3.0) * 0.9**5
    for parameter in target.parameters():
        torch.testing.assert_close(parameter, torch.full_like(parameter, expected))
    assert all(bool((parameter == 3.0).all()) for parameter in online.parameters())


def test_a_network_in_half_precision_is_averaged_in_full(online: Siamese) -> None:
    target = MomentumCopy(online.to(torch.bfloat16))
    fill(target, 1.0)
    fill(online, 0.5)
    target.update(online, 0.999)
    for parameter in target.parameters():
        assert parameter.dtype == torch.float32
        torch.testing.assert_close(parameter, torch.full_like(parameter, 0.9995))


def test_its_running_statistics_are_its_own(online: Siamese) -> None:
    target = MomentumCopy(online)
    online([torch.rand(4, 3, 32, 32)])
    buffers = [b.clone() for b in target.buffers()]
    target.update(online, 0.5)
    assert all(torch.equal(a, b) for a, b in zip(target.buffers(), buffers, strict=True))
    target([torch.rand(4, 3, 32, 32)])
    moved = [not torch.equal(a, b) for a, b in zip(target.buffers(), buffers, strict=True)]
    assert all(moved)


def test_its_projections_have_no_gradient(online: Siamese) -> None:
    target, views = MomentumCopy(online), [torch.rand(4, 3, 32, 32) for _ in range(2)]
    keys = target(views)
    assert [key.shape for key in keys] == [(4, 16)] * 2
    assert not any(key.requires_grad for key in keys)
    for key, z in zip(keys, online(views).z, strict=True):
        torch.testing.assert_close(key, z.detach())
