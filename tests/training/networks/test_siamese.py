"""The trained network: one entry a view, and which views share batch statistics."""

from __future__ import annotations

import torch
from torch import nn

from augscore.methods.record import Head
from augscore.training.networks.passes import encode_views
from augscore.training.networks.siamese import Siamese, make_siamese

PROJECTOR, PREDICTOR = Head(32, 16), Head(8, 16)


def siamese(predictor: Head | None = None, arch: str = "small") -> Siamese:
    return make_siamese(arch, size=32, projector=PROJECTOR, predictor=predictor, seed=0)


def views(*sides: int) -> list[torch.Tensor]:
    random = torch.Generator().manual_seed(5)
    return [torch.rand(4, 3, side, side, generator=random) for side in sides]


def test_one_entry_a_view() -> None:
    online = siamese(PREDICTOR)(views(32, 32, 16))
    assert [f.shape for f in online.features] == [(4, 256)] * 3
    assert [z.shape for z in online.z] == [(4, 16)] * 3
    assert online.p is not None
    assert [p.shape for p in online.p] == [(4, 16)] * 3


def test_no_predictions_without_a_predictor() -> None:
    assert siamese()(views(32, 32)).p is None


def test_each_view_has_its_own_batch_statistics() -> None:
    net = siamese(PREDICTOR).double()
    one, two = (view.double() for view in views(32, 32))
    online = net([one, two])
    for place, view in enumerate((one, two)):
        features = net.backbone(view)
        z = net.projector(features)
        torch.testing.assert_close(online.features[place], features)
        torch.testing.assert_close(online.z[place], z)
        assert online.p is not None
        assert net.predictor is not None
        torch.testing.assert_close(online.p[place], net.predictor(z))


def test_small_crops_of_one_size_go_together_in_their_order() -> None:
    passes: list[int] = []

    def encode(images: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        passes.append(len(images))
        return images.mean(dim=(1, 2, 3)), images.amax(dim=(1, 2, 3))

    crops = views(32, 16, 32, 16, 24, 16)
    outputs = encode_views(encode, crops)
    assert passes == [4, 12, 4, 4]
    for (mean, most), crop in zip(outputs, crops, strict=True):
        torch.testing.assert_close(mean, crop.mean(dim=(1, 2, 3)))
        assert torch.equal(most, crop.amax(dim=(1, 2, 3)))


def test_every_parameter_learns() -> None:
    net = siamese(PREDICTOR)
    online = net(views(32, 32))
    assert online.p is not None
    torch.stack(online.p).square().sum().backward()  # type: ignore[no-untyped-call]
    assert all(p.grad is not None and p.grad.abs().sum() > 0 for p in net.parameters())


def test_another_projector_leaves_the_backbone_alone() -> None:
    one = siamese()
    two = make_siamese("small", size=32, projector=Head(64, 8), predictor=PREDICTOR, seed=0)
    pairs = zip(one.backbone.parameters(), two.backbone.parameters(), strict=True)
    assert all(torch.equal(a, b) for a, b in pairs)
    assert isinstance(two.predictor, nn.Sequential)
