"""A model bundle: `bundle.json`, checked against its schema, and `weights.safetensors`."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from ..errors import BundleDigestError, BundleInvalidError, BundleNotFoundError
from .resources import resource_dir

DESCRIPTION_FILE = "bundle.json"
WEIGHTS_FILE = "weights.safetensors"
DEFAULT_BUNDLE = "default"


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
        """Planes that the network was trained on."""
        return tuple(self.description["planes"])

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


def installed_bundles() -> list[str]:
    """List the names of the complete bundles that come with the product."""
    return sorted(path.name for path in bundles_dir().glob("*") if _is_complete(path))


def find_bundle(name_or_path: str | Path) -> Path:
    """Return the folder of a bundle, given its name or the folder itself.

    Raises
    ------
    BundleNotFoundError
        There is none, or one of its files is missing.
    """
    for path in (bundles_dir() / str(name_or_path), Path(name_or_path)):
        if _is_complete(path):
            return path
    raise BundleNotFoundError(name_or_path, installed_bundles())


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
    from jsonschema import Draft202012Validator

    schema = Path(__file__).with_name("bundle.schema.json").read_text(encoding="utf-8")
    return Draft202012Validator(json.loads(schema))
