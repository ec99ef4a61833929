"""The SQLite file: opened, checked, and written to by one thread at a time."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Any

from sqlalchemy import Connection, create_engine, event, inspect, text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from .errors import LibraryDamagedError, LibraryTooNewError
from .tables import VERSION, Base

_PRAGMAS = (
    "journal_mode = WAL",  # a reader never waits for a writer
    "synchronous = FULL",  # what was committed survives a power cut
    "foreign_keys = ON",
    "secure_delete = ON",  # of a deleted scan nothing stays in the file
    "trusted_schema = OFF",
)


class Database:
    """Sessions on the index.

    Parameters
    ----------
    path
        The file; made if it is not there.

    Raises
    ------
    LibraryDamagedError
        It is no SQLite file, or SQLite finds it unsound.
    LibraryTooNewError
        A later version wrote it.
    """

    def __init__(self, path: Path) -> None:
        self._writing = Lock()
        # SQLite's files beside it get its permissions, so it needs them before it is opened.
        path.touch(mode=0o600)
        os.chmod(path, 0o600)
        self._engine = create_engine(f"sqlite:///{path}")
        event.listen(self._engine, "connect", _set_up)
        try:
            _check_and_make(self._engine, path.parent)
        except DatabaseError as error:
            raise LibraryDamagedError(path.parent, str(error.orig)) from error

    @contextmanager
    def read(self) -> Iterator[Session]:
        """Look things up."""
        with Session(self._engine) as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """Change things: all that is done within is stored at its end, or nothing where it fails.

        Only one thread at a time is let in, so that what was read holds until it is written.
        """
        with self._writing, Session(self._engine, expire_on_commit=False) as session:
            yield session
            session.commit()

    def close(self) -> None:
        """Close the file."""
        self._engine.dispose()


def _set_up(connection: Any, record: Any) -> None:
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _check_and_make(engine: Any, folder: Path) -> None:
    with engine.begin() as connection:
        found = connection.execute(text("PRAGMA user_version")).scalar_one()
        if found > VERSION:
            raise LibraryTooNewError(folder, found, VERSION)
        verdict = connection.execute(text("PRAGMA integrity_check(1)")).scalar_one()
        if verdict != "ok":
            raise LibraryDamagedError(folder, verdict)
        Base.metadata.create_all(connection)
        _bring_up_to_date(connection)
        connection.execute(text(f"PRAGMA user_version = {VERSION}"))


def _bring_up_to_date(connection: Connection) -> None:
    # By the columns, not by the version: a server may have been killed between the two.
    if all(one["name"] != "is_edited" for one in inspect(connection).get_columns("segmentations")):
        added = "ALTER TABLE segmentations ADD COLUMN is_edited BOOLEAN NOT NULL DEFAULT 0"
        connection.execute(text(added))
