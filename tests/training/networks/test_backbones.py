"""Backbones: names, sizes, seeds, and state dicts that other people's code loads."""

from __future__ import annotations

import pytest
import timm
import torch
import torchvision
from torch import nn

from augscore.errors import UsageError
from augscore.training.networks.backbones import Backbone, make_backbone

MOST_MULTIPLICATIONS = 8.5e6
"""Of `small`, an image of 32 px."""


def plain_torchvision(name: str, classifier: str) -> nn.Module:
    net: nn.Module = torchvision.models.get_model(name, weights=None)
    setattr(net, classifier, nn.Identity())
    return net


@pytest.mark.parametrize("arch", ["small", "small-gn", "resnet18", "resnet18-gn", "resnet50"])
def test_one_vector_an_image(arch: str) -> None:
    backbone = make_backbone(arch, size=32, seed=0)
    features = backbone(torch.rand(2, 3, 32, 32))
    assert features.shape == (2, backbone.feature_dim)
    assert features.std(dim=0).min() >= 0
    assert backbone.stem == "small"
    assert backbone.arch == arch


@pytest.mark.parametrize("size", [64, 224])
def test_a_large_image_sees_the_published_network(size: int) -> None:
    backbone = make_backbone("resnet18", size=size, seed=0).eval()
    plain = plain_torchvision("resnet18", backbone.classifier)
    plain.load_state_dict(backbone.net.state_dict(), strict=True)
    images = torch.rand(1, 3, size, size)
    torch.testing.assert_close(backbone(images), plain.eval()(images), rtol=0, atol=0)
    assert backbone.stem == "large"


def test_the_stem_for_small_images_keeps_their_places() -> None:
    net = make_backbone("resnet18", size=32, seed=0).net
    seen: list[torch.Size] = []
    layer = net.get_submodule("layer1")
    layer.register_forward_hook(lambda _module, _inputs, output: seen.append(output.shape))
    net(torch.rand(2, 3, 32, 32))
    assert seen == [(2, 64, 32, 32)]


@pytest.mark.parametrize("arch", ["resnet18", "timm/resnet18"])
def test_a_small_stem_loads_into_the_library_with_the_same_two_changes(arch: str) -> None:
    backbone = make_backbone(arch, size=32, seed=0).eval()
    if backbone.library == "timm":
        plain = timm.create_model(backbone.name, pretrained=False, num_classes=0)
    else:
        plain = plain_torchvision(backbone.name, backbone.classifier)
    plain.conv1 = nn.Conv2d(3, 64, 3, padding=1, bias=False)
    plain.maxpool = nn.Identity()
    plain.load_state_dict(backbone.net.state_dict(), strict=True)
    images = torch.rand(2, 3, 32, 32)
    torch.testing.assert_close(backbone(images), plain.eval()(images), rtol=0, atol=0)


def test_a_name_of_both_libraries_is_torchvisions_unless_asked() -> None:
    assert make_backbone("resnet18", size=32, seed=0).library == "torchvision"
    forced = make_backbone("timm/resnet18", size=32, seed=0)
    assert (forced.library, forced.name) == ("timm", "resnet18")


def test_a_transformer_is_made_for_the_size() -> None:
    backbone = make_backbone("vit_tiny_patch16_224", size=32, seed=0)
    plain = timm.create_model(backbone.name, pretrained=False, num_classes=0, img_size=32)
    plain.load_state_dict(backbone.net.state_dict(), strict=True)
    assert backbone(torch.rand(2, 3, 32, 32)).shape == (2, backbone.feature_dim)


@pytest.mark.parametrize(
    ("arch", "size", "features"),
    [
        ("vit_b_32", 64, 768),
        ("mobilenet_v3_small", 32, 1024),
        ("squeezenet1_0", 64, 512),
        ("shufflenet_v2_x0_5", 32, 1024),
        ("googlenet", 64, 1024),
    ],
)
def test_the_classifier_is_found(arch: str, size: int, features: int) -> None:
    backbone = make_backbone(arch, size=size, seed=0)
    assert backbone.feature_dim == features
    assert isinstance(backbone.net.get_submodule(backbone.classifier), nn.Identity)
    assert backbone(torch.rand(2, 3, size, size)).shape == (2, features)


@pytest.mark.parametrize("arch", ["vit_tiny_patch16_224", "vit_b_16", "inception_v3"])
def test_a_size_that_does_not_fit_is_refused(arch: str) -> None:
    with pytest.raises(UsageError, match=f"{arch} does not take images of 40 px"):
        make_backbone(arch, size=40, seed=0)


def test_patches_that_overlap_need_not_divide_the_size() -> None:
    backbone = make_backbone("pvt_v2_b0", size=64, seed=0)
    assert backbone(torch.rand(2, 3, 64, 64)).shape == (2, backbone.feature_dim)


def test_an_unknown_name_tells_the_nearest() -> None:
    with pytest.raises(UsageError, match="Did you mean resnet18"):
        make_backbone("resnt18", size=32, seed=0)
    with pytest.raises(UsageError, match="no network named 'timm/nothing'"):
        make_backbone("timm/nothing", size=32, seed=0)


def test_weights_depend_on_the_seed_alone() -> None:
    torch.rand(7)
    before = torch.random.get_rng_state()
    first = make_backbone("small", size=32, seed=3)
    assert torch.equal(torch.random.get_rng_state(), before)
    torch.rand(7)
    again, other = make_backbone("small", size=32, seed=3), make_backbone("small", size=32, seed=4)
    assert same(first, again)
    assert not same(first, other)


def same(one: Backbone, two: Backbone) -> bool:
    pairs = zip(one.parameters(), two.parameters(), strict=True)
    return all(torch.equal(a, b) for a, b in pairs)


@pytest.mark.parametrize("arch", ["convnext_tiny", "mobilenet_v3_small", "ghostnet_100"])
def test_nothing_in_a_network_draws_random_numbers(arch: str) -> None:
    backbone = make_backbone(arch, size=32, seed=0).train()
    images = torch.rand(1, 3, 32, 32).expand(8, -1, -1, -1)
    before = torch.random.get_rng_state()
    features = backbone(images)
    assert torch.equal(torch.random.get_rng_state(), before)
    torch.testing.assert_close(features, features[:1].expand_as(features))


@pytest.mark.parametrize("arch", ["small-gn", "resnet18-gn"])
def test_group_norm_knows_nothing_of_the_rest_of_the_batch(arch: str) -> None:
    backbone = make_backbone(arch, size=32, seed=0).double()
    images = torch.rand(4, 3, 32, 32, dtype=torch.float64)
    parts = torch.cat([backbone(images[:1]), backbone(images[1:])])
    torch.testing.assert_close(backbone(images), parts)


def test_the_small_network_is_small() -> None:
    net = make_backbone("small", size=32, seed=0).net
    done: list[int] = []

    def count(module: nn.Module, _: object, output: torch.Tensor) -> None:
        assert isinstance(module, nn.Conv2d)
        done.append(output.numel() * module.weight[0].numel())

    for module in net.modules():
        if isinstance(module, nn.Conv2d):
            module.register_forward_hook(count)
    net(torch.rand(1, 3, 32, 32))
    assert 1e6 < sum(done) <= MOST_MULTIPLICATIONS


def test_the_order_of_channels_in_memory_changes_nothing() -> None:
    backbone = make_backbone("small", size=32, seed=0).double()
    images = torch.rand(4, 3, 32, 32, dtype=torch.float64)
    plain = backbone(images)
    last = backbone.to(memory_format=torch.channels_last)
    torch.testing.assert_close(
        last(images.contiguous(memory_format=torch.channels_last)), plain, rtol=1e-9, atol=1e-9
    )
