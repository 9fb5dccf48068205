"""The engine as a module: views of the batches of a training loop, on the device they are on."""

from __future__ import annotations

import torch

from augscore.engine.augment import Views
from augscore.engine.bring.recording import heard, listening
from augscore.engine.door import Ids, Images, check_ids, check_images, check_whole
from augscore.engine.draw import Draw, Precision
from augscore.engine.normalized import NormalizeChoice
from augscore.engine.ops.record import BackendChoice
from augscore.engine.policies import PolicyLike
from augscore.engine.recipe import Recipe
from augscore.errors import UsageError


class Augment(torch.nn.Module):
    """Draws a policy for every image of a batch and applies it.

    Called with images alone, consecutive batches are drawn apart by the number of the call, which
    is part of the module's state: a run that loads the `state_dict` goes on with the draws it
    would have had. Under several processes give each a `seed` of its own. Called with `ids` and
    `epoch`, draws depend on those and `seed` alone, whatever the batch.

    `policy`, `size`, `seed`, `backend` and `precision` are those of `augment`; `views` stands in
    for the policy's number of them. `normalize`: True for the policy's own, `imagenet`, `cifar10`,
    `cifar100`, or a Normalize; by default views stay in [0, 1]. There are no parameters and no
    gradients. train() and eval() do the same, as in torchvision v2 and kornia: who validates on
    plain images calls nothing. Raises UsageError for a policy that cannot be drawn.
    """

    def __init__(
        self,
        policy: PolicyLike,
        *,
        size: int | None = None,
        seed: int | None = None,
        normalize: NormalizeChoice = False,
        views: int | None = None,
        backend: BackendChoice = "auto",
        precision: Precision = "fast",
    ) -> None:
        super().__init__()
        self.recipe = Recipe.of(
            policy,
            size=size,
            seed=seed,
            views=views,
            normalize=normalize,
            backend=backend,
            precision=precision,
        )
        self.calls = 0
        self._has_read_pixels = False

    def forward(self, images: Images, ids: Ids | None = None, epoch: int | None = None) -> Views:
        """(B, 3, H, W), or a list of (3, H, W) of any sizes, uint8 or float in [0, 1] → one float32
        (B, 3, S, S) a view, on the images' device.

        The values of floats on an accelerator are checked in the first batch alone, since looking
        at them waits for the device; later ones are clamped to [0, 1]. `ids`: one int or str an
        image, or an integer tensor on the CPU; they come with an `epoch`. Raises TensorError
        (`bad_tensor`) for images that do not fit, UsageError (`bad_ids`, `usage`) for ids and
        epochs that do not.
        """
        views, _ = self.forward_with_draw(images, ids, epoch)
        return views

    def forward_with_draw(
        self, images: Images, ids: Ids | None = None, epoch: int | None = None
    ) -> tuple[Views, Draw]:
        """As `forward`, with the draw from which `replay` makes the views again, before they are
        normalised."""
        waits = any(image.device.type != "cpu" for image in images[:1])
        pictures = check_images(images, read_pixels=not (waits and self._has_read_pixels))
        names = check_ids(ids, len(pictures))
        _check_epoch(ids, epoch)
        drawn = self.recipe.draw(
            pictures, names, epoch=epoch or 0, step=self.calls if ids is None else 0
        )
        heeded = listening(drawn)
        views = self.recipe.apply(pictures, heeded)
        self._has_read_pixels = True
        self.calls += ids is None
        return views, heard(heeded)

    # A buffer would move to the device with the module, and every call would wait to read it.
    def get_extra_state(self) -> torch.Tensor:
        """The number of calls without ids, as an int64 tensor on the CPU."""
        return torch.tensor(self.calls)

    def set_extra_state(self, state: torch.Tensor) -> None:
        self.calls = int(state)

    def extra_repr(self) -> str:
        return f"{self.recipe.policy.name!r}, seed={self.recipe.seed}, calls={self.calls}"


def _check_epoch(ids: Ids | None, epoch: int | None) -> None:
    if ids is not None and epoch is None:
        raise UsageError(
            "epoch: wanted a whole number with ids, got None",
            code="usage",
            hint="With ids alone every epoch would have the same views",
        )
    check_whole("epoch", 0 if epoch is None else epoch)
