"""One process a graphics card, as torchrun starts them; or just this one."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

import torch
import torch.distributed

_LONGEST_WAIT = timedelta(hours=2)
"""The others wait while the first process validates and writes."""


@dataclass(frozen=True)
class Processes:
    """Which process this is, of how many that train together."""

    rank: int = 0
    world: int = 1

    @property
    def is_first(self) -> bool:
        """Whether this process validates and writes files."""
        return self.rank == 0

    def device(self, device: torch.device) -> torch.device:
        """Return this process's own device of that kind."""
        if device.type == "cuda" and self.world > 1:
            return torch.device("cuda", int(os.environ["LOCAL_RANK"]))
        return device

    def agree(self, value: bool) -> bool:
        """Return what the first process says, in all of them."""
        if self.world == 1:
            return value
        answer = [value]
        torch.distributed.broadcast_object_list(answer, src=0)
        return answer[0]


@contextmanager
def joined_processes(device: torch.device) -> Iterator[Processes]:
    """Join the processes that torchrun started, until the end of the block.

    Parameters
    ----------
    device
        Of which kind each of them has one.
    """
    world = int(os.environ.get("WORLD_SIZE", 1))
    if world == 1:
        yield Processes()
        return
    backend = "gloo"
    if device.type == "cuda":
        torch.cuda.set_device(int(os.environ["LOCAL_RANK"]))
        backend = "cpu:gloo,cuda:nccl"
    torch.distributed.init_process_group(backend, timeout=_LONGEST_WAIT)
    try:
        yield Processes(torch.distributed.get_rank(), world)
    finally:
        torch.distributed.destroy_process_group()
