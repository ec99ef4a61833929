"""The tables of the index."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from .status import STATUSES

VERSION = 2
"""Kept in SQLite's ``user_version``; raised whenever a table changes."""


class Base(DeclarativeBase):
    """What all tables share."""


class ScanRow(Base):
    """A stored scan. Nothing in it tells who the patient is.

    Attributes
    ----------
    id
        Random; also the name of its folder.
    owner
        Whose library it is in.
    patient
        Pseudonym.
    series
        What the scan is, made of what we read: never the text of a header.
    modality
        As in DICOM; "" where unknown.
    plane
        One of `orientation.PLANES`, or "" for nearly cubic voxels.
    columns, rows, slices
        Voxels along i, j, k.
    spacing
        Millimetres along i, j, k.
    added
        UTC.
    bytes
        Of the stored voxels.
    """

    __tablename__ = "scans"

    id: Mapped[str] = mapped_column(primary_key=True)
    owner: Mapped[str]
    patient: Mapped[str]
    series: Mapped[str]
    modality: Mapped[str]
    plane: Mapped[str]
    columns: Mapped[int]
    rows: Mapped[int]
    slices: Mapped[int]
    spacing: Mapped[list[float]] = mapped_column(JSON)
    added: Mapped[datetime]
    bytes: Mapped[int]
    segmentations: Mapped[list[SegmentationRow]] = relationship(
        back_populates="scan",
        cascade="all, delete-orphan",
        passive_deletes=True,
        order_by="SegmentationRow.requested, SegmentationRow.id",
        lazy="selectin",
    )

    __table_args__ = (Index("scans_by_owner", "owner", "added"),)


class SegmentationRow(Base):
    """A segmentation of a scan, from the wish to the file.

    Attributes
    ----------
    id
        Random; also the name of its folder.
    status
        One of `status.STATUSES`.
    user
        Who waits for it: see `queue.fair_order`.
    bones, side, bundle
        What was asked for.
    message
        Why it failed, for the user; else "".
    summary
        Once it is done: name, millilitres and confidence of each segment, and warnings.
    is_edited
        Whether somebody saved it from a viewer. Since version 2.
    requested, ended
        UTC.
    """

    __tablename__ = "segmentations"

    id: Mapped[str] = mapped_column(primary_key=True)
    scan_id: Mapped[str] = mapped_column(ForeignKey("scans.id", ondelete="CASCADE"), index=True)
    status: Mapped[str]
    user: Mapped[str]
    bones: Mapped[list[str]] = mapped_column(JSON)
    side: Mapped[str]
    bundle: Mapped[str]
    message: Mapped[str] = mapped_column(server_default=text("''"))
    summary: Mapped[dict[str, Any]] = mapped_column(JSON, server_default=text("'{}'"))
    is_edited: Mapped[bool] = mapped_column(server_default=text("0"))
    requested: Mapped[datetime]
    ended: Mapped[datetime | None]
    scan: Mapped[ScanRow] = relationship(back_populates="segmentations")

    __table_args__ = (
        CheckConstraint(f"status IN ({', '.join(map(repr, STATUSES))})", name="known_status"),
    )
