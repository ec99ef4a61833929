"""The demo does what the README says."""

from __future__ import annotations

from PelvicBoneSegLab.demo import main


def test_the_demo_segments_the_sample_and_draws_it(tmp_path, capfd):
    assert main(["--output", str(tmp_path)]) == 0
    names = {path.name for path in tmp_path.iterdir()}
    assert {f"pelvic_phantom{suffix}" for suffix in (
        ".png", ".seg.nrrd", ".labels.nii.gz", ".report.json", "_left_femur.stl", "_sacrum.stl"
    )} <= names  # fmt: skip
    mean = next(line for line in capfd.readouterr().out.splitlines() if "mean" in line)
    assert float(mean.split()[-1]) >= 0.85
