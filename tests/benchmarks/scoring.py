"""What weighing takes beside a step of ResNet-18 on two views at 32 px.

The ratio of a row is how often its work fits into the step: 10 is a share of 10 %.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import torch

from augscore.benching.pictures import smooth_pictures
from augscore.engine.augment import views_of
from augscore.methods.simclr import nt_xent
from augscore.strength.scorer import load_scorer
from augscore.training.config import WeightingConfig
from augscore.training.networks.backbones import make_backbone
from augscore.training.weighing.scene import Scene
from augscore.training.weighing.weigher import Weigher
from tests.benchmarks.case import Case, Setting

SIZE = 32
CONFIGS = {
    "gap at one σ": WeightingConfig(kind="score"),
    "gap over three σ": WeightingConfig(kind="score", reading="multi-gap"),
    "difference of strengths": WeightingConfig(kind="score", reading="strength"),
    "strength between": WeightingConfig(kind="score", reading="strength-between"),
    "pixel": WeightingConfig(kind="pixel"),
    "parameter": WeightingConfig(kind="parameter"),
}


def cases(setting: Setting) -> list[Case]:
    scene = _scene(setting)
    count = setting.batch_size
    scorer = load_scorer(setting.model, str(setting.device))
    made = []
    for precision in ("float32", "bf16"):
        group = f"weighing beside a step of ResNet-18 in {precision}, {count} pairs"
        made.append(Case(group, "step", count, _step(scene.views, bf16=precision == "bf16")))
        for name, config in CONFIGS.items():
            weigher = Weigher(config, scorer, steps_per_epoch=100, epochs=10, seed=0)
            made.append(Case(group, name, count, partial(_weigh, weigher, scene)))
    return made


def _scene(setting: Setting) -> Scene:
    pictures = smooth_pictures(setting.batch_size, SIZE).to(setting.device)
    views, drawn = views_of(pictures, "simclr-cifar", views=2, size=SIZE)
    return Scene(views, drawn, pictures, ((0, 1),))


def _weigh(weigher: Weigher, scene: Scene) -> torch.Tensor:
    return weigher.weights(weigher.gaps(scene).flatten(), 0).values


def _step(views: Sequence[torch.Tensor], *, bf16: bool) -> Callable[[], float]:
    device = views[0].device
    network = make_backbone("resnet18", size=SIZE, seed=0).to(device)
    network.to(memory_format=torch.channels_last)
    optimizer = torch.optim.SGD(network.parameters(), lr=0.01, momentum=0.9)
    images = torch.cat(list(views)).contiguous(memory_format=torch.channels_last)

    def step() -> float:
        with torch.autocast(device.type, torch.bfloat16, enabled=bf16):
            features = network(images)
        loss = nt_xent(*features.float().chunk(2)).reduce()
        optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        return float(loss.detach())

    return step
