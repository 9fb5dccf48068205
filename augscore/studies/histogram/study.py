"""`study histogram`: a policy's view of every image, and both their score values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch

from augscore.engine.augment import views_of
from augscore.engine.policy import Policy
from augscore.engine.policy_file.digest import policy_digest
from augscore.errors import InputError
from augscore.json_values import Json
from augscore.measuring.plan import of_one_size
from augscore.measuring.sources import Offer, entry_id
from augscore.measuring.subjects import Subject
from augscore.outputs import printable
from augscore.studies.figures.choosing import read_offer
from augscore.studies.figures.figure_study import Piece, Published, Row, Table, Told
from augscore.studies.figures.lab import Lab
from augscore.studies.figures.originals import score_values, together
from augscore.studies.histogram.bins import Bins, binned, examples_of
from augscore.studies.histogram.colour_ops import applied_ops
from augscore.studies.histogram.histogram_figure import Thumbnails, histogram_png
from augscore.studies.histogram.sentences import CAPTION, sentences, spread_table
from augscore.studies.histogram.values import Values, values_of


@dataclass(frozen=True)
class HistogramStudy:
    """`thumbnails`: small pictures of images and views in the figure."""

    policy: Policy
    thumbnails: bool = True

    @property
    def name(self) -> str:
        return "histogram"

    @property
    def settings(self) -> Row:
        return {"policy": policy_digest(self.policy)}

    def views(self, side: int) -> int:
        """The original and its view."""
        return 2

    def pieces(self, lab: Lab) -> tuple[Piece, ...]:
        """As many images as the network sees at once."""
        return tuple(Piece(str(some.start), len(some)) for some in _blocks(lab))

    def measure(self, piece: str, lab: Lab, told: Told) -> Row:
        """One number an image, in their order."""
        places = next(some for some in _blocks(lab) if str(some.start) == piece)
        views, ops = self._views(lab, places)
        strengths = lab.scorer.compare(
            lab.originals.described[list(places)], lab.scorer.describe(views)
        )
        scores = score_values(lab.scorer, views)
        told(len(views))
        return {
            "score_values": scores.tolist(),
            "strengths": strengths.tolist(),
            "operations": [list(names) for names in ops],
        }

    def publish(self, rows: Mapping[str, Json], lab: Lab) -> Published:
        values = values_of([rows[piece.name] for piece in self.pieces(lab)], lab)
        scores, strengths = binned(values)
        shown = self._thumbnails(lab, values, scores, strengths) if self.thumbnails else None
        return Published(
            document={
                "policy": {"name": self.policy.name, "sha256": policy_digest(self.policy)},
                "score_value": scores.to_json(),
                "strength": strengths.to_json(),
            },
            tables=(Table("histogram.csv", tuple(values.rows(lab))),),
            pictures={"histogram.png": histogram_png(scores, strengths, shown, lab, self.policy)},
            lines=spread_table(values, lab),
            caption=CAPTION,
            says=sentences(values, scores, self.policy.name, lab),
        )

    def _views(self, lab: Lab, places: Sequence[int]) -> tuple[torch.Tensor, list[tuple[str, ...]]]:
        """The view of each image at these places, and which operations made it."""
        read = [_again(lab.offers[place]) for place in places]
        (views,), drawn = views_of(
            [one.reference.to(lab.scorer.device) for one in read],
            of_one_size(self.policy),
            views=1,
            size=lab.side,
            seed=lab.seed,
            ids=[one.id for one in read],
        )
        return views, [applied_ops(drawn.describe(k, 0)["steps"]) for k in range(len(read))]

    def _thumbnails(self, lab: Lab, values: Values, scores: Bins, strengths: Bins) -> Thumbnails:
        """Of each bin the image nearest to its middle."""
        clean = examples_of(scores.edges, values.originals)
        augmented = examples_of(scores.edges, values.views)
        strong = examples_of(strengths.edges, values.strengths)
        wanted = sorted({place for place in (*augmented, *strong) if place is not None})
        made = dict(zip(wanted, self._views(lab, wanted)[0].cpu(), strict=True))

        def original(place: int | None) -> torch.Tensor | None:
            return None if place is None else lab.originals.floats([place], torch.device("cpu"))[0]

        def view(place: int | None) -> torch.Tensor | None:
            return None if place is None else made[place]

        return Thumbnails(
            originals=[*map(original, clean)],
            views=[*map(view, augmented)],
            strong_originals=[*map(original, strong)],
            strong_views=[*map(view, strong)],
        )


def _blocks(lab: Lab) -> list[range]:
    count, size = len(lab.originals), together(lab.scorer, lab.side)
    return [range(start, min(start + size, count)) for start in range(0, count, size)]


def _again(offer: Offer) -> Subject:
    found = read_offer(offer)
    if found is None:
        raise InputError(
            f"{printable(str(entry_id(offer)))} cannot be read any more",
            code="no_images",
            hint="Leave the images alone while a study looks at them",
        )
    return found
