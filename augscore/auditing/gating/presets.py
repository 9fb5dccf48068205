"""Usual ranges for two uses of a policy: what published policies do, not what is good. No range
here was held against the accuracy of anything that was trained with it.

The strengths are the means of `strength_relative` that the bundled score model reads on 100
photographs, 4 views each, seed 0, as of `augscore measure PHOTOS --policy NAME --size SIZE
--views 4 --json FILE`; unchanged are views of which it is 0:

    for supervised training          32 px   96 px   224 px   unchanged
    pad-crop-flip                     0.73    0.45     0.34       0.2 %
    randaugment                       0.58    0.44     0.41       0.7 %
    randaugment(3,20)                 0.99                        0
    trivialaugment-wide               0.60    0.44               11.5 %
    autoaugment-cifar10, -imagenet    0.52    0.55               25 %, 14 %
    augmix                            0.77                        0
    for contrastive training
    simclr-cifar, simclr              0.85    0.89     0.85       0
    moco-v2, byol, dino                  0.78 to 0.82             0

The ranges leave about a third below the lowest and at least a fifth above the highest of these.
"""

from __future__ import annotations

from augscore.auditing.gating.gates import NO_FAILING_FINDING, Preset, Rule
from augscore.auditing.gating.keys import Key

_STRENGTH = Key("policy", "strength")
_UNCHANGED = Key("policy", "unchanged_share")
_NOTHING_DESTROYED = Rule(Key("policy", "destroyed_share"), None, 0.02)

PRESETS: dict[Preset, tuple[Rule, ...]] = {
    "supervised": (
        NO_FAILING_FINDING,
        Rule(_STRENGTH, 0.2, 1.2),
        Rule(_UNCHANGED, None, 0.35),
        _NOTHING_DESTROYED,
    ),
    "contrastive": (
        NO_FAILING_FINDING,
        Rule(_STRENGTH, 0.5, 1.2),
        Rule(_UNCHANGED, None, 0.05),
        _NOTHING_DESTROYED,
    ),
    "none": (),
}
