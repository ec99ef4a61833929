"""The scan that is measured with."""

from __future__ import annotations

import os
from pathlib import Path

_REAL = "pelvic_mr_t1/images/case_02.nii.gz"
_DATA = Path(__file__).resolve().parents[3] / "../shared/data"


def bench_scan(folder: Path) -> tuple[Path, str]:
    """Return a clinical scan and its name; the phantom on such a grid where there is no data.

    Parameters
    ----------
    folder
        Where the phantom is written.
    """
    import SimpleITK as sitk

    real = Path(os.environ.get("PELVICBONESEG_DATA", _DATA)) / _REAL
    path, name = (real, "T1 of a patient") if real.exists() else (_phantom(folder), "phantom")
    reader = sitk.ImageFileReader()
    reader.SetFileName(str(path))
    reader.ReadImageInformation()
    return path, f"{'×'.join(map(str, reader.GetSize()))} {name}"


def _phantom(folder: Path) -> Path:
    import SimpleITK as sitk

    from PelvicBoneSegLab.bench import phantom_scan

    path = folder / "phantom.nii.gz"
    sitk.WriteImage(phantom_scan(), str(path))
    return path
