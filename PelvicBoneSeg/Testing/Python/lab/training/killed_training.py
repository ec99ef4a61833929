"""Trainings in processes of their own, which end themselves by SIGKILL at a chosen moment."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable
from pathlib import Path

from PelvicBoneSegLab.training import checkpoint, train
from PelvicBoneSegLab.training.checkpoint import Checkpoint
from PelvicBoneSegLab.training.learner import Learner
from PelvicBoneSegLab.training.training_log import TrainingLog
from PelvicBoneSegLib.segmentation import output_folder


def run_apart(config: Path, moment: str = "never") -> int:
    """Train in another process; return how it ended, −SIGKILL where it was killed.

    All of them are forked from one process that has imported everything.
    """
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    process = context.Process(target=_train_until, args=(config, moment))
    process.start()
    process.join()
    return process.exitcode


def _train_until(config: Path, moment: str) -> None:
    MOMENTS[moment]()
    train.train(config)


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _at_call(number: int, owner: object, name: str, when: str = "after") -> Callable[[], None]:
    """Die in the call of that number of a function, before it does anything or after."""
    calls = iter(range(1, 1000))

    def arm() -> None:
        real = getattr(owner, name)

        def deadly(*args, **kwargs):
            mine = next(calls) == number
            if mine and when == "before":
                _die()
            result = real(*args, **kwargs)
            if mine:
                _die()
            return result

        setattr(owner, name, deadly)

    return arm


def _while_writing_the_checkpoint() -> None:
    real = checkpoint.save_file
    calls = iter(range(1, 1000))

    def half(tensors, path, metadata):
        real(tensors, path, metadata=metadata)
        if next(calls) == 2:
            os.truncate(path, path.stat().st_size // 2)
            _die()

    checkpoint.save_file = half


def _while_replacing_the_bundle() -> None:
    """The old bundle has been moved away and the new one is not in its place."""
    real = os.replace

    def deadly(source, target):
        if Path(source).name == "new" and Path(source).with_name("old").exists():
            _die()
        real(source, target)

    output_folder.os.replace = deadly


# Two steps of the optimiser are an epoch.
MOMENTS: dict[str, Callable[[], None]] = {
    "never": lambda: None,
    "within the first epoch": _at_call(1, Learner, "learn"),
    "after the first epoch": _at_call(1, Checkpoint, "save"),
    "within the second epoch": _at_call(3, Learner, "learn"),
    "while the checkpoint is written": _while_writing_the_checkpoint,
    "while the bundle is replaced": _while_replacing_the_bundle,
    "before the log of the second epoch": _at_call(2, TrainingLog, "append", when="before"),
    "after the second epoch": _at_call(2, Checkpoint, "save"),
    "after the last epoch": _at_call(3, Checkpoint, "save"),
    "before the last validation": _at_call(1, train, "validate", when="before"),
}
