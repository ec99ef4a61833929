"""From an uploaded file to what is stored of it, through the process that checks."""

from __future__ import annotations

import asyncio
import errno
import gzip
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
import SimpleITK as sitk

from PelvicBoneSegLib.errors import (
    ConstantImageError,
    OutputNotWritableError,
    PelvicBoneSegError,
    TooFewSlicesError,
    UnreadableImageError,
)
from PelvicBoneSegLib.segmentation.reader import read_volume
from PelvicBoneSegLib.worker.failure import restore_error
from PelvicBoneSegWeb.library.errors import (
    ArchiveError,
    BurnedInNameError,
    IntakeFailedError,
    LibraryFullError,
    RefusedFileError,
    TooLargeWhenReadError,
)
from PelvicBoneSegWeb.library.folder import SCAN_FILE, THUMBNAIL_FILE
from PelvicBoneSegWeb.library.intake import __main__ as intake
from PelvicBoneSegWeb.library.intake.prepare import UPLOAD, prepare
from PelvicBoneSegWeb.library.intake.process import TOKEN_VARIABLE, check_upload, environment
from PelvicBoneSegWeb.library.limits import Limits
from web.library.uploads import dicom_bytes, voxels, write_image, zip_of

SECRET = b"key"


@pytest.fixture
def ticket(tmp_path, monkeypatch):
    folder = tmp_path / "ticket"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def prepared(ticket):
    """Put an upload in its place, and prepare it here."""

    def run(path, limits=None):
        path.rename(ticket / UPLOAD)
        return prepare(ticket.relative_to(ticket), SECRET, limits or Limits())

    return run


@pytest.mark.parametrize("suffix", [".nii", ".nii.gz", ".nrrd", ".mha"])
def test_voxels_and_geometry_are_kept_and_no_text(tmp_path, ticket, prepared, suffix):
    path = write_image(tmp_path / f"scan{suffix}", PatientName="Mustermann", aux_file="Muster")
    truth = read_volume(path)
    ((folder, one),) = prepared(path).scans
    stored = read_volume(folder / SCAN_FILE)
    assert np.array_equal(stored.voxels, truth.voxels)
    assert np.allclose(stored.ijk_to_lps, truth.ijk_to_lps, atol=1e-6)
    assert b"Muster" not in (folder / SCAN_FILE).read_bytes()
    assert (one.size, one.spacing, one.plane) == ((16, 12, 5), (4.0, 4.0, 9.0), "coronal")
    assert (one.series, one.modality, one.patient) == ("coronal", "", "")
    picture = sitk.GetArrayFromImage(sitk.ReadImage(folder / THUMBNAIL_FILE))
    assert picture.shape == (144, 192)
    assert picture.min() < 60 < 200 < picture.max()


def test_of_a_dicom_study_the_stacks_are_stored(tmp_path, prepared):
    patient = {"PatientID": "4711", "PatientName": "Mustermann^Max"}
    t1 = dicom_bytes(tmp_path / "a", SeriesDescription="t1 Mustermann", **patient)
    t2 = dicom_bytes(tmp_path / "b", voxels(seed=1), SeriesDescription="t2", **patient)
    scout = dicom_bytes(tmp_path / "c", voxels((2, 4, 4)), ImageType=["ORIGINAL", "LOCALIZER"])
    content = {
        f"{number}/{name}": data
        for number, series in enumerate((t1, t2, scout))
        for name, data in series.items()
    }
    scans = prepared(zip_of(tmp_path / "study.zip", content)).scans
    described = [one for _, one in scans]
    assert [(one.series, one.modality) for one in described] == [
        ("T1 coronal", "MR"),
        ("T2 coronal", "MR"),
    ]
    assert described[0].patient == described[1].patient != ""
    for folder, _ in scans:
        content = b"".join(path.read_bytes() for path in folder.iterdir())
        assert b"Muster" not in content and b"4711" not in content
    assert np.array_equal(read_volume(scans[0][0] / SCAN_FILE).voxels, voxels()[::1])


def test_a_series_that_cannot_be_read_does_not_keep_the_others_out(tmp_path, prepared):
    good = dicom_bytes(tmp_path / "a")
    bad = dicom_bytes(tmp_path / "b", prefix="gap", places=[0, 1, 2, 3, 9])
    result = prepared(zip_of(tmp_path / "study.zip", {**good, **bad}))
    assert len(result.scans) == 1
    assert len(result.refused) == 1
    assert "not a regular stack" in result.refused[0]


@pytest.mark.parametrize("slices", [1, 5])
def test_text_in_the_pictures_is_refused(tmp_path, prepared, slices):
    content = dicom_bytes(tmp_path / "a", SeriesInstanceUID="1.2.3")
    marked = dicom_bytes(tmp_path / "b", SeriesInstanceUID="1.2.3", BurnedInAnnotation="YES")
    content.update(list(marked.items())[-slices:])
    with pytest.raises(BurnedInNameError):
        prepared(zip_of(tmp_path / "a.zip", content))


def test_a_damaged_header_is_told_as_one(tmp_path, prepared):
    content = dicom_bytes(tmp_path / "a")
    modality = b"\x08\x00\x60\x00CS"
    assert all(modality in one for one in content.values())
    torn = {name: one.replace(modality, modality[:-2] + b"C\x02") for name, one in content.items()}
    with pytest.raises(UnreadableImageError, match="its DICOM header is damaged"):
        prepared(zip_of(tmp_path / "a.zip", torn))


def test_many_series_are_bounded_together(tmp_path, prepared):
    # As a series that is compressed within DICOM, which is large only when it is read.
    first, second = (
        dicom_bytes(tmp_path / one, prefix=one, Rows=1000, Columns=1000) for one in "ab"
    )
    archive = zip_of(tmp_path / "a.zip", {**first, **second})
    with pytest.raises(ArchiveError, match="its series take"):
        prepared(archive, replace(Limits(), scan_bytes=11_000_000, archive_bytes=15_000_000))


def test_a_scan_that_is_small_as_a_file_alone_is_refused(tmp_path, prepared):
    path = write_image(tmp_path / "scan.nii.gz", np.zeros((40, 400, 400), np.int16))
    assert path.stat().st_size < 100_000
    with pytest.raises(TooLargeWhenReadError):
        prepared(path, replace(Limits(), scan_bytes=10 << 20))


def test_a_dicom_series_that_is_too_large_is_refused(tmp_path, prepared):
    archive = zip_of(tmp_path / "a.zip", dicom_bytes(tmp_path / "a"))
    with pytest.raises(TooLargeWhenReadError):
        prepared(archive, replace(Limits(), scan_bytes=1000))


@pytest.mark.parametrize(
    ("array", "error"),
    [
        (np.zeros((5, 12, 16), np.int16), ConstantImageError),
        (voxels((2, 12, 16)), TooFewSlicesError),
    ],
)
def test_the_rules_of_the_library_hold(tmp_path, prepared, array, error):
    with pytest.raises(error):
        prepared(write_image(tmp_path / "scan.nrrd", array))


def run_process(ticket, path, limits=None):
    path.rename(ticket / UPLOAD)
    return asyncio.run(check_upload(ticket, SECRET, limits or Limits()))


def test_the_process_gives_what_the_library_can_take_in(tmp_path, ticket):
    result = run_process(ticket, write_image(tmp_path / "scan.nii.gz"))
    ((folder, one),) = result.scans
    assert folder == ticket / "scan-1"
    assert (folder / SCAN_FILE).stat().st_size == one.bytes
    assert one.size == (16, 12, 5)


def test_errors_come_through_without_the_paths_of_the_server(tmp_path, ticket):
    path = write_image(tmp_path / "scan.nii")
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(UnreadableImageError) as caught:
        run_process(ticket, path)
    assert "truncated" in caught.value.message
    assert str(tmp_path) not in caught.value.message


def test_a_foreign_file_is_refused_by_the_process(tmp_path, ticket):
    path = tmp_path / "letter.docx"
    path.write_bytes(gzip.compress(b"Dear colleague"))
    with pytest.raises(RefusedFileError):
        run_process(ticket, path)


def test_a_process_that_takes_too_long_is_ended(tmp_path, ticket):
    with pytest.raises(IntakeFailedError, match="more than 0.01 seconds"):
        run_process(ticket, write_image(tmp_path / "scan.nii"), replace(Limits(), intake_s=0.01))


def test_a_process_that_wants_too_much_memory_is_ended(tmp_path, ticket):
    path = write_image(tmp_path / "scan.nii.gz", np.zeros((64, 1024, 1024), np.int16))
    with pytest.raises(PelvicBoneSegError) as caught:
        run_process(ticket, path, replace(Limits(), intake_memory_bytes=400 << 20))
    assert isinstance(caught.value, (TooLargeWhenReadError, IntakeFailedError))


@pytest.mark.parametrize(
    ("number", "free", "error"),
    [
        (errno.ENOSPC, 1 << 30, LibraryFullError),
        (None, 1000, LibraryFullError),  # of a writer that does not tell
        (errno.EACCES, 1 << 30, OutputNotWritableError),
    ],
)
def test_a_full_disk_is_told_as_one(ticket, monkeypatch, number, free, error):
    def fail(*_):
        raise OSError(number, "cause")

    monkeypatch.setattr(intake, "prepare", fail)
    monkeypatch.setattr(intake, "disk_usage", lambda _: SimpleNamespace(free=free))
    told = restore_error(intake._answer(SECRET, Limits())["error"])
    assert type(told) is error


def test_the_tokens_are_not_passed_on_to_processes_that_read_files(monkeypatch):
    monkeypatch.setenv(TOKEN_VARIABLE, "a-token-of-anna-0123456789")
    assert TOKEN_VARIABLE not in environment()
    assert "PYTHONPATH" in environment()
