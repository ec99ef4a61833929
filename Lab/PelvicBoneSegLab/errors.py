"""What can go wrong before and while training; messages name the file."""

from __future__ import annotations

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
