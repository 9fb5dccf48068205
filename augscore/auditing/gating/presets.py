"""Usual ranges for two uses of a policy: what published policies do, not what is good. No range
here was held against the accuracy of anything that was trained with it.

Measured with the bundled score model on 100 photographs, 4 views each, seed 0: `augscore audit NAME
--data PHOTOS --size SIZE --n 100 --op-images 0`. Strengths are over that of two unrelated images:

                                      strength   unchanged   destroyed
    for supervised training     32 px    96 px
    pad-crop-flip                0.84                0.5 %       0 %
    randaugment                  0.57     0.45       0.3 %       0 %
    randaugment(3,20)            0.89                  0 %       0 %
    trivialaugment-wide          0.51     0.45        12 %       2 %
    autoaugment-cifar10          0.49                 24 %       1 %
    autoaugment-imagenet                  0.67        14 %       0 %
    augmix                       0.85                  0 %       0 %
    for contrastive training
    simclr-cifar, simclr         0.87     1.11         0 %       1 %
    moco-v2                               0.84         0 %       0 %

At 224 px, on 60 of them, as `augscore measure` has it, pad-crop-flip is at 0.33, randaugment 0.43
and simclr at 1.07. The ranges leave more than a third below the lowest and at least a fifth above
the highest of these strengths, and about as much room above the shares as their intervals have.
"""

from __future__ import annotations

from augscore.auditing.gating.gates import NO_FAILING_FINDING, Preset, Rule
from augscore.auditing.gating.keys import Key

_STRENGTH = Key("policy", "strength")
_UNCHANGED = Key("policy", "unchanged_share")
_LITTLE_DESTROYED = Rule(Key("policy", "destroyed_share"), None, 0.05)

PRESETS: dict[Preset, tuple[Rule, ...]] = {
    "supervised": (
        NO_FAILING_FINDING,
        Rule(_STRENGTH, 0.2, 1.25),
        Rule(_UNCHANGED, None, 0.35),
        _LITTLE_DESTROYED,
    ),
    "contrastive": (
        NO_FAILING_FINDING,
        Rule(_STRENGTH, 0.55, 1.4),
        Rule(_UNCHANGED, None, 0.05),
        _LITTLE_DESTROYED,
    ),
    "none": (),
}
