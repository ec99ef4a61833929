"""What is known of the stored scans: looked up, searched, sorted, changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timezone
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select, update
from sqlalchemy.orm import Session

from PelvicBoneSegLib.anatomy import BOTH

from .database import Database
from .errors import BadRequestError, ScanNotFoundError, SegmentationNotFoundError
from .scan import Scan, ScanDescription, Segmentation
from .status import DONE, QUEUED, RUNNING, UNFINISHED
from .tables import ScanRow, SegmentationRow

_SEARCHED = (ScanRow.patient, ScanRow.series, ScanRow.modality, ScanRow.plane)

_SORTED_BY: Mapping[str, ColumnElement[Any]] = {
    "added": ScanRow.added.expression,
    "patient": ScanRow.patient.expression,
    "series": ScanRow.series.expression,
    "modality": ScanRow.modality.expression,
    "slices": ScanRow.slices.expression,
    "bytes": ScanRow.bytes.expression,
}

SORT_KEYS = tuple(_SORTED_BY)

_MOST_WORDS = 8

MOST_EDITED = 8
"""Of a scan. There are several only where several browsers had it open at once."""


class Index:
    """Queries of the library.

    Parameters
    ----------
    database
        Where they are made.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    # --- scans -------------------------------------------------------------------------------

    def scans(
        self, owner: str, search: str = "", sort: str = "added", descending: bool = True
    ) -> list[Scan]:
        """List an owner's scans.

        Parameters
        ----------
        search
            Words of which each has to be in the pseudonym, the series, the modality or the plane.
        sort
            One of `SORT_KEYS`.

        Raises
        ------
        BadRequestError
            Sorted by something else.
        """
        if sort not in _SORTED_BY:
            raise BadRequestError(f"scans cannot be sorted by '{sort[:20]}'")
        key = _SORTED_BY[sort]
        wanted = select(ScanRow).where(ScanRow.owner == owner)
        for word in search.split()[:_MOST_WORDS]:
            wanted = wanted.where(or_(*(one.icontains(word, autoescape=True) for one in _SEARCHED)))
        wanted = wanted.order_by(key.desc() if descending else key, ScanRow.id)
        with self._database.read() as session:
            return [_scan(row) for row in session.scalars(wanted)]

    def scan(self, owner: str, scan_id: str) -> Scan:
        """Look one scan up.

        Raises
        ------
        ScanNotFoundError
            It is not there, or not the owner's.
        """
        with self._database.read() as session:
            return _scan(_scan_row(session, owner, scan_id))

    def scan_ids(self) -> set[str]:
        """Return all scans, whoever owns them."""
        with self._database.read() as session:
            return set(session.scalars(select(ScanRow.id)))

    def use_of(self, owner: str) -> tuple[int, int]:
        """Return how many scans an owner has, and their bytes."""
        of_owner = select(func.count(), func.coalesce(func.sum(ScanRow.bytes), 0)).where(
            ScanRow.owner == owner
        )
        with self._database.read() as session:
            count, size = session.execute(of_owner).one()
        return count, size

    def add_scan(self, session: Session, scan_id: str, owner: str, one: ScanDescription) -> Scan:
        """Enter a scan, as part of a transaction of `Database.write`."""
        columns, rows, slices = one.size
        row = ScanRow(
            id=scan_id,
            owner=owner,
            patient=one.patient,
            series=one.series,
            modality=one.modality,
            plane=one.plane,
            columns=columns,
            rows=rows,
            slices=slices,
            spacing=list(one.spacing),
            added=now(),
            bytes=one.bytes,
            segmentations=[],
        )
        session.add(row)
        session.flush()
        return _scan(row)

    def delete_scan(self, owner: str, scan_id: str) -> Scan:
        """Strike a scan out, with its segmentations; return what it was.

        Raises
        ------
        ScanNotFoundError
            It is not there, or not the owner's.
        """
        with self._database.write() as session:
            row = _scan_row(session, owner, scan_id)
            scan = _scan(row)
            session.delete(row)
        return scan

    def forget_scans(self, scan_ids: set[str]) -> None:
        """Strike scans out whose files are gone."""
        with self._database.write() as session:
            for row in session.scalars(select(ScanRow).where(ScanRow.id.in_(scan_ids))):
                session.delete(row)

    # --- segmentations -----------------------------------------------------------------------

    def segmentation(self, owner: str, segmentation_id: str) -> Segmentation:
        """Look one segmentation up.

        Raises
        ------
        SegmentationNotFoundError
            It is not there, or of a scan that is not the owner's.
        """
        with self._database.read() as session:
            row = session.get(SegmentationRow, segmentation_id)
            if row is None or row.scan.owner != owner:
                raise SegmentationNotFoundError
            return _segmentation(row)

    def segmentation_ids(self) -> set[tuple[str, str]]:
        """Return scan and number of all segmentations."""
        with self._database.read() as session:
            rows = session.execute(select(SegmentationRow.scan_id, SegmentationRow.id))
            return {(scan_id, segmentation_id) for scan_id, segmentation_id in rows}

    def unfinished(self) -> list[Segmentation]:
        """Return what waits or was being worked on, in the order in which it was asked for."""
        wanted = (
            select(SegmentationRow)
            .where(SegmentationRow.status.in_(UNFINISHED))
            .order_by(SegmentationRow.requested, SegmentationRow.id)
        )
        with self._database.read() as session:
            return [_segmentation(row) for row in session.scalars(wanted)]

    def put_back_in_line(self) -> None:
        """Have what was being worked on wait again: nobody works on it any more."""
        running = update(SegmentationRow).where(SegmentationRow.status == RUNNING)
        with self._database.write() as session:
            session.execute(running.values(status=QUEUED))

    def request_segmentation(
        self,
        owner: str,
        scan_id: str,
        segmentation_id: str,
        user: str,
        bones: Sequence[str],
        side: str,
        bundle: str,
    ) -> Segmentation:
        """Enter the wish for a segmentation.

        Raises
        ------
        ScanNotFoundError
            The scan is not there, or not the owner's.
        """
        with self._database.write() as session:
            row = SegmentationRow(
                id=segmentation_id,
                scan_id=_scan_row(session, owner, scan_id).id,
                status=QUEUED,
                user=user,
                bones=list(bones),
                side=side,
                bundle=bundle,
                message="",
                summary={},
                is_edited=False,
                requested=now(),
                ended=None,
            )
            session.add(row)
            session.flush()
            return _segmentation(row)

    def start(self, segmentation_id: str) -> None:
        """Note that a segmentation is being worked on."""
        with self._database.write() as session:
            row = unfinished_row(session, segmentation_id)
            row.status = RUNNING

    def end(self, segmentation_id: str, status: str, message: str) -> None:
        """Note that a segmentation ended without a result."""
        with self._database.write() as session:
            row = unfinished_row(session, segmentation_id)
            row.status, row.message, row.ended = status, message, now()

    def add_edited(
        self,
        session: Session,
        owner: str,
        scan_id: str,
        segmentation_id: str,
        user: str,
        bones: Sequence[str],
        summary: Mapping[str, Any],
    ) -> Segmentation:
        """Enter a segmentation saved from a viewer, as part of a transaction of `Database.write`.

        Raises
        ------
        ScanNotFoundError
            The scan is not there, or not the owner's.
        """
        moment = now()
        row = SegmentationRow(
            id=segmentation_id,
            scan_id=_scan_row(session, owner, scan_id).id,
            status=DONE,
            user=user,
            bones=list(bones),
            side=BOTH,
            bundle="",
            message="",
            summary=dict(summary),
            is_edited=True,
            requested=moment,
            ended=moment,
        )
        session.add(row)
        session.flush()
        return _segmentation(row)

    def drop_edited(self, session: Session, owner: str, scan_id: str, segmentation_id: str) -> bool:
        """Strike out a saved segmentation; return whether it was there and the owner's."""
        row = session.get(SegmentationRow, segmentation_id)
        if row is None or not row.is_edited:
            return False
        if (row.scan_id, row.scan.owner) != (scan_id, owner):
            return False
        session.delete(row)
        return True

    def prune_edited(self, session: Session, scan_id: str, replaced: str | None) -> list[str]:
        """Strike out a saved segmentation that was replaced, and the oldest where there are many.

        Parameters
        ----------
        replaced
            Which; one that is not there any more, or was not saved from a viewer, is left alone.

        Returns
        -------
        What was struck out.
        """
        edited = session.scalars(
            select(SegmentationRow)
            .where(SegmentationRow.scan_id == scan_id, SegmentationRow.is_edited)
            .order_by(SegmentationRow.requested.desc(), SegmentationRow.id)
        ).all()
        kept = [row for row in edited if row.id != replaced][:MOST_EDITED]
        dropped = [row for row in edited if row not in kept]
        for row in dropped:
            session.delete(row)
        return [row.id for row in dropped]


def now() -> datetime:
    """Return the time in UTC, as the index keeps it."""
    return datetime.now(timezone.utc).replace(tzinfo=None)


def unfinished_row(session: Session, segmentation_id: str) -> SegmentationRow:
    """Return a segmentation that has not ended.

    Raises
    ------
    SegmentationNotFoundError
        It has, or its scan was deleted meanwhile.
    """
    row = session.get(SegmentationRow, segmentation_id)
    if row is None or row.status not in UNFINISHED:
        raise SegmentationNotFoundError
    return row


def _scan_row(session: Session, owner: str, scan_id: str) -> ScanRow:
    row = session.get(ScanRow, scan_id)
    if row is None or row.owner != owner:
        raise ScanNotFoundError
    return row


def _scan(row: ScanRow) -> Scan:
    description = ScanDescription(
        patient=row.patient,
        series=row.series,
        modality=row.modality,
        plane=row.plane,
        size=(row.columns, row.rows, row.slices),
        spacing=(row.spacing[0], row.spacing[1], row.spacing[2]),
        bytes=row.bytes,
    )
    segmentations = tuple(map(_segmentation, row.segmentations))
    return Scan(row.id, row.owner, description, row.added, segmentations)


def _segmentation(row: SegmentationRow) -> Segmentation:
    return Segmentation(
        id=row.id,
        scan_id=row.scan_id,
        status=row.status,
        user=row.user,
        bones=tuple(row.bones),
        side=row.side,
        bundle=row.bundle,
        message=row.message,
        summary=row.summary,
        is_edited=row.is_edited,
        requested=row.requested,
        ended=row.ended,
    )
