from __future__ import annotations

import errno
import io
import json
import signal
import subprocess
import sys
from importlib.abc import MetaPathFinder

import numpy as np
import pytest
import SimpleITK as sitk

from PelvicBoneSegLib import __version__, cli
from PelvicBoneSegLib.anatomy import SEGMENTS
from PelvicBoneSegLib.errors import BundleInvalidError, DeviceUnavailableError
from PelvicBoneSegLib.segmentation import writer
from scene.phantom import ThresholdSegmenter
from segmentation.dicom_files import write_series
from segmentation.small_bundle import write_small_bundle


@pytest.fixture(scope="session")
def a_bundle(tmp_path_factory):
    return write_small_bundle(tmp_path_factory.mktemp("bundles") / "small")


@pytest.fixture
def segmenter(monkeypatch):
    """Stand in for the network; remember what it was made with."""
    fake = ThresholdSegmenter()

    def create(bundle, device):
        fake.bundle, fake.device = bundle, device
        return fake

    monkeypatch.setattr(cli, "_create_segmenter", create)
    return fake


@pytest.fixture
def scan_path(tmp_path, a_volume):
    return store(a_volume.voxels, tmp_path / "scans" / "case.nii.gz", a_volume)


@pytest.fixture
def output(tmp_path):
    return tmp_path / "output"


@pytest.fixture
def segment(run, segmenter, output, a_bundle):
    def segment_with(scan, *options):
        return run("segment", scan, "--output", output, "--bundle", a_bundle, *options)

    return segment_with


def store(voxels, path, volume=None, is_vector=False):
    image = sitk.GetImageFromArray(voxels, isVector=is_vector)
    if volume is not None:
        image.SetOrigin(volume.ijk_to_lps[:3, 3].tolist())
        image.SetSpacing(volume.spacing.tolist())
        image.SetDirection((volume.ijk_to_lps[:3, :3] / volume.spacing).ravel().tolist())
    path.parent.mkdir(exist_ok=True)
    sitk.WriteImage(image, str(path))
    return path


def names_in(folder):
    return {path.name for path in folder.iterdir()}


# --- what it does ------------------------------------------------------------------------------


def test_everything_is_written_by_default(segment, segmenter, scan_path, output, a_volume):
    code, printed, complaints = segment(scan_path)
    assert (code, complaints) == (0, "")
    assert names_in(output) == {
        "case.seg.nrrd",
        "case.labels.nii.gz",
        "case.report.json",
        *(f"case_{one.id}.stl" for one in SEGMENTS),
    }
    assert "Left femur" in printed
    assert "wrote case.seg.nrrd" in printed
    labels = sitk.GetArrayFromImage(sitk.ReadImage(str(output / "case.labels.nii.gz")))
    assert set(np.unique(labels)) == {0, 1, 2, 3, 4, 5, 6}
    np.testing.assert_array_equal(labels == 5, a_volume.voxels == 500)
    assert segmenter.device == "auto"
    assert segmenter.bundle.name == "small"


def test_the_choice_of_bones_side_device_and_formats_is_obeyed(
    segment, segmenter, scan_path, output
):
    code, _, _ = segment(
        scan_path, "--bones", "femur, sacrum", "--side", "right", "--device", "cpu",
        "--formats", "stl",
    )  # fmt: skip
    assert code == 0
    assert names_in(output) == {"case_right_femur.stl", "case_sacrum.stl", "case.report.json"}
    assert segmenter.device == "cpu"


def test_json_is_the_report_and_nothing_else(segment, scan_path, output):
    code, printed, complaints = segment(scan_path, "--json", "--bones", "sacrum")
    assert (code, complaints) == (0, "")
    report = json.loads(printed)
    assert report == json.loads((output / "case.report.json").read_text(encoding="utf-8"))
    assert report["input"]["path"] == str(scan_path)
    assert [one["id"] for one in report["segments"]] == ["sacrum"]
    assert list(report["timings_s"]) == ["read", "load", "surface", "write"]


@pytest.fixture
def on_a_western_console(monkeypatch):
    """Make standard output know the 256 characters of code page 1252; return what gets there.

    To be called by the test itself: pytest sets standard output anew after the fixtures.
    """

    def install():
        console = io.TextIOWrapper(io.BytesIO(), "cp1252", write_through=True)
        monkeypatch.setattr(sys, "stdout", console)
        return console.buffer

    return install


def test_json_survives_a_console_that_knows_few_characters(
    segment, scan_path, output, on_a_western_console
):
    scan = scan_path.rename(scan_path.with_name("Č.nii.gz"))
    printed = on_a_western_console()
    assert segment(scan, "--json", "--formats", "stl", "--bones", "sacrum")[0] == 0
    report = json.loads(printed.getvalue().decode("ascii"))
    assert report == json.loads((output / "Č.report.json").read_text(encoding="utf-8"))
    assert report["files"] == ["Č_sacrum.stl", "Č.report.json"]


def test_the_summary_survives_a_console_that_knows_few_characters(
    segment, scan_path, on_a_western_console
):
    scan = scan_path.rename(scan_path.with_name("Č.nii.gz"))
    printed = on_a_western_console()
    assert segment(scan, "--formats", "stl", "--bones", "sacrum")[0] == 0
    assert "wrote \\u010c_sacrum.stl" in printed.getvalue().decode("cp1252")


def test_a_segmentation_as_input_is_left_as_it_is(segment, tmp_path, a_volume):
    scan = store(a_volume.voxels, tmp_path / "output" / "case.seg.nrrd", a_volume)
    before = scan.read_bytes()
    code, _, complaints = segment(scan, "--bones", "sacrum")
    assert (code, complaints) == (0, "")
    assert scan.read_bytes() == before
    assert "case.seg.seg.nrrd" in names_in(tmp_path / "output")


def test_a_folder_of_dicom_is_read(segment, tmp_path, output):
    voxels = np.full((12, 40, 40), 20, np.int16)
    voxels[3:9, 10:30, 10:30] = 500
    write_series(tmp_path / "T1 COR", voxels)
    code, _, complaints = segment(tmp_path / "T1 COR", "--bones", "sacrum")
    assert (code, complaints) == (0, "")
    assert names_in(output) == {
        "T1 COR.seg.nrrd", "T1 COR.labels.nii.gz", "T1 COR_sacrum.stl", "T1 COR.report.json",
    }  # fmt: skip


def test_no_bone_found_is_a_warning(segment, segmenter, scan_path, output):
    segmenter.missing = ("sacrum",)
    code, printed, complaints = segment(scan_path, "--bones", "sacrum")
    assert code == 0
    assert complaints == "Warning: Sacrum: not found.\n"
    assert "not found" in printed
    assert names_in(output) == {"case.report.json"}


def test_version(run):
    assert run("--version") == (0, f"pelvicboneseg {__version__}\n", "")


def test_help_names_every_option(run):
    code, printed, _ = run("segment", "--help")
    assert code == 0
    for option in ("--bones", "--side", "--output", "--bundle", "--device", "--formats", "--json"):
        assert option in printed


def test_the_command_line_imports_nothing_heavy():
    heavy = ["torch", "numpy", "SimpleITK", "vtkmodules", "pydicom", "slicerio", "tqdm", "rich"]
    program = (
        "import sys\nfrom PelvicBoneSegLib import cli\nsys.argv = ['pelvicboneseg', '--help']\n"
        "try:\n    cli.main()\nexcept SystemExit:\n    pass\n"
        f"print('heavy:', [name for name in {heavy} if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert "segment" in done.stdout
    assert done.stdout.endswith("heavy: []\n")


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_a_terminal_shows_the_stages(monkeypatch, segmenter, scan_path, output, a_bundle):
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    arguments = ["segment", scan_path, "--output", output, "--bundle", a_bundle]
    monkeypatch.setattr(sys, "argv", ["pelvicboneseg", *map(str, arguments)])
    with pytest.raises(SystemExit):
        cli.main()
    shown = terminal.getvalue()
    stages = ["Reading the scan:   0%", "Loading the network:   0%", "Writing files: 100%"]
    places = [shown.index(stage) for stage in stages]
    assert places == sorted(places)
    assert shown.endswith("\r")  # the bar has gone


# --- wrong usage -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--bones", "tibia"), "Unknown bone: tibia. Choose from: femur, hip_bone"),
        (("--bones", ""), "No bone was chosen."),
        (("--bones", "all,femur"), "Unknown bone: all."),
        (("--side", "dorsal"), "Unknown side: dorsal. Choose from: left, right, both."),
        (("--formats", "obj"), "Unknown output format: obj."),
        (("--formats", ""), "Unknown output format: none."),
    ],
)
def test_a_wrong_choice_is_refused_before_the_scan_is_read(segment, tmp_path, options, message):
    code, printed, complaint = segment(tmp_path / "not there.nii.gz", *options)
    assert (code, printed) == (2, "")
    assert_one_line(complaint, message)
    assert names_in(tmp_path) == set()


def test_results_do_not_replace_the_scan_behind_a_link(segment, segmenter, scan_path, output):
    output.mkdir()
    scan = scan_path.rename(output / "case.labels.nii.gz")
    before = scan.read_bytes()
    scan_path.symlink_to(scan)
    code, printed, complaint = segment(scan_path)
    assert (code, printed) == (2, "")
    assert_one_line(complaint, f"The results would replace the scan itself: it is also {scan}")
    assert segmenter.runs == 0
    assert scan.read_bytes() == before
    assert names_in(output) == {"case.labels.nii.gz"}
    assert segment(scan_path, "--formats", "stl")[0] == 0
    assert scan.read_bytes() == before


@pytest.mark.parametrize(
    "arguments",
    [("segment",), ("segment", "scan.nii.gz"), ("segment", "--colour", "x"), ("reticulate",)],
)
def test_a_wrong_command_exits_2(run, arguments):
    code, _, complaint = run(*arguments)
    assert code == 2
    assert "Usage: pelvicboneseg" in complaint
    assert "Traceback" not in complaint


def test_a_device_that_is_not_there_is_refused(segment, scan_path, output, monkeypatch):
    def refuse(bundle, device):
        raise DeviceUnavailableError(device)

    monkeypatch.setattr(cli, "_create_segmenter", refuse)
    code, _, complaint = segment(scan_path, "--device", "cuda")
    assert code == 2
    assert_one_line(complaint, "The device 'cuda' is not available")
    assert not output.exists()


# --- bad input ---------------------------------------------------------------------------------

NOISE = np.random.default_rng(0).integers(0, 900, (12, 30, 40)).astype(np.int16)


def not_there(path):
    return path / "scan.nii.gz"


def not_an_image(path):
    (path / "scan.nii.gz").write_text("Dear colleague, " * 99)
    return path / "scan.nii.gz"


def overlong(path):
    return path / ("n" * 300 + ".nii.gz")


def not_text(path):
    return path / "\udcff.nii.gz"


def truncated(path):
    store(NOISE, path / "scan.nii.gz")
    content = (path / "scan.nii.gz").read_bytes()
    (path / "scan.nii.gz").write_bytes(content[: len(content) // 2])
    return path / "scan.nii.gz"


def truncated_meta_image(path):
    store(NOISE, path / "scan.mha")
    (path / "scan.mha").write_bytes((path / "scan.mha").read_bytes()[:-100])
    return path / "scan.mha"


def empty(path):
    (path / "scan.nrrd").touch()
    return path / "scan.nrrd"


def two_dimensional(path):
    return store(NOISE[0], path / "scan.nii.gz")


def four_dimensional(path):
    return store(np.stack([NOISE, NOISE]), path / "scan.nii.gz")


def coloured(path):
    return store(np.stack([NOISE] * 3, -1).astype(np.uint8), path / "scan.nrrd", is_vector=True)


def not_a_number(path):
    return store(np.where(NOISE == 7, np.nan, NOISE).astype(np.float32), path / "scan.nii.gz")


def infinite(path):
    return store(np.where(NOISE == 7, np.inf, NOISE).astype(np.float32), path / "scan.mha")


def constant(path):
    return store(np.zeros_like(NOISE), path / "scan.nii.gz")


def two_slices(path):
    return store(NOISE[:2], path / "scan.nii.gz")


def absurd_spacing(path):
    image = sitk.GetImageFromArray(NOISE)
    image.SetSpacing((1, 1, 5000))
    sitk.WriteImage(image, str(path / "scan.nii.gz"))
    return path / "scan.nii.gz"


def two_dicom_series(path):
    write_series(path, NOISE)
    write_series(path, NOISE, prefix="other")
    return path


def no_dicom_series(path):
    (path / "notes.txt").write_text("nothing here")
    return path


def damaged_dicom(path):
    slice_path = write_series(path, NOISE)[0]
    slice_path.write_bytes(slice_path.read_bytes().replace(b"-50.0", b"-5x.0"))
    return path


def a_slice_missing(path):
    write_series(path, NOISE, places=[*range(11), 12])
    return path


BAD_INPUTS = {
    not_there: "There is no file or folder",
    not_an_image: "Cannot read",
    overlong: "name too long",
    not_text: "its name is not UTF-8 text",
    truncated: "truncated",
    truncated_meta_image: "truncated",
    empty: "the file is empty",
    two_dimensional: "The image has 2 dimensions",
    four_dimensional: "The image has 4 dimensions",
    coloured: "3 values per voxel",
    not_a_number: "are not a number or infinite",
    infinite: "are not a number or infinite",
    constant: "Every voxel has the same value (0)",
    two_slices: "at least 3 slices",
    absurd_spacing: "spacing 1 × 1 × 5000 mm",
    two_dicom_series: "several DICOM series",
    no_dicom_series: "no DICOM image series",
    damaged_dicom: "its DICOM header is damaged",
    a_slice_missing: "slices may be missing",
}


@pytest.mark.parametrize("make", BAD_INPUTS, ids=lambda make: make.__name__)
def test_bad_input_is_explained_in_one_line(segment, tmp_path, output, segmenter, make):
    (tmp_path / "input").mkdir()
    scan = make(tmp_path / "input")
    before = names_in(tmp_path / "input")
    code, printed, complaint = segment(scan)
    assert (code, printed) == (3, "")
    assert_one_line(complaint, BAD_INPUTS[make])
    assert not output.exists()
    assert names_in(tmp_path / "input") == before
    assert segmenter.runs == 0


# --- bundles -----------------------------------------------------------------------------------


@pytest.fixture
def segment_with_bundle(run, segmenter, scan_path, output):
    return lambda bundle: run("segment", scan_path, "--output", output, "--bundle", bundle)


def test_a_missing_bundle_is_refused(segment_with_bundle, output):
    code, printed, complaint = segment_with_bundle("no-such-bundle")
    assert (code, printed) == (4, "")
    assert_one_line(complaint, "There is no complete model bundle no-such-bundle")
    assert not output.exists()


def test_an_altered_bundle_is_refused(segment_with_bundle, output, tmp_path):
    weights = write_small_bundle(tmp_path / "altered") / "weights.safetensors"
    content = bytearray(weights.read_bytes())
    content[-1] ^= 1
    weights.write_bytes(content)
    code, printed, complaint = segment_with_bundle(tmp_path / "altered")
    assert (code, printed) == (4, "")
    assert_one_line(complaint, "were changed or damaged: SHA-256 should be")
    assert not output.exists()


def test_a_message_of_several_lines_is_put_into_one(segment, scan_path, monkeypatch):
    def refuse(bundle, device):
        raise BundleInvalidError("small", "size mismatch\n\tfor encoder\n")

    monkeypatch.setattr(cli, "_create_segmenter", refuse)
    code, _, complaint = segment(scan_path)
    assert code == 4
    assert_one_line(complaint, "size mismatch for encoder")


# --- output ------------------------------------------------------------------------------------


def test_a_file_in_the_place_of_the_folder_is_refused(segment, scan_path, output, segmenter):
    output.write_text("not a folder")
    code, printed, complaint = segment(scan_path)
    assert (code, printed) == (2, "")
    assert_one_line(complaint, f"Cannot write to {output}")
    assert output.read_text() == "not a folder"
    assert segmenter.runs == 0


@pytest.mark.parametrize("name", ["n" * 300, "\udcff"], ids=["overlong", "not_text"])
def test_a_folder_name_that_cannot_be_is_refused(run, segmenter, scan_path, tmp_path, name):
    code, printed, complaint = run("segment", scan_path, "--output", tmp_path / name / "results")
    assert (code, printed) == (2, "")
    assert_one_line(complaint, "Cannot write to")
    assert segmenter.runs == 0


def test_a_full_disk_leaves_nothing(segment, scan_path, output, monkeypatch):
    def half(path, *arguments):
        path.write_bytes(b"half")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(writer, "write_nifti", half)
    code, printed, complaint = segment(scan_path)
    assert (code, printed) == (2, "")
    assert_one_line(complaint, "No space left on device")
    assert not output.exists()


# --- cancel ------------------------------------------------------------------------------------


class Interrupting(ThresholdSegmenter):
    """Ctrl-C is pressed while it runs, a number of times."""

    def __init__(self, presses):
        super().__init__()
        self.presses = presses
        self.batches = 0

    def segment(self, volume, bones, side="both", progress=None, cancel=None):
        def press_and_report(fraction, stage):
            self.batches += 1
            for _ in range(self.presses):
                signal.raise_signal(signal.SIGINT)
            progress(fraction, stage)

        return super().segment(volume, bones, side, press_and_report, cancel)


@pytest.mark.parametrize("presses", [1, 2])
def test_ctrl_c_ends_the_run_and_leaves_nothing(segment, scan_path, output, monkeypatch, presses):
    segmenter = Interrupting(presses)
    monkeypatch.setattr(cli, "_create_segmenter", lambda bundle, device: segmenter)
    before = signal.getsignal(signal.SIGINT)
    code, printed, complaint = segment(scan_path)
    assert (code, printed) == (130, "")
    assert_one_line(complaint, "Cancelled. Nothing was changed.")
    assert not output.exists()
    assert segmenter.batches == 1
    assert signal.getsignal(signal.SIGINT) is before


def test_ctrl_c_while_reading_ends_the_run(segment, scan_path, output, monkeypatch):
    def interrupted(bundle, device):
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "_create_segmenter", interrupted)
    code, _, complaint = segment(scan_path)
    assert code == 130
    assert_one_line(complaint, "Cancelled.")
    assert not output.exists()


def test_what_nobody_foresaw_is_not_hidden(segment, scan_path, output, monkeypatch):
    def broken(bundle, device):
        raise ZeroDivisionError("a fault of ours")

    monkeypatch.setattr(cli, "_create_segmenter", broken)
    with pytest.raises(ZeroDivisionError, match="a fault of ours"):
        segment(scan_path)
    assert not output.exists()


# --- training ----------------------------------------------------------------------------------


def test_training_is_handed_the_configuration(run, monkeypatch, tmp_path):
    from PelvicBoneSegLab.training import train as lab

    handed = []
    monkeypatch.setattr(lab, "train", lambda *given: handed.append(given))
    assert run("train", tmp_path / "my.yaml")[0] == 0
    assert run("train", tmp_path / "my.yaml", "--fold", "2/5")[0] == 0
    assert handed == [(tmp_path / "my.yaml", None), (tmp_path / "my.yaml", "2/5")]


def test_training_without_a_configuration_is_refused(run, tmp_path):
    code, _, complaint = run("train", tmp_path / "my.yaml")
    assert code == 2
    assert_one_line(complaint, "my.yaml")


def test_training_without_the_extra_says_how_to_install_it(run, monkeypatch, tmp_path):
    class NoLab(MetaPathFinder):
        def find_spec(self, name, path=None, target=None):
            if name.split(".")[0] == "PelvicBoneSegLab":
                raise ModuleNotFoundError(f"No module named {name!r}", name=name)
            return None

    for name in [name for name in sys.modules if name.split(".")[0] == "PelvicBoneSegLab"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(sys, "meta_path", [NoLab(), *sys.meta_path])
    code, _, complaint = run("train", tmp_path / "my.yaml")
    assert code == 2
    assert_one_line(complaint, 'pip install "pelvicboneseg[lab]"')


def assert_one_line(complaint, message):
    assert complaint.startswith("Error: ")
    assert complaint.endswith(".\n") or complaint.endswith('"\n')
    assert complaint.count("\n") == 1
    assert message in complaint
