"""The command `pelvicboneseg`. Heavy imports wait until they are needed, so that help is quick."""

from __future__ import annotations

import io
import json
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from types import FrameType
from typing import TYPE_CHECKING, Any, NoReturn

import typer

from . import __version__
from .anatomy import BONES, BOTH, SIDES, segments_for
from .cli_bundles import bundles_app
from .errors import (
    EXIT_USAGE,
    AddressInUseError,
    Cancelled,
    DependencyMissingError,
    PelvicBoneSegError,
)

if TYPE_CHECKING:
    from .segmentation.bundle import Bundle
    from .segmentation.segmenter import Segmenter

ALL_BONES = "all"
PRODUCT_SCHEME = "pelvicboneseg"
LIBRARY = Path.home() / "PelvicBoneSeg"
SCHEME_HELP = (
    "What label values mean: pelvicboneseg, pelvic_mr_t1, totalsegmentator_mr, or a JSON file."
)

app = typer.Typer(
    help="From a pelvic MR to editable 3D bones. For research, not for diagnosis.",
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def main() -> None:
    """Run the command line; the entry point of the distribution."""
    # A console or pipe may know fewer characters than file names have.
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    app(prog_name="pelvicboneseg")


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"pelvicboneseg {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: bool = typer.Option(
        False, "--version", callback=_print_version, is_eager=True, help="Print the version."
    ),
) -> None:
    pass


@app.command()
def segment(
    scan: Path = typer.Argument(
        metavar="INPUT", help="A NIfTI, NRRD or MHA file, or a folder with one DICOM series."
    ),
    bones: str = typer.Option(
        ALL_BONES, metavar="BONES", help=f"'{ALL_BONES}', or out of {','.join(BONES)}."
    ),
    side: str = typer.Option(BOTH, metavar="SIDE", help=f"The patient's side: {'|'.join(SIDES)}."),
    output: Path = typer.Option(metavar="DIR", help="Folder for the results; made if need be."),
    bundle: str = typer.Option(
        "default", metavar="NAME|DIR", help="Model bundle: an installed one, or its folder."
    ),
    device: str = typer.Option(
        "auto", metavar="DEVICE", help="Where to compute: auto|cpu|cuda|mps."
    ),
    formats: str = typer.Option(
        "seg.nrrd,labels.nii.gz,stl", metavar="FORMATS", help="What to write, besides the report."
    ),
    as_json: bool = typer.Option(False, "--json", help="Print the report as JSON."),
) -> None:
    """Segment bones in a scan.

    Exit codes: 0 done, also with warnings; 2 wrong usage; 3 the scan cannot be read or used; 4 the
    bundle is refused; 130 cancelled. Files appear whole or not at all.
    """
    with _errors_in_one_line():
        report = _segment(scan, bones, side, output, bundle, device, formats)
    for warning in report["warnings"]:
        typer.echo(f"Warning: {warning}", err=True)
    typer.echo(json.dumps(report, indent=2) if as_json else _summary(report))


@app.command()
def train(
    config: Path = typer.Argument(metavar="CONFIG", help="A training configuration (YAML)."),
    fold: str | None = typer.Option(
        None, metavar="K/N", help="Cross-validate: hold out the K-th of N parts of the patients."
    ),
) -> None:
    """Train a model bundle. Needs the extra `lab`.

    A training that was interrupted goes on from its last whole epoch.
    """
    with _errors_in_one_line():
        with _lab():
            from PelvicBoneSegLab.training.train import train as run_training
        run_training(config, fold)


@app.command()
def serve(
    host: str = typer.Option(
        "127.0.0.1", metavar="ADDRESS", help="Where to listen; others reach only what is not 127.*."
    ),
    port: int = typer.Option(0, metavar="PORT", min=0, max=65535, help="0 is any free one."),
    data: Path = typer.Option(
        LIBRARY, metavar="DIR", help="Folder of the library; made if need be."
    ),
    token: list[str] = typer.Option(
        [],
        envvar="PELVICBONESEG_TOKEN",
        metavar="TOKEN|OWNER=TOKEN",
        help="What the address has to bring; several for several.",
    ),
    device: str = typer.Option(
        "auto", metavar="DEVICE", help="Where to compute: auto|cpu|cuda|mps."
    ),
    sample: bool = typer.Option(False, "--sample", help="Print the address of the sample scan."),
) -> None:
    """Open a browser's way to the library, the viewer and the models. Needs the extra `web`.

    Prints the address, with a token without which nobody is let in. Ctrl+C ends it.
    """
    with _errors_in_one_line():
        with _extra("web"):
            from PelvicBoneSegWeb.app.command import serve as run_server
            from PelvicBoneSegWeb.app.routes import SAMPLE_PATH
            from PelvicBoneSegWeb.library.security.access import read_tokens
            from PelvicBoneSegWeb.library.web.services import Settings
        settings = Settings(data, read_tokens(token), device=device)
        try:
            run_server(settings, host, port, typer.echo, SAMPLE_PATH if sample else "/")
        except OSError as error:
            raise AddressInUseError(host, port, error.strerror or str(error)) from error


@app.command()
def check_data(
    config: Path = typer.Argument(metavar="CONFIG", help="A training configuration (YAML)."),
) -> None:
    """Look at the data of a training configuration. Needs the extra `lab`.

    Names every fault of every file, and what looks wrong though it could be trained on. Exit code 2
    where there are faults.
    """
    with _errors_in_one_line():
        with _lab():
            from PelvicBoneSegLab.data.check import check_data as check
            from PelvicBoneSegLab.training.config import TrainingConfig
        found = check(TrainingConfig.load(config))
    for line in found.faults:
        typer.echo(f"Error: {line}", err=True)
    for line in found.suspicions:
        typer.echo(f"Warning: {line}", err=True)
    typer.echo(
        f"{found.cases} cases, {len(found.faults)} faults, {len(found.suspicions)} suspicions"
    )
    if found.faults:
        raise typer.Exit(EXIT_USAGE)


@app.command()
def evaluate(
    predictions: Path = typer.Argument(
        metavar="PREDICTIONS", help="A folder of label maps or .seg.nrrd files, or one of them."
    ),
    truth: Path = typer.Argument(metavar="TRUTH", help="The same of the truth, by equal names."),
    output: Path = typer.Option(metavar="DIR", help="Folder for the results; made if need be."),
    scheme: str = typer.Option(PRODUCT_SCHEME, metavar="NAME|FILE", help=SCHEME_HELP),
    truth_scheme: str = typer.Option(
        PRODUCT_SCHEME, metavar="NAME|FILE", help="The same for the truth."
    ),
    image_dir: Path | None = typer.Option(
        None, metavar="DIR", help="Scans of the same names, to be drawn below the outlines."
    ),
    resample: bool = typer.Option(
        False, "--resample", help="Bring predictions on another grid to the truth's."
    ),
    score: str | None = typer.Option(
        None, metavar="PURPOSE", help="Add SCORE for detection|measurement."
    ),
    grades: Path | None = typer.Option(
        None, metavar="CSV", help="The readers' part of SCORE, a completed score_readers.csv."
    ),
) -> None:
    """Measure how good masks are. Needs the extra `lab`.

    Writes metrics.csv, slices.csv, report.json and report.html, all of them or none.
    """
    with _errors_in_one_line():
        with _lab():
            from PelvicBoneSegLab.evaluation.report import Request, write_evaluation
        request = Request(
            predictions, truth, scheme, truth_scheme, image_dir, resample, score, grades
        )
        with _progress_bar() as report_progress:
            data = write_evaluation(request, output, report_progress)
    _print_evaluation(data)


@app.command()
def compare(
    a: Path = typer.Argument(metavar="A", help="Masks of the first tool: a folder, or a file."),
    b: Path = typer.Argument(metavar="B", help="Masks of the second tool, by equal names."),
    truth: Path = typer.Argument(metavar="TRUTH", help="The truth, by equal names."),
    output: Path = typer.Option(metavar="DIR", help="Folder for the results; made if need be."),
    scheme_a: str = typer.Option(PRODUCT_SCHEME, metavar="NAME|FILE", help=SCHEME_HELP),
    scheme_b: str = typer.Option(PRODUCT_SCHEME, metavar="NAME|FILE", help="The same for B."),
    truth_scheme: str = typer.Option(
        PRODUCT_SCHEME, metavar="NAME|FILE", help="The same for the truth."
    ),
    name_a: str = typer.Option("A", metavar="NAME", help="What the report calls A."),
    name_b: str = typer.Option("B", metavar="NAME", help="What the report calls B."),
    resample: bool = typer.Option(
        False, "--resample", help="Bring masks on another grid to the truth's."
    ),
) -> None:
    """Compare two tools on the same cases. Needs the extra `lab`.

    Writes metrics.csv, slices.csv, report.json and report.html, all of them or none.
    """
    with _errors_in_one_line():
        with _lab():
            from PelvicBoneSegLab.evaluation.compare import Comparison, write_comparison
        request = Comparison(
            a, b, truth, scheme_a, scheme_b, truth_scheme, (name_a, name_b), resample
        )
        with _progress_bar() as report_progress:
            data = write_comparison(request, output, report_progress)
    _print_evaluation(data)


@contextmanager
def _lab() -> Iterator[None]:
    """Say how to install what the lab needs, where an import of it fails."""
    with _extra("lab"):
        yield


@contextmanager
def _extra(name: str) -> Iterator[None]:
    """Say how to install an extra, where an import of what it brings fails."""
    try:
        yield
    except ModuleNotFoundError as error:
        raise DependencyMissingError(
            error.name or name, f'pip install "pelvicboneseg[{name}]"'
        ) from error


def _print_evaluation(data: dict[str, Any]) -> None:
    for warning in data["warnings"]:
        typer.echo(f"Warning: {warning}", err=True)
    for line in data["lines"]:
        typer.echo(line)
    for name in data["files"]:
        typer.echo(f"wrote {name}")


def _segment(
    scan: Path, bones: str, side: str, output: Path, bundle_name: str, device: str, formats: str
) -> dict[str, Any]:
    """Check what costs nothing, then read, segment and write; return the report."""
    from .segmentation.bundle import Bundle
    from .segmentation.output_folder import check_writable
    from .segmentation.reader import read_volume, stem_of
    from .segmentation.writer import check_formats, check_input_is_kept, write_outputs

    wants_all = bones.strip() == ALL_BONES
    segments_for(BONES if wants_all else _split(bones), side)
    chosen_formats = check_formats(_split(formats))
    check_writable(output)
    stem = stem_of(scan)
    check_input_is_kept(scan, output, stem, chosen_formats)
    bundle = Bundle.load(bundle_name)
    chosen_bones = bundle.bones if wants_all else _split(bones)
    with _progress_bar() as report_progress:
        report_progress(0.0, "Reading the scan")
        start = time.perf_counter()
        volume = read_volume(scan)
        after_reading = time.perf_counter()
        report_progress(0.0, "Loading the network")
        segmenter = _create_segmenter(bundle, device)
        timings = {"read": after_reading - start, "load": time.perf_counter() - after_reading}
        with _cancelled_by_ctrl_c() as cancelled:
            result = segmenter.segment(
                volume, chosen_bones, side, report_progress, cancelled.is_set
            )
            if cancelled.is_set():
                raise Cancelled
            report_progress(1.0, "Writing files")
            return write_outputs(
                output, stem, result, volume, bundle, str(scan), chosen_formats, timings
            )


def _create_segmenter(bundle: Bundle, device: str) -> Segmenter:
    from .segmentation.segmenter import Segmenter

    return Segmenter(bundle, device)


def _split(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())


@contextmanager
def _errors_in_one_line() -> Iterator[None]:
    """Say what went wrong and leave with its exit code. What nobody foresaw goes on as it is."""
    try:
        yield
    except KeyboardInterrupt:
        _leave(Cancelled())
    except PelvicBoneSegError as error:
        _leave(error)


def _leave(error: PelvicBoneSegError) -> NoReturn:
    typer.echo(f"Error: {' '.join(str(error).split())}", err=True)
    raise typer.Exit(error.exit_code)


@contextmanager
def _cancelled_by_ctrl_c() -> Iterator[Event]:
    """Let the first Ctrl-C end the run between two batches; the second one interrupts at once."""
    cancelled = Event()

    def ask(number: int, frame: FrameType | None) -> None:
        cancelled.set()
        signal.signal(signal.SIGINT, signal.default_int_handler)

    before = signal.signal(signal.SIGINT, ask)
    try:
        yield cancelled
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def _progress_bar() -> Iterator[Any]:
    """Show a bar with the stage on a terminal's standard error; nothing where there is none."""
    from tqdm import tqdm

    with tqdm(
        total=100, file=sys.stderr, disable=None, leave=False, bar_format="{l_bar}{bar}| {elapsed}"
    ) as bar:

        def report(fraction: float, stage: str) -> None:
            bar.update(100 * fraction - bar.n)
            bar.set_description(stage)

        yield report


app.add_typer(bundles_app(_errors_in_one_line), name="bundles")


def _summary(report: dict[str, Any]) -> str:
    lines = []
    for one in report["segments"]:
        found = f"{one['ml']:8.1f} ml" if one["voxels"] else "  not found"
        sure = f", confidence {one['confidence']:.2f}" if one["confidence"] is not None else ""
        border = ", cut off by the edge of the scan" if one["touches_border"] else ""
        lines.append(f"{one['name']:<16}{found}{sure}{border}")
    return "\n".join([*lines, *(f"wrote {name}" for name in report["files"])])


if __name__ == "__main__":
    main()
