"""The bundles on this computer: those of the product, and those that the user installed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from ..errors import (
    BundleDigestError,
    BundleError,
    BundleInvalidError,
    BundleNotFoundError,
    BundleShippedError,
    BundleTakenError,
    DependencyMissingError,
    OutputNotWritableError,
)
from .bundle import (
    DESCRIPTION_FILE,
    INSTALL,
    WEIGHTS_FILE,
    Bundle,
    bundles_dir,
    describe_bundle,
    find_bundle,
    installed_bundles,
    user_bundles_dir,
)
from .bundle_archive import unpack
from .output_folder import replace_folder


@dataclass(frozen=True)
class InstalledBundle:
    """A bundle as it stands in the list.

    Attributes
    ----------
    name
        By which it is chosen: its folder's.
    version
        ``major.minor.patch``; empty where `bundle.json` cannot be read.
    path
        Its folder.
    is_shipped
        Whether it comes with the product, and so cannot be deleted.
    size_bytes
        Of both files.
    fault
        Why it cannot be used; empty where nothing is known against it.
    """

    name: str
    version: str
    path: Path
    is_shipped: bool
    size_bytes: int
    fault: str


def list_bundles() -> tuple[InstalledBundle, ...]:
    """List all bundles, those of the product first. Weights are not read: see `verify_bundle`."""
    found = []
    for name in installed_bundles():
        try:
            found.append(_look_at(name))
        except (OSError, BundleNotFoundError):
            # Deleted between the listing and the look.
            continue
    return tuple(found)


def install_bundle(archive: Path | str, replace: bool = False) -> InstalledBundle:
    """Install a bundle from a zip file into the user's folder, whole or not at all.

    Parameters
    ----------
    archive
        A zip file with `bundle.json` and `weights.safetensors`, at its root or in one folder.
    replace
        Whether an installed bundle of the same name may go.

    Raises
    ------
    BundleArchiveError
        It is no such file, or not safe to unpack.
    BundleInvalidError, BundleDigestError
        Its content breaks the schema, or the weights are not those that it states.
    BundleShippedError
        It has the name of a bundle that comes with the product.
    BundleTakenError
        A bundle of that name is installed, and `replace` was not said.
    DependencyMissingError
        A package that checks it is not installed.
    OutputNotWritableError
        The user's folder cannot be written to. What was there is there.
    """
    with _scratch() as scratch:
        new = scratch / "new"
        new.mkdir()
        unpack(Path(archive), new)
        try:
            bundle = Bundle.load(new)
        except BundleInvalidError as error:
            # The user knows the archive, not the folder that it was unpacked to.
            raise BundleInvalidError(archive, error.reason) from error
        except BundleDigestError as error:
            raise BundleDigestError(archive, error.expected, error.found) from error
        _check_weights(Path(archive), new / WEIGHTS_FILE)
        if (bundles_dir() / bundle.name).exists():
            raise BundleShippedError(bundle.name)
        folder = user_bundles_dir() / bundle.name
        if folder.exists() and not replace:
            raise BundleTakenError(bundle.name, _version(folder), bundle.version)
        replace_folder(folder, new, scratch / "old")
    return _look_at(bundle.name)


def verify_bundle(name: str) -> None:
    """Check an installed bundle's description, the digest of its weights, and their header.

    Raises
    ------
    BundleNotFoundError, BundleInvalidError, BundleDigestError
        It is not there, or not as it was published.
    """
    path = Bundle.load(name).path
    _check_weights(path, path / WEIGHTS_FILE)


def delete_bundle(name: str) -> None:
    """Take an installed bundle off the disk.

    Raises
    ------
    BundleShippedError
        It comes with the product.
    BundleNotFoundError
        It is not there.
    OutputNotWritableError
        It cannot be deleted; then it is still whole.
    """
    if (bundles_dir() / name).exists():
        raise BundleShippedError(name)
    if name not in installed_bundles():
        raise BundleNotFoundError(name, installed_bundles())
    with _scratch() as scratch:
        # In one step: nothing of it can be left over where a file of it cannot be deleted.
        os.replace(user_bundles_dir() / name, scratch / "old")


def _look_at(name: str) -> InstalledBundle:
    path = find_bundle(name)
    version, fault = "", ""
    try:
        version = describe_bundle(name)["version"]
    except (BundleError, DependencyMissingError) as error:
        fault = error.message
    size = sum((path / one).stat().st_size for one in (DESCRIPTION_FILE, WEIGHTS_FILE))
    return InstalledBundle(name, version, path, path.parent == bundles_dir(), size, fault)


def _version(folder: Path) -> str:
    try:
        return str(describe_bundle(folder)["version"])
    except BundleError:
        # It cannot be used: all the more reason to replace it.
        return "?"


def _check_weights(source: Path, weights: Path) -> None:
    """Check that the header of the weights can be read and names tensors. No torch is needed."""
    try:
        from safetensors import SafetensorError, safe_open
    except ModuleNotFoundError as error:
        raise DependencyMissingError(error.name or "safetensors", INSTALL) from error
    try:
        with safe_open(str(weights), framework="numpy") as opened:
            is_empty = not list(opened.keys())
    except (SafetensorError, OSError, ValueError) as error:
        raise BundleInvalidError(source, f"its weights are no safetensors ({error})") from error
    if is_empty:
        raise BundleInvalidError(source, "its weights hold no tensor")


@contextmanager
def _scratch() -> Iterator[Path]:
    """Give a folder on the same disk as the user's bundles, so that moving is one step."""
    folder = user_bundles_dir()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(prefix=".pelvicboneseg-", dir=folder) as scratch:
            yield Path(scratch)
    except OSError as error:
        raise OutputNotWritableError(folder, error.strerror or str(error)) from error
