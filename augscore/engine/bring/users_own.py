"""Functions and classes of the user's inside a sequence of a library's, each to be called alone."""

from __future__ import annotations

from augscore.engine.bring import kornia_pieces, torchvision_pieces
from augscore.engine.bring.albumentations import AlbumentationsRun
from augscore.engine.bring.kornia import KorniaRun
from augscore.engine.bring.piece import Piece, is_own
from augscore.engine.bring.raw import RawPipeline
from augscore.engine.bring.torchvision import TorchvisionRun

_SIDE = 64


def users_own(pipeline: RawPipeline) -> list[tuple[str, RawPipeline]]:
    """Each by its name, given images in the form that it finds in the sequence; none of
    albumentations, whose transforms draw from the generators of the library."""
    run = pipeline.run
    if isinstance(run, AlbumentationsRun):
        return []
    if isinstance(run, KorniaRun):
        return [
            (piece.name, RawPipeline(KorniaRun(piece.transforms[0], None)))
            for piece in _theirs(kornia_pieces.pieces_of(run, _SIDE))
        ]
    return [
        (piece.name, RawPipeline(TorchvisionRun(piece.transforms[0], piece.takes, None)))
        for piece in _theirs(torchvision_pieces.pieces_of(run, _SIDE))
        if piece.takes is not None
    ]


def _theirs(pieces: list[Piece]) -> list[Piece]:
    return [piece for piece in pieces if len(pieces) > 1 and not is_own(piece.transforms[0])]
