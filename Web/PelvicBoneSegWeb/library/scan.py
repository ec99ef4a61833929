"""What the rest of the program sees of a stored scan: values, no database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class ScanDescription:
    """What the checks found out about an uploaded scan. It goes from process to process as JSON.

    Attributes
    ----------
    patient
        Pseudonym; "" where the file names no patient.
    series
        What the scan is, in our words.
    modality
        As in DICOM; "" where unknown.
    plane
        One of `orientation.PLANES`, or "" for nearly cubic voxels.
    size
        Voxels along i, j, k.
    spacing
        Millimetres along i, j, k.
    bytes
        Of the stored voxels.
    """

    patient: str
    series: str
    modality: str
    plane: str
    size: tuple[int, int, int]
    spacing: tuple[float, float, float]
    bytes: int

    def to_json(self) -> dict[str, Any]:
        """Return what `from_json` makes it of again."""
        return asdict(self)

    @classmethod
    def from_json(cls, described: Mapping[str, Any]) -> ScanDescription:
        """Make it again."""
        size, spacing = described["size"], described["spacing"]
        return cls(**{**described, "size": tuple(size), "spacing": tuple(spacing)})


@dataclass(frozen=True)
class Segmentation:
    """A segmentation of a scan; see `tables.SegmentationRow`."""

    id: str
    scan_id: str
    status: str
    user: str
    bones: tuple[str, ...]
    side: str
    bundle: str
    message: str
    summary: Mapping[str, Any]
    is_edited: bool
    requested: datetime
    ended: datetime | None

    def to_json(self) -> dict[str, Any]:
        """Return what a page shows."""
        return {
            "id": self.id,
            "status": self.status,
            "bones": list(self.bones),
            "side": self.side,
            "bundle": self.bundle,
            "message": self.message,
            "summary": dict(self.summary),
            "edited": self.is_edited,
            "requested": _utc(self.requested),
            "ended": _utc(self.ended) if self.ended else None,
        }


@dataclass(frozen=True)
class Scan:
    """A stored scan; see `tables.ScanRow`."""

    id: str
    owner: str
    description: ScanDescription
    added: datetime
    segmentations: tuple[Segmentation, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return what a page shows."""
        return {
            "id": self.id,
            **self.description.to_json(),
            "added": _utc(self.added),
            "segmentations": [one.to_json() for one in self.segmentations],
        }


def _utc(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds") + "Z"
