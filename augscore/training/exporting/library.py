"""The weights of a backbone in a network that torchvision or timm makes, and how one writes that.

A network of one library goes into the other's where names, shapes and features are the same, as
those of the ResNets are.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import torch
from torch import nn

from augscore import keys
from augscore.errors import UsageError
from augscore.training.encoder_file import Encoder
from augscore.training.networks import libraries
from augscore.training.networks.backbones import Backbone
from augscore.training.networks.libraries import Plain
from augscore.training.networks.stems import adapt_stem

LibraryName = Literal["torchvision", "timm"]
PROBES = 2
TOLERANCE = 1e-4
"""Of the largest feature: what other kernels may differ by."""


def library_example(encoder: Encoder, library: LibraryName, path: Path) -> tuple[str, ...]:
    """Lines of Python that load the file `path` into the library's own network.

    The same is done here first: raises UsageError (`export_format`) where the library has no such
    network, or one of other parameters or features.
    """
    backbone, size = encoder.backbone, encoder.card.size
    plain = _made_by(library, backbone, size)
    try:
        adapt_stem(plain.net, size)
        plain.net.load_state_dict(backbone.net.state_dict())
    except RuntimeError as error:
        raise _refusal(backbone, library, "has other parameters there") from error
    probe = probe_images(size)
    if not features_agree(backbone, probe, features_without_gradient(plain.net, probe)):
        raise _refusal(backbone, library, "gives other features there")
    return _lines(library, plain, backbone, size, path)


def probe_images(size: int) -> torch.Tensor:
    """(2, 3, size, size) normalised noise, to compare networks by."""
    return keys.normals(keys.image_key("probe"), (PROBES, 3, size, size))


def features_agree(backbone: Backbone, images: torch.Tensor, others: torch.Tensor) -> bool:
    ours = features_without_gradient(backbone, images)
    return ours.shape == others.shape and bool(
        (ours - others).abs().max() <= TOLERANCE * (1 + ours.abs().max())
    )


@torch.no_grad()
def features_without_gradient(net: nn.Module, images: torch.Tensor) -> torch.Tensor:
    features: torch.Tensor = net.eval()(images)
    return features


def _made_by(library: LibraryName, backbone: Backbone, size: int) -> Plain:
    name = backbone.name
    if backbone.library == "augscore":
        raise UsageError(
            f"{name!r} is augscore's own network: {library} has none like it",
            code="export_format",
            hint="Use --format onnx; in Python augscore.training.encoder_file.load_encoder(RUN) "
            "gives it as a module",
        )
    if library == "torchvision" and name in libraries.torchvision_names():
        return libraries.from_torchvision(name, size)
    if library == "timm" and libraries.is_timm(name):
        return libraries.from_timm(name, size)
    raise _refusal(backbone, library, "is not there")


def _refusal(backbone: Backbone, library: str, why: str) -> UsageError:
    own = f"--format {backbone.library} or " if backbone.library != library else ""
    return UsageError(
        f"cannot export to {library}: {backbone.arch!r} is a network of {backbone.library}'s and "
        f"{why}",
        code="export_format",
        hint=f"Use {own}--format onnx",
    )


def _lines(
    library: LibraryName, plain: Plain, backbone: Backbone, size: int, path: Path
) -> tuple[str, ...]:
    """An import, the network, what is replaced in it, and the weights."""
    made, arguments = _call(library, plain.name, size)
    replaced = _replaced(plain, backbone)
    layers = sorted({code.partition("(")[0] for code in replaced.values()})
    imports = f"import {library}; from safetensors.torch import load_file"
    lines = [
        imports + (f"; from torch.nn import {', '.join(layers)}" if layers else ""),
        f"net = {made}({', '.join(arguments)})",
        f"net.load_state_dict(load_file({str(path)!r})); net.eval()",
    ]
    if replaced:
        lines.insert(2, f"{', '.join(replaced)} = {', '.join(replaced.values())}")
    return tuple(lines)


def _call(library: LibraryName, name: str, size: int) -> tuple[str, list[str]]:
    if library == "timm":
        made, extra = "timm.create_model", libraries.timm_arguments(name, size)
        fixed = ["num_classes=0"]
    else:
        made, extra = "torchvision.models.get_model", libraries.torchvision_arguments(name, size)
        fixed = ["weights=None"]
    return made, [repr(name), *fixed, *(f"{key}={value!r}" for key, value in extra.items())]


def _replaced(plain: Plain, backbone: Backbone) -> Mapping[str, str]:
    """Place in the network → the layer that goes there, both as code."""
    replaced = {_place(plain.classifier): "Identity()"} if plain.classifier else {}
    if backbone.stem == "small":
        first = backbone.net.get_submodule("conv1")
        assert isinstance(first, nn.Conv2d)
        shape = f"{first.in_channels}, {first.out_channels}, 3"
        replaced["net.conv1"] = f"Conv2d({shape}, padding=1, bias=False)"
        replaced["net.maxpool"] = "Identity()"
    return replaced


def _place(name: str) -> str:
    """`classifier.6` → `net.classifier[6]`."""
    return "net" + "".join(
        f"[{part}]" if part.isdigit() else f".{part}" for part in name.split(".")
    )
