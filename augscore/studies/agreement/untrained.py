"""The control: the same design with weights that have seen no image."""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import nn

from augscore.score.denoiser import Denoiser
from augscore.score.network import Network
from augscore.strength.calibrate import standards_of
from augscore.strength.scorer import Scorer
from augscore.strength.sight import look


def untrained_twin(scorer: Scorer, clean: torch.Tensor, seed: int = 0) -> Scorer:
    """`clean`: float (N, 3, S, S) in [0, 1], by which its channels are standardised.

    Every layer has random weights, those too that training starts at 0: else it would see nothing.
    """
    trained = scorer.model
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = Network(trained.card.architecture)
        for layer in network.modules():
            if isinstance(layer, nn.Conv2d):
                layer.reset_parameters()
    denoiser = Denoiser(network, trained.card.mean, trained.card.sigma_data)
    denoiser.eval().requires_grad_(False)
    denoiser.to(scorer.device).to(memory_format=torch.channels_last)
    sight = look(denoiser, clean.to(scorer.device), scorer.calibration.lens)
    standards = standards_of(sight).to(torch.device("cpu"))
    return replace(
        scorer,
        model=replace(trained, denoiser=denoiser),
        calibration=replace(scorer.calibration, standards=standards),
    )
