"""One safetensors file that explains itself: weights, and a document about them.

The document is sorted JSON under one metadata key, so the same training gives the same bytes. A
digest of document and weights tells a damaged file. Nothing is ever unpickled.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load as load_tensors
from safetensors.torch import save as save_tensors

from augscore.errors import ModelError
from augscore.json_values import Json
from augscore.outputs import write_bytes
from augscore.runs.digest import digest, not_finite

METADATA_KEY = "augscore"
_SHOWN = 3
_PICKLE_HEADS = (b"PK", b"\x80")
_PICKLE_NAMES = frozenset([".pt", ".pth", ".ckpt", ".pkl", ".pickle"])


@dataclass(frozen=True)
class FileKind:
    """What a file is to be, in words and by its schema.

    noun    "model", "encoder": stands before the path in a message
    kind    the document's `kind`; None for that of score models, which have none
    train   what to do where there is none
    convert what to do with a pickle that one trusts
    """

    noun: str
    kind: str | None
    schema: int
    train: str
    convert: str


@dataclass(frozen=True)
class ModelFile:
    """The document, the tensors by name, and the SHA-256 of the whole file."""

    path: Path
    kind: FileKind
    document: Json
    tensors: Mapping[str, torch.Tensor]
    sha256: str

    def bad(self, what: str) -> ModelError:
        """A ModelError `model_mismatch` that names the file."""
        return _bad(self.path, self.kind, what, "model_mismatch")


def write_model_file(path: Path, document: Json, tensors: Mapping[str, torch.Tensor]) -> None:
    """Write the file atomically; `document` gets the digest. Raises as `write_bytes`."""
    kept = {name: t.detach().to("cpu").contiguous() for name, t in tensors.items()}
    whole = {**document, "digest": digest(_text(document), kept)}
    write_bytes(path, save_tensors(kept, metadata={METADATA_KEY: _text(whole)}))


def read_model_file(path: Path, kind: FileKind) -> ModelFile:
    """Read header and tensors; neither shapes nor digest are looked at yet.

    Raises ModelError: `model_missing`, `model_pickle`, `model_corrupt`, `model_mismatch` (of
    another kind), `model_version`.
    """
    data = _read(path, kind)
    document = _document(data, path, kind)
    try:
        tensors = load_tensors(data)
    except (SafetensorError, KeyError) as error:
        raise _bad(path, kind, f"is damaged ({error})", "model_corrupt") from error
    return ModelFile(path, kind, document, tensors, hashlib.sha256(data).hexdigest())


def check_tensors(file: ModelFile, wanted: Mapping[str, tuple[int, ...]]) -> None:
    """ModelError (`model_mismatch`) for other names or shapes, or weights that are not finite."""
    got = {k: tuple(v.shape) for k, v in file.tensors.items()}
    different = sorted(k for k in wanted.keys() | got.keys() if wanted.get(k) != got.get(k))
    if different:
        told = "; ".join(_difference(k, wanted.get(k), got.get(k)) for k in different[:_SHOWN])
        raise file.bad(f"does not fit its card: {told}")
    broken = not_finite(file.tensors)
    if broken:
        told = ", ".join(broken[:_SHOWN])
        raise file.bad(f"holds weights that are not finite: {told}")


def check_digest(file: ModelFile) -> None:
    """ModelError (`model_mismatch`) for another digest; files older than it have none."""
    if "digest" not in file.document:
        return
    rest = {key: value for key, value in file.document.items() if key != "digest"}
    if digest(_text(rest), file.tensors) != file.document["digest"]:
        raise file.bad("was changed since it was written (its digest differs)")


def _read(path: Path, kind: FileKind) -> bytes:
    try:
        if path.exists() and not path.is_file():
            raise _bad(path, kind, "is no file", "model_missing")
        with path.open("rb") as file:
            head = file.read(9)
            _refuse_pickle(path, kind, head, path.stat().st_size)
            return head + file.read()
    except FileNotFoundError as error:
        raise ModelError(
            f"cannot read {kind.noun} '{path}': no such file",
            code="model_missing",
            hint=kind.train,
        ) from error
    except OSError as error:
        raise _bad(path, kind, f"cannot be read ({error.strerror})", "model_missing") from error


def _refuse_pickle(path: Path, kind: FileKind, head: bytes, size: int) -> None:
    """By its first bytes or its name, unopened; the length of a sound header may look like one."""
    if len(head) == 9 and head.endswith(b"{") and _header_length(head) <= size - 8:
        return
    if head.startswith(_PICKLE_HEADS) or path.suffix.lower() in _PICKLE_NAMES:
        raise ModelError(
            f"'{path}' is a pickle, which could run code, and is not opened",
            code="model_pickle",
            hint=kind.convert,
        )


def _header_length(data: bytes) -> int:
    return int.from_bytes(data[:8], "little")


def _document(data: bytes, path: Path, kind: FileKind) -> Json:
    if not data:
        raise _bad(path, kind, "is empty", "model_corrupt")
    length = _header_length(data)
    if len(data) < 8 or length > len(data) - 8:
        raise _bad(path, kind, "is truncated or no safetensors file", "model_corrupt")
    try:
        header = json.loads(data[8 : 8 + length])
        document = json.loads(header["__metadata__"][METADATA_KEY], parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise _bad(path, kind, "has a damaged header", "model_corrupt") from error
    except (KeyError, TypeError) as error:
        raise _bad(path, kind, "holds no augscore card", "model_mismatch") from error
    if not isinstance(document, dict):
        raise _bad(path, kind, "holds no augscore card", "model_mismatch")
    _check_kind(document, path, kind)
    return document


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} in a card")


def _check_kind(document: Json, path: Path, kind: FileKind) -> None:
    found, schema = document.get("kind"), document.get("schema")
    if found != kind.kind:
        what = "score model" if found is None else str(found)
        raise _bad(path, kind, f"is of another kind: {what}", "model_mismatch", hint=kind.train)
    if schema == kind.schema:
        return
    newer = isinstance(schema, int | float) and schema > kind.schema
    raise ModelError(
        f"{kind.noun} '{path}' has schema {schema}, this augscore reads schema {kind.schema}",
        code="model_version",
        hint="Install a newer augscore" if newer else f"Train the {kind.noun} again",
    )


def _difference(name: str, wanted: tuple[int, ...] | None, got: tuple[int, ...] | None) -> str:
    if wanted is None:
        return f"{name} has no place"
    if got is None:
        return f"{name} is missing"
    return f"{name} has shape {got} instead of {wanted}"


def _text(document: Json) -> str:
    return json.dumps(document, sort_keys=True, separators=(",", ":"), allow_nan=False)


def _bad(
    path: Path, kind: FileKind, what: str, code: str, *, hint: str = "Train or copy it again"
) -> ModelError:
    return ModelError(f"{kind.noun} '{path}' {what}", code=code, hint=hint)
