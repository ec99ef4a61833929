"""The scan of the bench."""

from __future__ import annotations

import numpy as np
import pytest
import SimpleITK as sitk

pytest.importorskip("torch", reason="the lab's phantom imports it")

from PelvicBoneSegWeb.bench.scan import bench_scan


def test_without_data_it_is_the_phantom_on_a_clinical_grid(tmp_path, monkeypatch):
    monkeypatch.setenv("PELVICBONESEG_DATA", str(tmp_path / "nothing"))
    path, name = bench_scan(tmp_path)
    assert name == "384×384×40 phantom"
    image = sitk.ReadImage(str(path))
    assert image.GetSize() == (384, 384, 40)
    assert np.ptp(sitk.GetArrayViewFromImage(image)) > 100


def test_with_data_it_is_a_patients(tmp_path, monkeypatch):
    folder = tmp_path / "pelvic_mr_t1" / "images"
    folder.mkdir(parents=True)
    sitk.WriteImage(sitk.Image(6, 5, 4, sitk.sitkInt16), str(folder / "case_02.nii.gz"))
    monkeypatch.setenv("PELVICBONESEG_DATA", str(tmp_path))
    path, name = bench_scan(tmp_path / "unused")
    assert path == folder / "case_02.nii.gz"
    assert name == "6×5×4 T1 of a patient"
