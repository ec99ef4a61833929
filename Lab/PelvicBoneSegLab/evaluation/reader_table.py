"""The reader's part of SCORE: a CSV table with one grade, 0 to 10, a domain and reader."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pandas as pd

from PelvicBoneSegLib.errors import InputError
from PelvicBoneSegLib.segmentation.output_folder import write_together

KEYS = ["case", "bone", "side", "domain"]
PLACE = ["centre_i", "centre_j", "centre_k", "truth_ml"]
COLUMNS = [*KEYS, *PLACE, "reader", "grade", "comment"]
HIGHEST_GRADE = 10


class ReaderTableError(InputError):
    """A reader's table that does not say what it has to."""

    def __init__(self, path: Path | str, reason: str) -> None:
        super().__init__(f"The reader's table {path} cannot be used: {reason}.")


def write_reader_table(path: Path | str, table: pd.DataFrame, readers: Iterable[str]) -> None:
    """Write the template that readers fill in: a row a domain and reader, ``grade`` empty.

    It has no computed value, so that the reader judges by eye alone.

    Parameters
    ----------
    path
        The CSV file.
    table
        From `score.domain_table`.
    readers
        Names or initials.

    Raises
    ------
    ReaderTableError
        The file exists: it may hold grades.
    OutputNotWritableError
        It could not be stored.
    """
    path = Path(path)
    if path.exists():
        raise ReaderTableError(path, "it exists and may hold grades; choose another name")
    places = table[[*KEYS, *PLACE]]
    rows = pd.concat([places.assign(reader=reader, grade="", comment="") for reader in readers])
    rows = rows[COLUMNS].round({"truth_ml": 1})
    write_together(path.parent, lambda folder: rows.to_csv(folder / path.name, index=False))


def read_reader_table(path: Path | str, table: pd.DataFrame) -> pd.DataFrame:
    """Read what the readers graded.

    Parameters
    ----------
    path
        A filled-in template: comma-separated, UTF-8, decimal points.
    table
        The domains that it was written for.

    Returns
    -------
    The graded rows: ``case``, ``bone``, ``side``, ``domain``, ``reader``, ``grade`` (float64) and
    ``comment``. Rows without a grade are left out.

    Raises
    ------
    ReaderTableError
        Unreadable, columns missing, a domain that is not in `table`, no reader, a grade that is no
        number from 0 to 10, or two grades of one reader for one domain.
    """
    rows = _read(Path(path))
    graded = rows[rows["grade"] != ""].copy()
    _refuse(path, graded, graded["reader"] == "", "no reader is named")
    grades = pd.to_numeric(graded["grade"], errors="coerce")
    _refuse(
        path,
        graded,
        ~grades.between(0, HIGHEST_GRADE),
        f"the grade is no number from 0 to {HIGHEST_GRADE} (with a decimal point)",
    )
    known = pd.MultiIndex.from_frame(table[KEYS].astype(str))
    given = pd.MultiIndex.from_frame(graded[KEYS])
    _refuse(path, graded, ~given.isin(known), "there is no such domain in these cases")
    twice = graded.duplicated([*KEYS, "reader"])
    _refuse(path, graded, twice, "this reader has graded this domain already")
    graded["grade"] = grades.astype(np.float64)
    return graded[[*KEYS, "reader", "grade", "comment"]].reset_index(drop=True)


def combine(table: pd.DataFrame, grades: pd.DataFrame) -> pd.DataFrame:
    """Join the computed and the readers' part.

    Parameters
    ----------
    table
        From `score.domain_table`.
    grades
        From `read_reader_table`.

    Returns
    -------
    `table` with ``reader`` (mean over readers), ``n_readers`` and ``combined`` (mean of
    ``computed`` and ``reader``; that the two count alike is our choice). NaN without a grade.
    """
    of_domain = grades.groupby(KEYS)["grade"].agg(["mean", "size"])
    of_domain.columns = ["reader", "n_readers"]
    joined = table.merge(of_domain, "left", left_on=KEYS, right_index=True)
    joined["n_readers"] = joined["n_readers"].fillna(0).astype(int)
    return joined.assign(combined=(joined["computed"] + joined["reader"]) / 2)


def rating_matrix(grades: pd.DataFrame) -> pd.DataFrame:
    """Lay out grades for `agreement.icc`: a row a domain, a column a reader, NaN where none."""
    return grades.pivot(index=KEYS, columns="reader", values="grade")


def _read(path: Path) -> pd.DataFrame:
    try:
        rows = pd.read_csv(path, dtype=str, keep_default_na=False)
    except (OSError, ValueError) as error:
        raise ReaderTableError(path, f"{error}") from error
    missing = [column for column in COLUMNS if column not in rows and column not in PLACE]
    if missing:
        raise ReaderTableError(
            path, f"no column {', '.join(missing)}; it has to be separated by commas"
        )
    return rows.apply(lambda column: column.str.strip())


def _refuse(path: Path | str, rows: pd.DataFrame, wrong: pd.Series | np.ndarray, why: str) -> None:
    if np.any(wrong):
        row = rows.index[np.flatnonzero(wrong)[0]] + 2  # the header is row 1
        raise ReaderTableError(path, f"row {row}: {why}; correct it")
