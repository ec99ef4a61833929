"""What torchrun starts: a training that stores what this process saw and learned."""

from __future__ import annotations

import sys
from pathlib import Path

import torch
from safetensors.torch import save_file

from PelvicBoneSegLab.training.config import TrainingConfig
from PelvicBoneSegLab.training.mixed_samples import MixedSamples
from PelvicBoneSegLab.training.processes import joined_processes
from PelvicBoneSegLab.training.trainer import Trainer


def main(config: Path, folder: Path) -> None:
    seen = []
    real = MixedSamples.__getitem__

    def watched(self, number):
        seen.append(number)
        return real(self, number)

    MixedSamples.__getitem__ = watched
    with joined_processes(torch.device("cpu")) as processes:
        trainer = Trainer(TrainingConfig.load(config), processes)
        trainer.run()
        state = {name: value.contiguous() for name, value in trainer._learner.state().items()}
        save_file(state, folder / f"{processes.rank}.safetensors")
        (folder / f"{processes.rank}.txt").write_text(" ".join(map(str, seen)))


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
