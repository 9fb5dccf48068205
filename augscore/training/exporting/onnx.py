"""A backbone as an ONNX file: images of any number in, features out."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Any

import torch

from augscore.errors import HostError
from augscore.training.encoder_file import Encoder
from augscore.training.exporting.library import features_agree, probe_images

OPSET = 18
INPUT, OUTPUT = "images", "features"
_NEEDED = ("onnx", "onnxscript")


def onnx_bytes(encoder: Encoder) -> bytes:
    """The file, of opset 18, its batch free; no path of this machine is in it.

    Raises HostError: `library_missing` without onnx and onnxscript.
    """
    missing = [name for name in _NEEDED if find_spec(name) is None]
    if missing:
        raise HostError(
            f"ONNX files need {' and '.join(missing)}, which is not installed",
            code="library_missing",
            hint="pip install 'augscore[onnx]'",
        )
    size = encoder.card.size
    program = torch.onnx.export(
        encoder.backbone.net.eval(),
        (probe_images(size),),
        dynamo=True,
        opset_version=OPSET,
        input_names=[INPUT],
        output_names=[OUTPUT],
        dynamic_shapes=({0: torch.export.Dim("batch")},),
        verbose=False,
    )
    assert program is not None
    return _without_origins(program.model_proto)


def onnx_checked(data: bytes, encoder: Encoder) -> bool:
    """Whether onnxruntime, where it is installed, gave the backbone's features, for one image and
    for two; False where it is not. Raises HostError (`export_differs`) for others."""
    if find_spec("onnxruntime") is None:
        return False
    import onnxruntime

    session = onnxruntime.InferenceSession(data, providers=["CPUExecutionProvider"])
    probe = probe_images(encoder.card.size)
    for images in (probe[:1], probe):
        found = torch.from_numpy(session.run(None, {INPUT: images.numpy()})[0])
        if not features_agree(encoder.backbone, images, found):
            raise HostError(
                "onnxruntime gives other features than torch; nothing was written",
                code="export_differs",
                hint="Update onnxruntime and torch, or use --format torchvision or timm",
            )
    return True


def onnx_example(path: Path, size: int) -> tuple[str, ...]:
    """Three lines of Python that run the file."""
    return (
        "import numpy as np, onnxruntime",
        f"session = onnxruntime.InferenceSession({str(path)!r})",
        f"features = session.run(None, {{{INPUT!r}: np.zeros((1, 3, {size}, {size}), np.float32)}})"
        "[0]",
    )


def _without_origins(model: Any) -> bytes:
    """Nodes tell the lines of source that they came from, which are paths of this machine."""
    for part in (*model.graph.node, *model.graph.value_info, *model.graph.initializer):
        part.ClearField("metadata_props")
        part.ClearField("doc_string")
    for function in model.functions:
        for node in function.node:
            node.ClearField("metadata_props")
            node.ClearField("doc_string")
    data: bytes = model.SerializeToString(deterministic=True)
    return data
