"""What can go wrong before and while training; messages name the file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PelvicBoneSegLib.errors import PelvicBoneSegError


class ConfigurationError(PelvicBoneSegError):
    """The training configuration cannot be used."""

    def __init__(self, path: Path | str, reason: str) -> None:
        super().__init__(f"The training configuration {path} is not valid: {reason}. Correct it.")


class TrainingDataError(PelvicBoneSegError):
    """A dataset cannot be trained on."""

    def __init__(self, path: Path | str, reason: str) -> None:
        super().__init__(f"Cannot train on {path}: {reason}. Correct or remove it.")


class TrainingDataFaults(PelvicBoneSegError):
    """Files of the datasets cannot be trained on."""

    def __init__(self, config: Path | str, faults: Sequence[str]) -> None:
        super().__init__(
            f"The data of {config} has {len(faults)} faults, nothing was trained.\n"
            + "\n".join(faults)
        )


class BundleFolderError(PelvicBoneSegError):
    """A bundle would replace something that is none."""

    def __init__(self, path: Path | str, reason: str) -> None:
        super().__init__(
            f"No bundle can be written to {path}: {reason}. "
            "Choose a new folder, or that of an old bundle."
        )


class TrainingLogError(PelvicBoneSegError):
    """The record of the epochs cannot be stored."""

    def __init__(self, path: Path | str, reason: str) -> None:
        super().__init__(
            f"Cannot write the training log {path}: {reason}. "
            "Make room there, or name another output in the configuration."
        )


class FoldError(PelvicBoneSegError):
    """A fold that does not exist, or more folds than patients."""

    def __init__(self, fold: str, reason: str) -> None:
        super().__init__(f"There is no fold {fold}: {reason}. Choose another one.")


class CheckpointError(PelvicBoneSegError):
    """A training cannot go on from where it was."""

    def __init__(self, path: Path | str, reason: str) -> None:
        super().__init__(
            f"Cannot go on from {path}: {reason}. Remove the file to train from the beginning."
        )


class NoCheckpointError(PelvicBoneSegError):
    """A training that was stopped has left nothing to make a bundle of."""

    def __init__(self, path: Path | str) -> None:
        super().__init__(
            f"There is no checkpoint {path}. Either the training has not come to the end of an "
            "epoch, or it is over and its bundle written. Start it with `pelvicboneseg train`."
        )


class CoverageError(PelvicBoneSegError):
    """What a case's labels do not cover cannot be found."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(
            f"The pubis of {name} cannot be found from its labels: {reason}. "
            "Leave the case out of that rule's cases, or declare its hip bone silent everywhere."
        )


class FiguresFileError(PelvicBoneSegError):
    """A file of figures, which another command wrote, cannot be read."""

    def __init__(self, path: Path | str, reason: str) -> None:
        super().__init__(
            f"Cannot read the figures in {path}: {reason}. "
            "Write the file again with the command that makes it."
        )


class BundlesDifferError(PelvicBoneSegError):
    """Bundles whose networks are not built or fed alike cannot be averaged."""

    def __init__(self, first: Path | str, second: Path | str, field: str) -> None:
        super().__init__(
            f"{first} and {second} differ in “{field}”. Average bundles of which one was trained "
            "from the other."
        )
