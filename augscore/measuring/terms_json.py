"""Terms ↔ JSON: what a part keeps of its plan, so that joining needs no model or policy file."""

from __future__ import annotations

from dataclasses import asdict
from typing import Literal, cast

from augscore.engine.nodes import foreign_in
from augscore.engine.policy import Policy
from augscore.engine.policy_file.document import to_document
from augscore.engine.policy_file.read import policy_of_mapping
from augscore.json_values import (
    Json,
    mapping,
    numbers,
    optional,
    sequence,
    text,
    truth,
    whole,
)
from augscore.measuring.measurement import MeasureConfig, ModelIdentity
from augscore.measuring.sources import Place
from augscore.measuring.terms import Terms
from augscore.strength.calibration import ladder_from_json
from augscore.strength.ladder import Ladder


def terms_record(terms: Terms) -> dict[str, object]:
    """The source as its place, and the policy as its document, in which the order of keys counts;
    null for a pipeline of another library that runs as it is."""
    policy, place = terms.policy, terms.source.place
    return {
        "config": asdict(terms.config),
        "model": asdict(terms.model),
        "ladder": asdict(terms.ladder),
        "place": None if place is None else asdict(place),
        "policy": None if policy is None or _is_foreign(policy) else to_document(policy),
    }


def config_of(record: Json) -> MeasureConfig:
    """This and the others raise TypeError or KeyError for what `terms_record` did not write."""
    found = mapping(record["config"])
    return MeasureConfig(
        optional(found["policy"], text),
        optional(found["policy_digest"], text),
        whole(found["views"]),
        whole(found["seed"]),
        whole(found["size"]),
        optional(found["limit"], whole),
        optional(found["sample"], whole),
        whole(found["max_pixels"]),
        text(found["device"]),
        optional(found["shard"], text),
    )


def model_of(record: Json) -> ModelIdentity:
    found = mapping(record["model"])
    return ModelIdentity(
        text(found["name"]),
        text(found["version"]),
        text(found["sha256"]),
        text(found["reading"]),
        whole(found["working_size"]),
        numbers(found["sigmas"]),
        _texts(found["doubts"]),
    )


def ladder_of(record: Json) -> Ladder:
    return ladder_from_json(mapping(record["ladder"]))


def place_of(record: Json) -> Place | None:
    if record["place"] is None:
        return None
    found = mapping(record["place"])
    kind = cast('Literal["folders", "pairs", "matched"]', text(found["kind"]))
    return Place(kind, _texts(found["paths"]), truth(found["hidden"]), truth(found["follow_links"]))


def policy_of(record: Json) -> Policy | None:
    """As it is drawn; None for pairs, too."""
    found = record["policy"]
    return None if found is None else policy_of_mapping(mapping(found))


def _is_foreign(policy: Policy) -> bool:
    return any(True for view in policy.views for _ in foreign_in(view.steps))


def _texts(value: object) -> tuple[str, ...]:
    return tuple(text(item) for item in sequence(value))
