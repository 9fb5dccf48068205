"""Linear classifiers of features that were computed once: by Adam, and to the optimum by L-BFGS."""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F

from augscore.evaluation.knn import Bank
from augscore.keys import uniforms

_LBFGS_STEPS = 200
_LBFGS_MEMORY = 10


@dataclass(frozen=True)
class LinearProbe:
    """`weight` (C, D) and `bias` (C,), for features as they come."""

    weight: torch.Tensor
    bias: torch.Tensor

    def predict(self, features: torch.Tensor) -> torch.Tensor:
        """(N, D) → (N,) int64 classes."""
        features = features.to(self.weight.device, self.weight.dtype)
        return F.linear(features, self.weight, self.bias).argmax(dim=1)


@dataclass(frozen=True)
class AdamProbe:
    """The recipe of W-MSE's authors: 500 epochs, 1e-2 falling to 1e-6 by a factor an epoch.

    No augmentation and no scaling of features; L2 of `weight_decay` in the gradient; the last
    batch of an epoch may be short.
    """

    epochs: int = 500
    batch_size: int = 1000
    lr: float = 1e-2
    last_lr: float = 1e-6
    weight_decay: float = 5e-6
    seed: int = 0


def fit_by_adam(bank: Bank, recipe: AdamProbe) -> LinearProbe:
    """Softmax regression, from zeros; the order of an epoch is drawn from (seed, image, epoch).

    Ermolov, Siarohin, Sangineto, Sebe 2021, section 4. The bank's device computes, in float32.
    """
    features = bank.features.to(torch.float32)
    labels = bank.labels.to(features.device)
    weight, bias = _zeros(bank, features)
    optimizer = torch.optim.Adam([weight, bias], lr=recipe.lr, weight_decay=recipe.weight_decay)
    fall = (recipe.last_lr / recipe.lr) ** (1 / max(1, recipe.epochs))
    for epoch in range(recipe.epochs):
        for group in optimizer.param_groups:
            group["lr"] = recipe.lr * fall**epoch
        for rows in torch.split(_order(len(bank), recipe.seed, epoch), recipe.batch_size):
            rows = rows.to(features.device)
            optimizer.zero_grad()
            with torch.enable_grad():
                loss = F.cross_entropy(F.linear(features[rows], weight, bias), labels[rows])
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
    return LinearProbe(weight.detach(), bias.detach())


def fit_logistic(bank: Bank, *, strength: float = 1.0) -> LinearProbe:
    """Softmax regression at its optimum: nothing random, nothing to tune but `strength`.

    Minimises |W|²/2 + strength · Σ cross entropy over features of mean 0 and sd 1 (those that are
    constant stay 0), in float64 on the CPU.
    """
    features = bank.features.to("cpu", torch.float64)
    labels = bank.labels.cpu()
    mean, sd = features.mean(dim=0), features.std(dim=0, correction=0)
    sd = torch.where(sd > 0, sd, torch.ones_like(sd))
    scaled = (features - mean) / sd
    weight, bias = _zeros(bank, scaled)
    optimizer = torch.optim.LBFGS(
        [weight, bias],
        max_iter=_LBFGS_STEPS,
        history_size=_LBFGS_MEMORY,
        tolerance_grad=1e-6,
        tolerance_change=1e-12,
        line_search_fn="strong_wolfe",
    )

    def loss() -> torch.Tensor:
        optimizer.zero_grad()
        with torch.enable_grad():
            wrong = F.cross_entropy(F.linear(scaled, weight, bias), labels)
            # By the image, so that the tolerances mean the same for sets of any size.
            total = wrong + weight.square().sum() / (2 * strength * len(bank))
        total.backward()  # type: ignore[no-untyped-call]
        return total

    optimizer.step(loss)  # type: ignore[no-untyped-call]
    found = weight.detach() / sd
    return LinearProbe(found, bias.detach() - found @ mean)


def _zeros(bank: Bank, features: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """The loss is convex: where it begins hardly matters, and zeros need no random numbers."""
    classes = int(bank.labels.max()) + 1
    weight = features.new_zeros((classes, features.shape[1]), requires_grad=True)
    return weight, features.new_zeros(classes, requires_grad=True)


def _order(images: int, seed: int, epoch: int) -> torch.Tensor:
    """(images,) places in the order of keyed uniforms."""
    return uniforms(torch.arange(images), [0], seed=seed, epoch=epoch)[:, 0].argsort()
