"""The policy of a training run in the feed that the run had."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest
import torch

import augscore
from augscore.auditing.findings.judge import judge
from augscore.auditing.probing import feed
from augscore.auditing.probing.feed import feed_facts
from augscore.auditing.table import LoaderFacts
from augscore.benching.pictures import telling_pictures
from augscore.engine.augment import Views
from augscore.engine.door import Ids, Images
from augscore.engine.module import Augment
from augscore.engine.nodes import Step
from augscore.engine.policy import Policy, View
from augscore.engine.presets import preset
from augscore.training.kept_feed import KeptFeed
from tests.auditing.tables import table

FED = KeptFeed(seed=3, batch_size=12, views=2, size=32, workers=2)


@pytest.fixture
def image() -> torch.Tensor:
    return telling_pictures(1, 40, 56)[0]


def test_every_draw_is_another_one(image: torch.Tensor) -> None:
    facts = feed_facts(preset("simclr-cifar"), FED, image)
    assert facts == LoaderFacts(2, 2, 72, 72, 72, False)
    whole = feed_facts(preset("simclr-cifar"), replace(FED, batch_size=512, workers=0), image)
    assert whole == LoaderFacts(0, 2, 64, 64, 64, False)


def test_views_are_those_of_a_data_loader(image: torch.Tensor) -> None:
    """Counted here with images of those ids, epoch by epoch."""
    flip = Policy("flip", 32, (View((Step("RandomHorizontalFlip"), Step("RandomSolarize"))),))
    seen = set()
    for epoch in range(2):
        given = image.expand(36, -1, -1, -1)
        collate = augscore.Collate(flip, size=32, seed=3, views=2)
        collate.set_epoch(epoch)
        views = collate([(one, 0, n) for n, one in enumerate(given)]).views
        for n in range(36):
            pixels = torch.stack([view[n] for view in views])
            seen.add(hashlib.sha256(pixels.numpy().tobytes()).hexdigest())
    facts = feed_facts(flip, FED, image)
    assert facts.distinct == len(seen) < 20
    assert facts.distinct_without_workers == len(seen)
    assert codes_of(facts) == set()


def codes_of(facts: LoaderFacts) -> set[str]:
    found, _ = judge(replace(table(images=3), loader=facts))
    return {f.code for f in found} & {"REPEATED_DRAWS", "NON_DETERMINISTIC"}


class _WithoutEpochs(Augment):
    def forward(self, images: Images, ids: Ids | None = None, epoch: int | None = None) -> Views:
        return super().forward(images, ids, 0)


class _Counting(Augment):
    def forward(self, images: Images, ids: Ids | None = None, epoch: int | None = None) -> Views:
        return super().forward(images)


def test_epochs_that_repeat_are_found(image: torch.Tensor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed, "Augment", _WithoutEpochs)
    facts = feed_facts(preset("simclr-cifar"), FED, image)
    assert (facts.distinct, facts.workers_coincide, facts.replays) == (36, True, True)
    assert codes_of(facts) == {"REPEATED_DRAWS"}


def test_draws_that_do_not_follow_from_ids_are_found(
    image: torch.Tensor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed, "Augment", _Counting)
    facts = feed_facts(preset("simclr-cifar"), FED, image)
    assert not facts.replays
    assert codes_of(facts) == {"NON_DETERMINISTIC"}
