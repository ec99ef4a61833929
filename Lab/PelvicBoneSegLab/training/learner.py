"""A network, its running average and its optimiser."""

from __future__ import annotations

import contextlib
import copy
import math
from collections.abc import Mapping
from typing import Any

import torch
from torch.nn.parallel import DistributedDataParallel
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from PelvicBoneSegLib.anatomy import BONES

from .loss import MarginalDiceCrossEntropy
from .precision import trains_in_bfloat16
from .processes import Processes

_MAX_GRADIENT_NORM = 5.0


class Learner:
    """Learns from micro-batches, one step of the optimiser at a time.

    Parameters
    ----------
    network
        On its device.
    settings
        The ``training`` section of the configuration.
    steps_per_epoch
        Steps of the optimiser an epoch, for the learning rate.
    bones
        What the output channels after the background are.
    processes
        Who else learns the same.
    """

    def __init__(
        self,
        network: torch.nn.Module,
        settings: dict[str, Any],
        steps_per_epoch: int,
        bones: tuple[str, ...],
        processes: Processes,
    ) -> None:
        self._settings = settings
        self._steps_per_epoch = steps_per_epoch
        self._network = network
        self._device = next(network.parameters()).device
        # Some encoders carry parameters along that nothing uses.
        self._parallel = (
            DistributedDataParallel(network, find_unused_parameters=True)
            if processes.world > 1
            else network
        )
        self._average = AveragedModel(
            network, multi_avg_fn=get_ema_multi_avg_fn(settings["ema_decay"]), use_buffers=True
        )
        bits = tuple(BONES.index(bone) for bone in bones)
        self._loss = MarginalDiceCrossEntropy(bits).to(self._device)
        channels = [1 + bones.index(bone) if bone in bones else 0 for bone in BONES]
        self._channel_of_class = torch.tensor([0, *channels], device=self._device)
        self._optimiser = torch.optim.AdamW(
            network.parameters(),
            lr=settings["learning_rate"],
            weight_decay=settings["weight_decay"],
        )
        self._autocasts = trains_in_bfloat16(self._device)
        self._accumulate = settings.get("accumulate", 1)

    @property
    def learning_rate(self) -> float:
        """Of the last step."""
        return self._optimiser.param_groups[0]["lr"]

    def averaged_network(self) -> torch.nn.Module:
        """Return a copy of the running average, which is what goes into a bundle."""
        return copy.deepcopy(self._average.module)

    def learn(self, step: int, micro_batches: list[list[torch.Tensor]]) -> float:
        """Take a step of the optimiser.

        Parameters
        ----------
        step
            Its number, for the learning rate.
        micro_batches
            Images, labels and silent bits as in `Sample`, with a leading axis.

        Returns
        -------
        The mean loss.
        """
        for group in self._optimiser.param_groups:
            group["lr"] = self._settings["learning_rate"] * self._rate(step)
        self._network.train()
        self._optimiser.zero_grad(set_to_none=True)
        losses = []
        for number, batch in enumerate(micro_batches, start=1):
            with self._gradients_shared(last=number == len(micro_batches)):
                loss = self._loss_of(*batch)
                (loss / len(micro_batches)).backward()
            losses.append(loss.item())
        torch.nn.utils.clip_grad_norm_(self._network.parameters(), _MAX_GRADIENT_NORM)
        self._optimiser.step()
        self._average.update_parameters(self._network)
        return sum(losses) / len(losses)

    def state(self) -> dict[str, torch.Tensor]:
        """Return all tensors that the next step depends on."""
        named = {
            **{f"network.{name}": value for name, value in self._network.state_dict().items()},
            **{f"average.{name}": value for name, value in self._average.state_dict().items()},
        }
        for index, slots in self._optimiser.state_dict()["state"].items():
            named.update({f"optimiser.{index}.{name}": value for name, value in slots.items()})
        return named

    def restore(self, tensors: Mapping[str, torch.Tensor]) -> None:
        """Go back to where `state` was taken."""
        self._network.load_state_dict(_part(tensors, "network."))
        self._average.load_state_dict(_part(tensors, "average."))
        slots: dict[int, dict[str, torch.Tensor]] = {}
        for name, value in _part(tensors, "optimiser.").items():
            index, slot = name.split(".")
            # As parameters lie in memory: otherwise later steps are slower and round differently.
            layout = torch.channels_last if value.ndim == 4 else torch.contiguous_format
            slots.setdefault(int(index), {})[slot] = value.contiguous(memory_format=layout)
        self._optimiser.load_state_dict({**self._optimiser.state_dict(), "state": slots})

    def _loss_of(
        self, images: torch.Tensor, labels: torch.Tensor, silent: torch.Tensor
    ) -> torch.Tensor:
        images = images.to(self._device, memory_format=torch.channels_last, non_blocking=True)
        channels = self._channel_of_class[labels.to(self._device).int()]
        with torch.autocast(self._device.type, torch.bfloat16, enabled=self._autocasts):
            logits = self._parallel(images)
        return self._loss(logits.float(), channels, silent.to(self._device))

    def _gradients_shared(self, *, last: bool) -> contextlib.AbstractContextManager[None]:
        """Gradients of several processes are averaged once a step, at its last micro-batch."""
        if isinstance(self._parallel, DistributedDataParallel) and not last:
            return self._parallel.no_sync()
        return contextlib.nullcontext()

    def _rate(self, step: int) -> float:
        """Linear warm-up, then a cosine to 1 % of the learning rate."""
        warmup = self._settings["warmup_epochs"] * self._steps_per_epoch
        if step < warmup:
            return (step + 1) / warmup
        total = self._settings["epochs"] * self._steps_per_epoch
        done = min(1.0, (step - warmup) / max(1, total - warmup))
        return 0.01 + 0.99 * (1 + math.cos(math.pi * done)) / 2


def averaged_weights(tensors: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """Return the running average's weights out of `Learner.state`, by their names in a network."""
    return _part(tensors, "average.module.")


def _part(tensors: Mapping[str, torch.Tensor], prefix: str) -> dict[str, torch.Tensor]:
    return {
        name.removeprefix(prefix): value
        for name, value in tensors.items()
        if name.startswith(prefix)
    }
