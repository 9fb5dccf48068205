"""A pipeline that runs as it is → its transforms, each a node that can be looked at by itself."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from augscore.engine.bring import albumentations_pieces, kornia_pieces, torchvision_pieces
from augscore.engine.bring.albumentations import AlbumentationsRun
from augscore.engine.bring.kornia import KorniaRun
from augscore.engine.bring.piece import Piece, RunOf, stages
from augscore.engine.bring.torchvision import TorchvisionRun
from augscore.engine.foreign_draw import Run
from augscore.engine.nodes import Foreign, Node, Stage, nodes_in
from augscore.engine.policy import Policy, View


def staged(policy: Policy) -> Policy:
    """The same policy with a node for each transform of the pipelines that run as they are.

    A transform with an exact counterpart here becomes that; each other one is a `Stage` with a key
    of its own, given images in the form that it finds in its pipeline, and what comes after
    Normalize is given normalised ones. Random containers of torchvision, and those of kornia and
    albumentations that choose one or all of their transforms, become ours around such nodes. What
    cannot be taken apart (a function, a class of the user's, other containers) is one stage, and so
    are transforms that bring an image to a size in several steps. Views are distributed as before;
    a view of the same key is another one, since a transform now draws from its own key. A policy
    without such pipelines comes back as it is.
    """
    views = tuple(_view(view, view.size or policy.size) for view in policy.views)
    if views == policy.views:
        return policy
    return replace(policy, views=views, notes=(*policy.notes, *_notes(views)))


def _view(view: View, side: int) -> View:
    return replace(view, steps=tuple(one for node in view.steps for one in _nodes(node, side)))


def _nodes(node: Node, side: int) -> tuple[Node, ...]:
    if not isinstance(node, Foreign) or isinstance(node, Stage) or node.run is None:
        return (node,)
    pieces, run_of = _taken_apart(node.run, side)
    if len(pieces) > 1 or any(piece.nodes for piece in pieces):
        return stages(node.library, pieces, run_of) or (_whole(node, None),)
    return (_whole(node, pieces[0] if pieces else None),)


def _taken_apart(run: Run, side: int) -> tuple[list[Piece], RunOf]:
    match run:
        case TorchvisionRun():
            pieces = torchvision_pieces.pieces_of(run, side)
            return pieces, partial(torchvision_pieces.stage_of, run)
        case KorniaRun():
            return kornia_pieces.pieces_of(run, side), partial(kornia_pieces.stage_of, run)
        case AlbumentationsRun():
            pieces = albumentations_pieces.pieces_of(run, side)
            return pieces, partial(albumentations_pieces.stage_of, run)
        case _:
            return [], lambda piece: run


def _whole(node: Foreign, piece: Piece | None) -> Stage:
    name = piece.name if piece else type(getattr(node.run, "pipeline", node.run)).__name__
    chance = piece.chance if piece else None
    return Stage(node.library, node.pipeline, node.resizes, node.run, name=name, chance=chance)


def _notes(views: tuple[View, ...]) -> list[str]:
    found = [node for view in views for node in nodes_in(view.steps) if isinstance(node, Stage)]
    names = ", ".join(dict.fromkeys(node.name for node in found))
    return [f"run transform by transform, each with a key of its own: {names}"]
