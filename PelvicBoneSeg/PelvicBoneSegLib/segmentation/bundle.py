"""A model bundle: `bundle.json`, checked against its schema, and `weights.safetensors`."""

from __future__ import annotations

import hashlib
import json
import os
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from ..errors import (
    BundleDigestError,
    BundleInvalidError,
    BundleNotFoundError,
    DependencyMissingError,
)
from .resources import resource_dir

DESCRIPTION_FILE = "bundle.json"
WEIGHTS_FILE = "weights.safetensors"
DEFAULT_BUNDLE = "default"
INSTALL = "pip install pelvicboneseg (in Slicer: press Segment in the PelvicBoneSeg module)"
USER_BUNDLES_VARIABLE = "PELVICBONESEG_BUNDLES"


@dataclass(frozen=True, eq=False)
class Bundle:
    """A verified bundle; `weights` are the bytes whose digest was checked.

    Attributes
    ----------
    path
        Its folder.
    description
        The content of `bundle.json`.
    weights
        Content of the safetensors file. Kept so that what was checked is what is loaded.
    """

    path: Path
    description: dict[str, Any]
    weights: bytes

    @classmethod
    def load(cls, name_or_path: str | Path = DEFAULT_BUNDLE) -> Bundle:
        """Find a bundle and check it.

        Parameters
        ----------
        name_or_path
            Name of an installed bundle, or a folder.

        Raises
        ------
        BundleNotFoundError
            The folder or one of its two files is not there.
        BundleInvalidError
            `bundle.json` is no JSON or breaks the schema.
        BundleDigestError
            The weights do not have the SHA-256 that `bundle.json` states.
        """
        path = find_bundle(name_or_path)
        description = read_description(path / DESCRIPTION_FILE)
        try:
            weights = (path / WEIGHTS_FILE).read_bytes()
        except OSError as error:
            raise BundleInvalidError(path, f"it cannot be read ({error.strerror})") from error
        digest = hashlib.sha256(weights).hexdigest()
        if digest != description["sha256"]:
            raise BundleDigestError(path / WEIGHTS_FILE, description["sha256"], digest)
        return cls(path, description, weights)

    @property
    def name(self) -> str:
        """Name by which the user chooses it."""
        return self.description["name"]

    @property
    def version(self) -> str:
        """Version, ``major.minor.patch``."""
        return self.description["version"]

    @property
    def sha256(self) -> str:
        """SHA-256 of the weights, hexadecimal."""
        return self.description["sha256"]

    @property
    def classes(self) -> tuple[str, ...]:
        """Output channels; the first is ``"background"``, the others are bones."""
        return tuple(self.description["classes"])

    @property
    def bones(self) -> tuple[str, ...]:
        """Bones that the network was trained to find."""
        return self.classes[1:]

    @property
    def planes(self) -> tuple[str, ...]:
        """Planes that the network takes; a nearly isotropic scan is sliced in each of them."""
        return tuple(self.description["planes"])

    @property
    def planes_of_patients(self) -> tuple[str, ...]:
        """Planes of real scans that it was trained on; others it knows from made-up ones alone."""
        return planes_of_patients(self.description)

    @property
    def spacing_mm(self) -> float:
        """In-plane pixel size at which the network works."""
        return float(self.description["spacing_mm"])

    @property
    def channel_offsets_mm(self) -> tuple[float, ...]:
        """Where each input channel lies relative to the slice, in mm along the slice normal."""
        return tuple(self.description["channel_offsets_mm"])

    @property
    def percentiles(self) -> tuple[float, float]:
        """Intensity percentiles that become −1 and +1."""
        low, high = self.description["normalisation"]["percentiles"]
        return float(low), float(high)


def bundles_dir() -> Path:
    """Return the folder of the bundles that come with the product."""
    return resource_dir() / "Bundles"


def user_bundles_dir() -> Path:
    """Return the folder of the bundles that the user installed; it need not exist.

    It is the environment variable ``PELVICBONESEG_BUNDLES`` or, where that is unset, in the
    platform's folder for a user's data. Slicer, its worker and the command line share it, and it
    outlives an update of the extension.
    """
    chosen = os.environ.get(USER_BUNDLES_VARIABLE)
    return Path(chosen) if chosen else _user_data_dir() / "PelvicBoneSeg" / "Bundles"


def installed_bundles() -> list[str]:
    """List the names of the complete bundles: those of the product, then those of the user."""
    shipped = _complete_in(bundles_dir())
    return shipped + [name for name in _complete_in(user_bundles_dir()) if name not in shipped]


def find_bundle(name_or_path: str | Path) -> Path:
    """Return the folder of a bundle, given its name or the folder itself.

    Raises
    ------
    BundleNotFoundError
        There is none, or one of its files is missing.
    """
    name = str(name_or_path)
    for path in (bundles_dir() / name, user_bundles_dir() / name, Path(name_or_path)):
        if _is_complete(path):
            return path
    raise BundleNotFoundError(name_or_path, installed_bundles())


def planes_of_patients(description: dict[str, Any]) -> tuple[str, ...]:
    """Return the planes of the patients' scans, by a bundle's `bundle.json`."""
    return tuple(description.get("trained_on", {}).get("planes", description["planes"]))


def describe_bundle(name_or_path: str | Path) -> dict[str, Any]:
    """Read a bundle's `bundle.json`, without its weights.

    Raises
    ------
    BundleNotFoundError, BundleInvalidError
        See `Bundle.load`.
    DependencyMissingError
        It is none of the product's own, and the package that checks it is not installed.
    """
    path = find_bundle(name_or_path)
    if path.parent == bundles_dir():
        # Checked when it was released. Slicer may not have the schema's package yet.
        return json.loads((path / DESCRIPTION_FILE).read_text(encoding="utf-8"))
    return read_description(path / DESCRIPTION_FILE)


def read_description(path: Path) -> dict[str, Any]:
    """Read a `bundle.json` and check it against the schema.

    Raises
    ------
    BundleInvalidError
        It is no JSON, or the schema's first complaint.
    """
    try:
        description = json.loads(path.read_text(encoding="utf-8"), parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise BundleInvalidError(path, f"it is not JSON ({error})") from error
    except OSError as error:
        raise BundleInvalidError(path, f"it cannot be read ({error.strerror})") from error
    check_description(description, path)
    return description


def check_description(description: Any, path: Path) -> None:
    """Check the content of a `bundle.json`; `path` is for the message.

    Raises
    ------
    BundleInvalidError
        The schema's first complaint.
    """
    problem = next(_validator().iter_errors(description), None)
    if problem is not None:
        raise BundleInvalidError(path, f"{problem.json_path}: {problem.message}")
    low, high = description["normalisation"]["percentiles"]
    if low >= high:
        raise BundleInvalidError(path, f"$.normalisation.percentiles: {low} is not below {high}")
    trained_on = description.get("trained_on", {})
    for name in ("slice_mm", "pixel_mm"):
        low, high = trained_on.get(name, (0, 0))
        if low > high:
            raise BundleInvalidError(path, f"$.trained_on.{name}: {low} is above {high}")


def _user_data_dir() -> Path:
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support"
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")


def _complete_in(folder: Path) -> list[str]:
    try:
        return sorted(path.name for path in folder.glob("*") if _is_complete(path))
    except OSError:
        # A folder that may not be looked into.
        return []


def _is_complete(path: Path) -> bool:
    try:
        return all((path / name).is_file() for name in (DESCRIPTION_FILE, WEIGHTS_FILE))
    except OSError:
        # A name that is too long, or a folder that may not be looked into.
        return False


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is no JSON number")


@cache
def _validator() -> Any:
    try:
        from jsonschema import Draft202012Validator
    except ModuleNotFoundError as error:
        raise DependencyMissingError(error.name or "jsonschema", INSTALL) from error
    schema = Path(__file__).with_name("bundle.schema.json").read_text(encoding="utf-8")
    return Draft202012Validator(json.loads(schema))
