"""Keys of earlier batches, a ring of fixed size (He et al. 2020, arXiv 1911.05722, section 3.1)."""

from __future__ import annotations

import torch
from torch import nn

from augscore.errors import UsageError


class KeyQueue(nn.Module):
    """The last `size` keys of `width` numbers, float32.

    Empty at the start: random keys would be targets that mean nothing. Everything is a persistent
    buffer, so that a checkpoint holds it. Never inside a distributed wrapper, which would send it
    around at each step.
    """

    ring: torch.Tensor
    pointer: torch.Tensor
    filled: torch.Tensor

    def __init__(self, size: int, width: int) -> None:
        super().__init__()
        self.register_buffer("ring", torch.zeros(size, width))
        self.register_buffer("pointer", torch.zeros((), dtype=torch.int64))
        self.register_buffer("filled", torch.zeros((), dtype=torch.int64))
        self._full = False  # known without asking the device, which would wait for it
        self.register_load_state_dict_post_hook(_forget_full)  # type: ignore[no-untyped-call]

    def keys(self) -> torch.Tensor:
        """(filled, width): a copy, in no order, that later batches leave alone."""
        if self._full:
            return self.ring.clone()
        filled = int(self.filled)
        self._full = filled == len(self.ring)
        return self.ring[:filled].clone()

    @torch.no_grad()
    def enqueue(self, keys: torch.Tensor) -> None:
        """Put (B, width) keys in place of the oldest ones, B at most the size, whatever divides it.

        Logits come first: a batch that is enqueued before meets its own keys as negatives.
        Raises UsageError for more keys than there are places.
        """
        size, count = len(self.ring), len(keys)
        if count > size:
            raise UsageError(
                f"{count} keys a step do not fit into a queue of {size}",
                code="queue_size",
                hint="Give a smaller batch_size, a larger constants.queue_size, or 0 for none",
            )
        places = (torch.arange(count, device=self.ring.device) + self.pointer) % size
        self.ring[places] = keys.detach().to(self.ring)
        self.pointer.copy_((self.pointer + count) % size)
        self.filled.copy_((self.filled + count).clamp(max=size))


def _forget_full(queue: KeyQueue, _: object) -> None:
    queue._full = False


def make_queue(size: int, width: int) -> KeyQueue | None:
    """None for a size of 0: the method then compares with the other images of the batch."""
    return KeyQueue(size, width) if size else None
