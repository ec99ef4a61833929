"""The Python packages that a run needs: looked for at the click, installed with consent."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import slicer.packaging
import slicer.util
from slicer.i18n import tr as _

from ..errors import InstallationFailedError, PyTorchExtensionMissingError, PyTorchTooOldError

REQUESTER = "PelvicBoneSeg"

TORCH_VERSION = ">=2.7"
"""As in pyproject.toml. Antialiased resampling on Apple's GPUs came with 2.7."""

_TORCH_PACKAGES = ("torch", "torchvision")


class Dependencies:
    """What a run imports beside what Slicer brings.

    Parameters
    ----------
    requirements
        A requirements.txt without torch, which Slicer's PyTorch extension installs.
    """

    def __init__(self, requirements: Path | str) -> None:
        self._requirements = requirements

    @property
    def installed(self) -> bool:
        """Whether all is there. Nothing is asked for it."""
        return slicer.packaging.pip_check(f"torch{TORCH_VERSION}") and not _missing(
            slicer.packaging.load_requirements(self._requirements)
        )

    def ensure(self) -> bool:
        """Install what is missing, if the user agrees.

        Returns
        -------
        Whether all is there now; False where the user declined, and then nothing was changed.

        Raises
        ------
        PyTorchExtensionMissingError, PyTorchTooOldError
            PyTorch cannot be installed from here.
        InstallationFailedError
            pip failed.
        """
        missing = _missing(slicer.packaging.load_requirements(self._requirements))
        installer = None if _has_torch() else _torch_installer()
        names = ([f"torch{TORCH_VERSION}"] if installer else []) + missing
        if not names:
            return True
        if not _consents(names):
            return False
        if installer:
            _install_torch(installer)
        if missing:
            install_packages(missing)
        return True


def ensure_packages(requirements: Iterable[str]) -> bool:
    """Install what is missing of some packages, if the user agrees.

    Returns and raises as `Dependencies.ensure`.
    """
    missing = _missing(requirements)
    if not missing:
        return True
    if not _consents(missing):
        return False
    install_packages(missing)
    return True


def install_packages(requirements: list[str]) -> None:
    """Install packages and leave the PyTorch that is there alone.

    pip keeps an installed torch that satisfies a requirement; the constraints make it fail rather
    than put another build (another CUDA, say) in its place.

    Raises
    ------
    InstallationFailedError
        pip failed.
    """
    with TemporaryDirectory() as folder:
        constraints = Path(folder, "constraints.txt")
        constraints.write_text("\n".join(_pins()), encoding="utf-8")
        try:
            slicer.packaging.pip_ensure(
                requirements,
                constraints=constraints,
                prompt_install=False,
                requester=REQUESTER,
            )
        except subprocess.CalledProcessError as error:
            raise InstallationFailedError(requirements) from error
    still_missing = _missing(requirements)
    if still_missing:
        raise InstallationFailedError(still_missing)


def _missing(requirements: Iterable[Any]) -> list[str]:
    return [str(one) for one in requirements if not slicer.packaging.pip_check(one)]


def _has_torch() -> bool:
    if slicer.packaging.pip_check(f"torch{TORCH_VERSION}"):
        return True
    if slicer.packaging.pip_check("torch"):
        raise PyTorchTooOldError(f"torch{TORCH_VERSION}")
    return False


def _torch_installer() -> Any:
    try:
        import PyTorchUtils  # type: ignore[import-not-found]
    except ModuleNotFoundError as error:
        raise PyTorchExtensionMissingError from error
    return PyTorchUtils.PyTorchUtilsLogic()


def _install_torch(installer: Any) -> None:
    try:
        # Consent was given for all packages at once: the extension need not ask again.
        installed = installer.installTorch(
            askConfirmation=False, torchVersionRequirement=TORCH_VERSION
        )
    except subprocess.CalledProcessError as error:
        raise InstallationFailedError(_TORCH_PACKAGES) from error
    if installed is None:
        raise InstallationFailedError(_TORCH_PACKAGES)


def _consents(names: list[str]) -> bool:
    text = _(
        "These Python packages are needed and will be downloaded and installed into Slicer:"
        "\n\n{packages}"
    ).format(packages="\n".join(f"  • {name}" for name in names))
    if any(name.startswith("torch") for name in names):
        text += "\n\n" + _("PyTorch can take up to 3 GB and some minutes.")
    title = _("Pelvic Bone Segmentation: install packages")
    return slicer.util.confirmOkCancelDisplay(text, title)


def _pins() -> list[str]:
    pins = []
    for name in _TORCH_PACKAGES:
        try:
            pins.append(f"{name}=={version(name)}")
        except PackageNotFoundError:
            continue
    return pins
