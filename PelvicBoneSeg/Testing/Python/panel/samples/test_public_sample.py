"""The public sample: fetched whole and checked, or not at all."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pydicom
import pytest
import slicer
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, MRImageStorage, generate_uid

from panel.hosts import needs_stand_in
from PelvicBoneSegLib.errors import SampleDownloadError
from PelvicBoneSegLib.panel.samples import sample_data
from PelvicBoneSegLib.panel.samples.public_sample import INSTANCES, SERIES, fetch_series

pytestmark = needs_stand_in


def write_slice(path: Path, series: str = SERIES, modality: str = "MR") -> None:
    data = Dataset()
    data.file_meta = FileMetaDataset()
    data.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    data.file_meta.MediaStorageSOPClassUID = data.SOPClassUID = MRImageStorage
    uid = generate_uid(entropy_srcs=[path.name])
    data.file_meta.MediaStorageSOPInstanceUID = data.SOPInstanceUID = uid
    data.SeriesInstanceUID, data.Modality = series, modality
    pydicom.dcmwrite(path, data, enforce_file_format=True)


class FakeClient:
    """idc_index.IDCClient (ImagingDataCommons/idc-index, idc_index/index.py)."""

    def __init__(self, slices: int = INSTANCES, error: Exception | None = None, **header) -> None:
        self.slices, self.error, self.header = slices, error, header
        self.downloads = 0

    def download_from_selection(
        self, downloadDir, seriesInstanceUID=None, dirTemplate="%collection_id"
    ):
        assert seriesInstanceUID == [SERIES] and dirTemplate is None
        self.downloads += 1
        for number in range(self.slices):
            last = number == self.slices - 1
            write_slice(Path(downloadDir, f"{number}.dcm"), **(self.header if last else {}))
        if self.error:
            raise self.error


def test_the_whole_series_arrives(tmp_path):
    folder = fetch_series(FakeClient(), tmp_path)
    assert folder.name == SERIES
    assert len(list(folder.iterdir())) == 39
    assert [path.name for path in tmp_path.iterdir()] == [SERIES]


def test_a_series_that_is_there_is_not_fetched_again(tmp_path):
    fetch_series(FakeClient(), tmp_path)
    client = FakeClient()
    fetch_series(client, tmp_path)
    assert client.downloads == 0


@pytest.mark.parametrize("lost", [1, 39])
def test_a_series_that_lost_files_is_fetched_again(tmp_path, lost):
    folder = fetch_series(FakeClient(), tmp_path)
    for path in sorted(folder.iterdir())[:lost]:
        path.unlink()
    client = FakeClient()
    assert len(list(fetch_series(client, tmp_path).iterdir())) == 39
    assert client.downloads == 1


def test_a_cache_that_cannot_be_written_is_said(tmp_path):
    cache = tmp_path / "cache"
    cache.write_text("a file in its place")
    with pytest.raises(SampleDownloadError, match="Not a directory"):
        fetch_series(FakeClient(), cache)


@pytest.mark.parametrize(
    ("client", "reason"),
    [
        (FakeClient(slices=0), "0 of 39 images arrived"),
        (FakeClient(slices=38), "38 of 39 images arrived"),
        (FakeClient(slices=40), "40 of 39 images arrived"),
        (FakeClient(series="1.2.3"), "38.dcm belongs to another series"),
        (FakeClient(modality="CT"), "38.dcm belongs to another series"),
        (FakeClient(slices=5, error=ConnectionError("no route to host")), "no route to host"),
        (FakeClient(slices=0, error=ValueError("unknown series")), "unknown series"),
    ],
)
def test_anything_else_is_refused_and_leaves_nothing(tmp_path, client, reason):
    with pytest.raises(SampleDownloadError, match=reason) as caught:
        fetch_series(client, tmp_path)
    assert "Check the network connection" in str(caught.value)
    assert "pelvic phantom" in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_no_dicom_is_refused(tmp_path):
    class Proxy(FakeClient):
        def download_from_selection(self, downloadDir, **choice):
            Path(downloadDir, "login.html").write_text("<html>Sign in to the network</html>")

    with pytest.raises(SampleDownloadError, match=r"login.html is no DICOM file"):
        fetch_series(Proxy(), tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def idc(monkeypatch, packages, scene, tmp_path):
    """A Slicer with idc-index and the DICOM module, and a client to set."""
    state = SimpleNamespace(client=FakeClient(), imported=[])
    packages.present["idc-index"] = "0.13.4"
    module = ModuleType("idc_index")
    module.IDCClient = SimpleNamespace(client=lambda: state.client)
    monkeypatch.setitem(sys.modules, "idc_index", module)
    cache = SimpleNamespace(GetRemoteCacheDirectory=lambda: str(tmp_path))
    monkeypatch.setattr(sample_data, "_cache", lambda: Path(cache.GetRemoteCacheDirectory()))

    class TemporaryDICOMDatabase:
        def __enter__(self):
            return "database"

        def __exit__(self, *error):
            pass

    def load(series):
        assert series == [SERIES]
        return [scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode").GetID()]

    library = ModuleType("DICOMLib")
    library.DICOMUtils = SimpleNamespace(
        TemporaryDICOMDatabase=TemporaryDICOMDatabase,
        importDicom=lambda folder, database: state.imported.append((folder, database)),
        loadSeriesByUID=load,
    )
    monkeypatch.setitem(sys.modules, "DICOMLib", library)
    return state


def test_the_sample_becomes_a_volume_of_the_scene(idc, tmp_path, qapp):
    node = sample_data.load_public_sample()
    assert node.GetName() == "PelvicMR"
    assert idc.imported == [(str(tmp_path / SERIES), "database")]


def test_offline_a_message_says_what_to_do_and_nothing_is_loaded(idc, scene, errors_shown, qapp):
    idc.client = FakeClient(slices=3, error=ConnectionError("Name or service not known"))
    assert sample_data.load_public_sample() is None
    (message,) = errors_shown
    assert "Name or service not known. Nothing was loaded. Check the network" in message
    assert scene.GetNumberOfNodesByClass("vtkMRMLScalarVolumeNode") == 0
    assert idc.imported == []


def test_declining_the_package_ends_it(idc, packages, questions, errors_shown):
    packages.absent = {"idc-index"}
    questions.answer = False
    assert sample_data.load_public_sample() is None
    assert "idc-index" in questions.texts[0]
    assert idc.client.downloads == 0 and errors_shown == []


def test_both_samples_are_registered_once_slicer_has_started(module, scene, monkeypatch):
    monkeypatch.setattr(slicer.modules, "sampleDataSources", {}, raising=False)
    parent = SimpleNamespace(path=module.__file__)
    module.PelvicBoneSeg(parent)
    slicer.app._emit("startupCompleted()")
    sources = slicer.modules.sampleDataSources["Pelvic Bone Segmentation"]
    phantom, public = sources
    assert phantom.sampleName == "PelvicPhantom"
    assert phantom.uris.startswith("file://") and phantom.uris.endswith("pelvic_phantom.nii.gz")
    algorithm, digest = slicer.util.extractAlgoAndDigest(phantom.checksums)
    path = Path(module.__file__).parent / "Resources" / "Samples" / phantom.fileNames
    assert slicer.util.computeChecksum(algorithm, str(path)) == digest
    assert Path(phantom.thumbnailFileName).is_file()
    assert public.sampleName == "PelvicMR"
    assert public.customDownloader is sample_data.load_public_sample
