"""Speed of a training step, and how long it waits for samples: `make bench`.

Two cases, both the embedded phantom, are trained on with the recommended configuration, half of the
slices synthesised. The peers are the same loop without one of the three things that make it fast.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

import torch
from torch.utils.data import DataLoader

from PelvicBoneSegLib.segmentation.depthwise import keep_depthwise_in_float32
from PelvicBoneSegLib.segmentation.device import choose_device
from PelvicBoneSegLib.segmentation.network import create_network
from PelvicBoneSegLib.segmentation.resources import resource_dir

from .training import learner
from .training.config import TrainingConfig
from .training.mixed_samples import MixedSamples, NumberedBatches
from .training.processes import Processes
from .training.sources import make_sources

STEPS = 12
WARM_UP = 2
LIMIT_WAITING = 0.10


@dataclass(frozen=True)
class Speed:
    """How fast a training went.

    Attributes
    ----------
    slices_per_second
        Waiting included.
    share_waiting
        Share of the time in which the network waited for samples.
    """

    slices_per_second: float
    share_waiting: float


class _Contiguous(torch.nn.Module):
    """A network whose images lie in memory channel by channel."""

    def __init__(self, network: torch.nn.Module) -> None:
        super().__init__()
        self._network = network.to(memory_format=torch.contiguous_format)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        return self._network(images.contiguous())


def main(steps: int = STEPS) -> None:
    """Measure and print."""
    device = choose_device()
    with tempfile.TemporaryDirectory() as folder:
        config = _configuration(Path(folder))
        samples = MixedSamples(make_sources(config), config.seed)
    batch, workers = config.training["batch_size"], config.training["workers"]
    print(f"training, {config.training['patch']} pixels square, {device.type}, "
          f"{torch.get_num_threads()} threads and {workers} for samples")  # fmt: skip
    ours = measure(config, samples, _network(config, device), steps)
    with patch.object(learner, "trains_in_bfloat16", return_value=False):
        float32 = measure(config, samples, _network(config, device), steps)
    peers = {
        "… in float32": float32,
        "… without channels_last": measure(
            config, samples, _Contiguous(_network(config, device)), steps
        ),
        "… depthwise in bfloat16 too": measure(
            config, samples, _network(config, device, keep=lambda network: None), steps
        ),
    }
    for name, speed in {"ours": ours, **peers}.items():
        ratio = ours.slices_per_second / speed.slices_per_second
        print(f"{name:34}{speed.slices_per_second:8.2f} slices/s"
              f"{speed.share_waiting:8.0%} waiting   ratio {ratio:.2f}")  # fmt: skip
    print(f"{'limit of waiting':34}{LIMIT_WAITING:25.0%}")
    print(f"{'samples alone, one process':34}{_samples_per_second(samples, batch):8.2f} slices/s")


def measure(
    config: TrainingConfig, samples: MixedSamples, network: torch.nn.Module, steps: int
) -> Speed:
    """Train a network for some steps, after a few to warm up.

    Parameters
    ----------
    config
        Whose ``training`` section holds.
    samples
        What to train on.
    network
        On its device.
    """
    pupil = learner.Learner(network, config.training, steps, config.bones, Processes())
    batches = _batches(config, samples, WARM_UP + steps)
    for step in range(WARM_UP):
        pupil.learn(step, [next(batches)])
    start, waited = time.perf_counter(), 0.0
    for step in range(WARM_UP, WARM_UP + steps):
        asked = time.perf_counter()
        batch = next(batches)
        waited += time.perf_counter() - asked
        pupil.learn(step, [batch])
    seconds = time.perf_counter() - start
    return Speed(steps * config.training["batch_size"] / seconds, waited / seconds)


def _batches(
    config: TrainingConfig, samples: MixedSamples, steps: int
) -> Iterator[list[torch.Tensor]]:
    training = config.training
    return iter(
        DataLoader(
            samples,
            batch_sampler=NumberedBatches(range(steps), training["batch_size"]),
            num_workers=training["workers"],
        )
    )


def _network(
    config: TrainingConfig,
    device: torch.device,
    keep: Callable[[torch.nn.Module], None] = keep_depthwise_in_float32,
) -> torch.nn.Module:
    model = config.model
    network = create_network(
        model["architecture"], len(model["channel_offsets_mm"]), len(config.bones) + 1
    )
    keep(network)
    return network.to(device, memory_format=torch.channels_last)


def _samples_per_second(samples: MixedSamples, count: int) -> float:
    start = time.perf_counter()
    for number in range(count):
        samples[number]
    return count / (time.perf_counter() - start)


def _configuration(folder: Path) -> TrainingConfig:
    source = resource_dir() / "Samples"
    for kind, name in (("images", "pelvic_phantom"), ("labels", "pelvic_phantom_labels")):
        (folder / kind).mkdir()
        for case in ("phantom_a", "phantom_b"):
            shutil.copyfile(source / f"{name}.nii.gz", folder / kind / f"{case}.nii.gz")
    phantoms = {
        "name": "phantoms",
        "root": str(folder),
        "labels": {1: "femur", 2: "femur", 3: "hip_bone", 4: "hip_bone", 5: "sacrum",
                   6: "lumbar_spine"},
        "validation": ["phantom_b"],
        "weight": 0.5,
        "synthetic_weight": 0.5,
    }  # fmt: skip
    text = "for measurements of speed"
    bundle = {
        "name": "bench",
        "description": text,
        "licence": text,
        "training_data": [{"name": "phantoms", "description": text, "licence": "Apache-2.0"}],
    }
    content = {"output": str(folder / "bench"), "datasets": [phantoms], "bundle": bundle}
    return TrainingConfig.from_content(content, folder / "bench.yaml")


if __name__ == "__main__":
    main()
