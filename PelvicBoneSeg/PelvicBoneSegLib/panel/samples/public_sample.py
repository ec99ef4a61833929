"""The public sample: one MR series of the NCI Imaging Data Commons, fetched and checked."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

from ...errors import SampleDownloadError

SERIES = "1.3.6.1.4.1.14519.5.2.1.3320.3273.264295509622642433507151726320"
"""Collection cptac_ucec, patient C3N-01877, coronal T1 of the pelvis. CC BY 4.0."""

INSTANCES = 39
MODALITY = "MR"
PACKAGES = ("idc-index>=0.8,<1",)


def fetch_series(client: Any, folder: Path) -> Path:
    """Download the series, unless it is there already.

    Parameters
    ----------
    client
        An `idc_index.IDCClient`.
    folder
        Where the series goes, in a folder of its own.

    Returns
    -------
    The folder with the series' files, all of them.

    Raises
    ------
    SampleDownloadError
        Files did not arrive or are not those of the series. Nothing was left in `folder`.
    """
    target = folder / SERIES
    if _is_whole(target):
        return target
    arriving = folder / f"{SERIES}.part"
    try:
        shutil.rmtree(arriving, ignore_errors=True)
        arriving.mkdir(parents=True)
        _download(client, arriving)
        check_series(arriving)
        shutil.rmtree(target, ignore_errors=True)
        arriving.rename(target)
    except OSError as error:
        raise SampleDownloadError(error.strerror or str(error)) from error
    finally:
        shutil.rmtree(arriving, ignore_errors=True)
    return target


def check_series(folder: Path) -> None:
    """Check that a folder holds the whole series and nothing else.

    Raises
    ------
    SampleDownloadError
        It does not.
    """
    from pydicom import dcmread
    from pydicom.errors import InvalidDicomError

    files = sorted(path for path in folder.rglob("*") if path.is_file())
    instances = set()
    for file in files:
        try:
            header = dcmread(file, stop_before_pixels=True)
        except InvalidDicomError as error:
            raise SampleDownloadError(f"{file.name} is no DICOM file") from error
        if header.get("SeriesInstanceUID") != SERIES or header.get("Modality") != MODALITY:
            raise SampleDownloadError(f"{file.name} belongs to another series")
        instances.add(header.get("SOPInstanceUID"))
    if len(files) != INSTANCES or len(instances) != INSTANCES:
        raise SampleDownloadError(f"{len(instances)} of {INSTANCES} images arrived")


def _is_whole(folder: Path) -> bool:
    """Tell whether an earlier download is still there: caches get cleared, in part too."""
    if not folder.is_dir():
        return False
    try:
        check_series(folder)
    except SampleDownloadError:
        return False
    return True


def _download(client: Any, folder: Path) -> None:
    try:
        client.download_from_selection(
            downloadDir=str(folder), seriesInstanceUID=[SERIES], dirTemplate=None
        )
    except (OSError, RuntimeError, ValueError, subprocess.SubprocessError) as error:
        raise SampleDownloadError(f"{error}".strip().rstrip(".") or "no connection") from error
