"""Zip files of bundles, good and bad."""

from __future__ import annotations

from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from segmentation.small_bundle import write_small_bundle

FILES = ("bundle.json", "weights.safetensors")


def zip_bundle(folder: Path, inside: str = "", **changes) -> Path:
    """Write a small bundle and zip it; `changes` as for `write_small_bundle`."""
    name = "-".join(["bundle", *map(str, changes.values())])[:40]
    source = write_small_bundle(folder / f"{name} source", **changes)
    content = {f"{inside}{file}": (source / file).read_bytes() for file in FILES}
    return zip_of(folder / f"{name}.zip", content)


def zip_of(path: Path, content: dict[str | ZipInfo, bytes]) -> Path:
    """Zip bytes under any names, also those that no tool would give."""
    with ZipFile(path, "w", ZIP_DEFLATED) as archive:
        for name, data in content.items():
            archive.writestr(name, data)
    return path
