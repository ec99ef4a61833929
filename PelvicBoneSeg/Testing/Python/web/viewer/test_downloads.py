"""Each link of the section *Download*, in a real Chromium, and its file read again."""

from __future__ import annotations

import csv
import io
import json
import zipfile

import pytest
import SimpleITK as sitk
from vtkmodules.vtkCommonDataModel import vtkPolyData
from vtkmodules.vtkFiltersCore import vtkMassProperties
from vtkmodules.vtkIOGeometry import vtkGLTFReader, vtkOBJReader, vtkSTLReader
from vtkmodules.vtkIOPLY import vtkPLYReader

from web.viewer.page_reading import download, table

FEMURS = ["Left femur", "Right femur"]
VOXEL_ML = 9e-3


@pytest.fixture(scope="module")
def measured(viewing):
    """The page after a run, and its table."""
    viewing.segment()
    return viewing, table(viewing.page)


def files_of(viewing, title, folder):
    """Download; return the file, or those in it, by name."""
    path = folder / "download"
    coming = download(viewing.page, title)
    coming.save_as(path)
    if not coming.suggested_filename.endswith(".zip"):
        folder.joinpath(coming.suggested_filename).write_bytes(path.read_bytes())
        return {coming.suggested_filename: folder / coming.suggested_filename}
    with zipfile.ZipFile(path) as archive:
        archive.extractall(folder)
        return {name: folder / name for name in archive.namelist()}


def volume_ml(surface):
    properties = vtkMassProperties()
    properties.SetInputData(surface)
    return properties.GetVolume() / 1000


def read(reader, path):
    reader.SetFileName(str(path))
    reader.Update()
    output = reader.GetOutput()
    assert isinstance(output, vtkPolyData)
    return output


@pytest.mark.parametrize(
    ("title", "suffix", "reader"),
    [
        ("STL, a surface", ".stl", vtkSTLReader),
        ("OBJ, with", ".obj", vtkOBJReader),
        ("PLY", ".ply", vtkPLYReader),
    ],
)
def test_surfaces_have_the_volume_of_the_table(measured, tmp_path, title, suffix, reader):
    viewing, bones = measured
    files = files_of(viewing, title, tmp_path)
    for bone in FEMURS:
        (path,) = (path for name, path in files.items() if name.endswith(f"{bone}{suffix}"))
        expected = float(bones[bone]["Volume of surface (ml)"])
        assert volume_ml(read(reader(), path)) == pytest.approx(expected, abs=0.06)


def test_gltf_holds_all_bones(measured, tmp_path):
    viewing, _ = measured
    ((name, path),) = files_of(viewing, "glTF", tmp_path).items()
    assert name.endswith(".glb")
    reader = vtkGLTFReader()
    reader.SetFileName(str(path))
    reader.Update()
    blocks = reader.GetOutput().NewIterator()
    sizes = []
    while not blocks.IsDoneWithTraversal():
        sizes.append(blocks.GetCurrentDataObject().GetNumberOfCells())
        blocks.GoToNextItem()
    assert len(sizes) == 2 and min(sizes) > 100


@pytest.mark.parametrize(("title", "suffix"), [("Label map", ".nii.gz"), (".seg.nrrd", ".nrrd")])
def test_label_maps_have_the_voxels_of_the_table(measured, tmp_path, title, suffix):
    viewing, bones = measured
    files = files_of(viewing, title, tmp_path)
    (path,) = (path for name, path in files.items() if name.endswith(suffix))
    labels = sitk.GetArrayFromImage(sitk.ReadImage(str(path)))
    for value, bone in enumerate(FEMURS, start=1):
        expected = float(bones[bone]["Volume (ml)"])
        assert (labels == value).sum() * VOXEL_ML == pytest.approx(expected, abs=0.06)


def test_the_table_is_the_one_on_the_page(measured, tmp_path):
    viewing, bones = measured
    ((name, path),) = files_of(viewing, "Table of measurements", tmp_path).items()
    assert name.endswith(".csv")
    rows = list(csv.DictReader(io.StringIO(path.read_text("utf-8-sig"))))
    assert [row["Segment"] for row in rows] == FEMURS
    assert [row["Volume (ml)"] for row in rows] == [bones[one]["Volume (ml)"] for one in FEMURS]


def test_the_report_is_about_the_run(measured, tmp_path):
    viewing, bones = measured
    ((name, path),) = files_of(viewing, "Report of the run", tmp_path).items()
    assert name.endswith(".report.json")
    report = json.loads(path.read_text())
    found = {one["name"]: one["ml"] for one in report["segments"] if one["voxels"]}
    expected = {one: float(bones[one]["Volume (ml)"]) for one in FEMURS}
    assert found == pytest.approx(expected, abs=0.06)


def test_a_download_does_not_disturb_the_page(measured):
    viewing, _ = measured
    viewing.page.evaluate("window.isStillHere = true")
    for title in ("STL, a surface", "PLY"):
        download(viewing.page, title)
    viewing.section("Measure")
    viewing.wait("section", "measure")
    assert viewing.page.evaluate("window.isStillHere")
    viewing.page.locator(".pbs-table td").first.wait_for()


def test_what_is_not_there_cannot_be_downloaded(measured):
    viewing, _ = measured
    assert viewing.get("download/exe").status == 404
    assert viewing.get("download/..%2f..%2fetc%2fpasswd").status == 404


def test_the_table_fits_the_panel(measured):
    viewing, _ = measured
    viewing.section("Measure")
    width = viewing.page.locator(".pbs-table").evaluate("one => [one.scrollWidth, one.clientWidth]")
    assert width[0] <= width[1]
