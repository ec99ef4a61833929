"""Samples for Slicer's module *Sample Data*: the phantom that comes along, and the public one."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import slicer
from slicer.i18n import tr as _

from ...errors import PelvicBoneSegError, SampleDownloadError
from ..dependencies import ensure_packages
from ..failure import explain
from . import public_sample

CATEGORY = "Pelvic Bone Segmentation"
PHANTOM_NAME = "PelvicPhantom"
PUBLIC_NAME = "PelvicMR"

_PUBLIC_PAGE = "https://portal.imaging.datacommons.cancer.gov/explore/"


def register_samples(resources: Path) -> None:
    """Add both samples to Slicer's Sample Data module.

    Parameters
    ----------
    resources
        The module's folder Resources.
    """
    from SampleData import SampleDataLogic  # type: ignore[import-not-found]

    phantom = resources / "Samples" / "pelvic_phantom.nii.gz"
    icon = str(resources / "Icons" / "PelvicBoneSeg.png")
    SampleDataLogic.registerCustomSampleDataSource(
        category=CATEGORY,
        sampleName=PHANTOM_NAME,
        thumbnailFileName=icon,
        uris=phantom.as_uri(),
        fileNames=phantom.name,
        nodeNames=PHANTOM_NAME,
        # Without it, Sample Data would take an older phantom from its cache.
        checksums=f"SHA256:{hashlib.sha256(phantom.read_bytes()).hexdigest()}",
    )
    SampleDataLogic.registerCustomSampleDataSource(
        category=CATEGORY,
        sampleName=PUBLIC_NAME,
        thumbnailFileName=icon,
        uris=_PUBLIC_PAGE,
        fileNames=public_sample.SERIES,
        customDownloader=load_public_sample,
    )


def load_public_sample(source: Any = None) -> Any | None:
    """Fetch, check and load the public sample: Sample Data's button was clicked.

    Parameters
    ----------
    source
        What was registered; Sample Data passes it.

    Returns
    -------
    The vtkMRMLScalarVolumeNode; None where the user declined or it failed, which a message tells.
    """
    try:
        if not ensure_packages(public_sample.PACKAGES):
            return None
        with slicer.util.WaitCursor():
            folder = public_sample.fetch_series(_client(), _cache())
            return _load(folder)
    except PelvicBoneSegError as error:
        slicer.util.errorDisplay(explain(error), _("Pelvic Bone Segmentation: sample"))
        return None


def _cache() -> Path:
    return Path(slicer.mrmlScene.GetCacheManager().GetRemoteCacheDirectory())


def _client() -> Any:
    from idc_index import IDCClient  # type: ignore[import-not-found]

    try:
        return IDCClient.client()
    except OSError as error:
        raise SampleDownloadError(str(error)) from error


def _load(folder: Path) -> Any:
    from DICOMLib import DICOMUtils  # type: ignore[import-not-found]

    with DICOMUtils.TemporaryDICOMDatabase() as database:
        DICOMUtils.importDicom(str(folder), database)
        node_ids = DICOMUtils.loadSeriesByUID([public_sample.SERIES])
    if not node_ids:
        raise SampleDownloadError("Slicer could not read the files")
    node = slicer.mrmlScene.GetNodeByID(node_ids[0])
    node.SetName(PUBLIC_NAME)
    return node
