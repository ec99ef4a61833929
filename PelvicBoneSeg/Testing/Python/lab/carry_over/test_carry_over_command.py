from __future__ import annotations

import json
import re

import pytest

from lab.carry_over.small_cohort import KnowsTheTruth, small_cohort
from PelvicBoneSegLab.carry_over import __main__ as command
from PelvicBoneSegLab.carry_over import cohort as cohort_module
from PelvicBoneSegLab.carry_over import scan_pictures
from PelvicBoneSegLab.small_png import MOST_BYTES
from PelvicBoneSegLib.errors import BundleNotFoundError, InputNotFoundError, OutputNotWritableError
from segmentation.small_bundle import write_small_bundle


@pytest.fixture(scope="module")
def a_cohort():
    return small_cohort()


@pytest.fixture
def bundles(tmp_path, a_cohort, monkeypatch):
    """Two bundles: the first knows all, the second is blind to PD."""
    good, blind = (write_small_bundle(tmp_path / name) for name in ("good", "blind"))
    stand_ins = {
        "good": KnowsTheTruth(a_cohort),
        "blind": KnowsTheTruth(a_cohort, {"patient_B_pd"}),
    }
    names = iter(("good", "blind"))
    monkeypatch.setattr(cohort_module, "Segmenter", lambda *_: stand_ins[next(names)])
    monkeypatch.setattr(command.Cohort, "read", classmethod(lambda cls, data: a_cohort))
    return str(good), str(blind)


def test_one_command_writes_figures_page_and_pictures(bundles, tmp_path, capsys):
    output, page = tmp_path / "out", tmp_path / "docs" / "benchmarks.md"
    page.parent.mkdir()
    page.write_text("# Benchmarks\n\nBy hand.\n\n<!-- carry-over:begin -->\nold\n"
                    "<!-- carry-over:end -->\n\nMore.\n", encoding="utf-8")  # fmt: skip
    command.main(["--bundle", bundles[0], "--bundle", bundles[1], "--output", str(output),
                  "--no-pictures", "--benchmarks", str(page)])  # fmt: skip
    reports = {
        name: json.loads((output / name / "carry_over.json").read_text(encoding="utf-8"))
        for name in ("good", "blind")
    }
    assert reports["good"]["bundle"]["version"] == "1.2.3"
    assert reports["good"]["summary"]["femur: T2–PD"] == 1.0
    assert reports["blind"]["summary"]["femur: T2–PD"] == 0.0
    assert capsys.readouterr().out.startswith("|  | good | blind |")

    text = page.read_text(encoding="utf-8")
    assert text.startswith("# Benchmarks\n\nBy hand.\n\n<!-- carry-over:begin -->\nWritten by")
    assert text.endswith("<!-- carry-over:end -->\n\nMore.\n")
    assert "old" not in text.split("\n")
    assert "| femur: T2–PD | 1.000 | 0.000 | 0.700 | 1.000 |" in text
    linked = set(re.findall(r"]\((images/[^)]+)\)", text))
    assert linked == {f"images/carry_over_{name}.png" for name in ("good", "blind", "hip_bones")}
    assert all(0 < (page.parent / one).stat().st_size <= MOST_BYTES for one in linked)


def test_without_folders_it_only_prints(bundles, tmp_path, capsys):
    before = sorted(tmp_path.rglob("*"))
    command.main(["--bundle", bundles[0]])
    assert capsys.readouterr().out.startswith("|  | good |")
    assert sorted(tmp_path.rglob("*")) == before


def test_every_scan_has_a_picture_with_its_source(bundles, a_cohort, tmp_path, monkeypatch):
    captions = {}

    def picture(volume, labels, path, caption):
        path.write_bytes(b"png")
        captions[path.stem] = caption

    monkeypatch.setattr(scan_pictures, "save_picture", picture)
    command.main(["--bundle", bundles[0], "--output", str(tmp_path / "out")])
    assert set(captions) == set(a_cohort.volumes())
    assert captions["patient_A_t2_tra"].endswith("PROSTATEx (TCIA), CC BY 3.0")
    assert "CC BY 4.0" in captions["case_06"]
    assert (tmp_path / "out" / "good" / "example_ct.png").exists()


def test_an_unknown_bundle_is_named():
    with pytest.raises(BundleNotFoundError, match="no_such_bundle"):
        command.main(["--bundle", "no_such_bundle"])


def test_bundles_of_one_name_are_refused(tmp_path, capsys):
    same = [str(write_small_bundle(tmp_path / folder / "same")) for folder in ("one", "two")]
    with pytest.raises(SystemExit):
        command.main(["--bundle", same[0], "--bundle", same[1]])
    error = capsys.readouterr().err
    assert "several bundles are called same: give folders of different names" in error


@pytest.mark.parametrize("option", ["--output", "--benchmarks"])
def test_where_nothing_can_be_written_nothing_is_segmented(bundles, tmp_path, monkeypatch, option):
    in_the_way = tmp_path / "file"
    in_the_way.touch()
    target = in_the_way if option == "--output" else in_the_way / "page.md"
    monkeypatch.setattr(cohort_module, "Segmenter", None)
    with pytest.raises(OutputNotWritableError, match="file"):
        command.main(["--bundle", bundles[0], option, str(target)])


def test_data_that_is_not_there_is_named(tmp_path, monkeypatch):
    monkeypatch.setenv("PELVICBONESEG_DATA", str(tmp_path / "nowhere"))
    with pytest.raises(InputNotFoundError, match="nowhere.*patient_A_t2_tra"):
        command.main(["--bundle", str(write_small_bundle(tmp_path / "small"))])
