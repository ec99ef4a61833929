"""Whether a bundle was trained for such a scan: said before anything is computed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Any

from ..errors import DependencyMissingError, PelvicBoneSegError, UnknownBoneError
from ..message import Message, joined, templates
from .bundle import planes_of_patients
from .facts import ScanFacts
from .orientation import AnatomicalAxes

_ = templates(__name__)

FAR = 1.5
"""Spacings further from training than this factor are said. Training itself scales slices by 0.8
to 1.25 (Lab/configs/base.yaml)."""

PELVIS_MM = (250.0, 140.0, 185.0)
"""Width, depth and height that show a whole pelvis. Hip bones with sacrum are at least 258×149×192
in the four patients of whom label maps of the whole pelvis, made on CT, were at hand."""

LARGE_MM = 600.0
"""Longer scans show far more than a pelvis; those of the training data are 350 mm long."""

_EXTENTS = (
    _("{mm:.0f} mm from right to left"),
    _("{mm:.0f} mm from front to back"),
    _("{mm:.0f} mm from head to foot"),
)

DEFAULT_MODALITY = "MR"
"""Of bundles that do not tell: all that were made before they could are for MR."""


class Level(Enum):
    """How a scan suits; the worst of its reasons."""

    GREEN = "green"
    AMBER = "amber"
    REFUSED = "refused"


@dataclass(frozen=True)
class Reason:
    """One thing to know about a run. Green ones are mere notes."""

    level: Level
    text: str


@dataclass(frozen=True, eq=False)
class Verdict:
    """What can be expected of a bundle on a scan.

    Attributes
    ----------
    facts
        The scan.
    reasons
        Worst first; each says what to do.
    """

    facts: ScanFacts
    reasons: tuple[Reason, ...]

    @property
    def level(self) -> Level:
        """The worst of the reasons; green where there is none."""
        return self.reasons[0].level if self.reasons else Level.GREEN

    @property
    def refusal(self) -> str:
        """Why it cannot be run; empty where it can."""
        return joined([one.text for one in self.reasons if one.level is Level.REFUSED], " ")


def judge(
    facts: ScanFacts,
    description: dict[str, Any] | PelvicBoneSegError,
    bones: Iterable[str] = (),
) -> Verdict:
    """Say whether a bundle suits a scan.

    Parameters
    ----------
    facts
        The scan.
    description
        The content of `bundle.json`, or the error that it could not be read for.
    bones
        What is wanted, out of `anatomy.BONES`.

    Returns
    -------
    Refused where a run would raise an error, amber where its result is not to be trusted.
    """
    reasons = [Reason(Level.REFUSED, fault.message) for fault in facts.faults]
    if isinstance(description, PelvicBoneSegError):
        # Missing packages are installed by the run itself.
        is_late = isinstance(description, DependencyMissingError)
        reasons.append(Reason(Level.AMBER if is_late else Level.REFUSED, description.message))
    else:
        reasons += _about_bones(description, bones)
        reasons += _about_contrast(facts, description)
        if facts.axes is not None and facts.shape is not None:
            reasons += _about_slices(facts.axes, description)
            reasons += _about_field_of_view(facts)
    order = list(Level)[::-1]
    return Verdict(facts, tuple(sorted(reasons, key=lambda one: order.index(one.level))))


def planes_used(axes: AnatomicalAxes, planes: Iterable[str]) -> tuple[str, ...]:
    """Return the planes in which a scan is sliced: its own, or the bundle's if it is isotropic."""
    own = axes.acquisition_plane
    return (own,) if own else tuple(planes)


def _about_bones(description: dict[str, Any], bones: Iterable[str]) -> Iterator[Reason]:
    known = description["classes"][1:]
    unknown = [bone for bone in bones if bone not in known]
    if unknown:
        yield Reason(Level.REFUSED, UnknownBoneError(", ".join(unknown), known).message)


def _about_contrast(facts: ScanFacts, description: dict[str, Any]) -> Iterator[Reason]:
    trained_on = description.get("trained_on", {})
    modality = trained_on.get("modality", DEFAULT_MODALITY)
    weightings = trained_on.get("weightings", ())
    if facts.modality and facts.modality != modality:
        yield _amber(
            Message(
                _(
                    "The scan is {found}, but the model was trained on {modality}: expect no "
                    "usable result. Choose {wanted} scan."
                ),
                found=facts.modality,
                modality=modality,
                wanted=_a(modality),
            )
        )
    elif not facts.modality and facts.looks_like_ct and modality != "CT":
        yield _amber(
            Message(
                _(
                    "The values look like CT (Hounsfield units), but the model was trained on "
                    "{modality}: expect no usable result. Choose {wanted} scan."
                ),
                modality=modality,
                wanted=_a(modality),
            )
        )
    if facts.weighting and weightings and facts.weighting not in weightings:
        wanted = " or ".join(weightings)
        yield _amber(
            Message(
                _(
                    "The series is {found}-weighted, but the model was trained on {wanted}: "
                    "expect errors. Prefer a {wanted}-weighted series of the patient, or check "
                    "every slice."
                ),
                found=facts.weighting,
                wanted=wanted,
            )
        )


def _about_slices(axes: AnatomicalAxes, description: dict[str, Any]) -> Iterator[Reason]:
    used = planes_used(axes, description["planes"])
    of_patients = planes_of_patients(description)
    trained = " or ".join(of_patients)
    if axes.acquisition_plane is None:
        yield Reason(
            Level.GREEN,
            Message(
                _("The scan is nearly isotropic, so it is cut into {planes} slices."),
                planes=", ".join(used),
            ),
        )
    elif used[0] not in of_patients:
        yield _amber(
            Message(
                _(
                    "The scan is {plane}, but the model was trained on {trained} scans: expect "
                    "errors. Prefer a {trained} scan of the patient, or check every slice."
                ),
                plane=used[0],
                trained=trained,
            )
        )
    spacings = [axes.stack_spacing(plane) for plane in used]
    yield from _about_thickness({apart for apart, *pixel in spacings}, description)
    pixel = max(max(rows, columns) for apart, rows, columns in spacings)
    coarsest = max(_trained_range(description, "pixel_mm") or (description["spacing_mm"],))
    if pixel > FAR * coarsest:
        yield _amber(
            Message(
                _(
                    "The pixels are {pixel:.2g} mm, coarser than the {coarsest:.2g} mm of "
                    "training: expect blunt edges. Prefer a finer scan of the patient."
                ),
                pixel=pixel,
                coarsest=coarsest,
            )
        )


def _about_thickness(thicknesses: set[float], description: dict[str, Any]) -> Iterator[Reason]:
    neighbours = [abs(mm) for mm in description["channel_offsets_mm"] if mm]
    trained = _trained_range(description, "slice_mm")
    if trained is None and neighbours:
        trained = min(neighbours), min(neighbours)
    if trained is None:
        return
    low, high = trained
    text = f"{low:.2g}" if low == high else f"{low:.2g} to {high:.2g}"
    for thickness in sorted(thicknesses):
        if not low / FAR <= thickness <= high * FAR:
            yield _amber(
                Message(
                    _(
                        "The slices lie {thickness:.2g} mm apart, but the model was trained on "
                        "{text} mm: expect errors. Check the result slice by slice."
                    ),
                    thickness=thickness,
                    text=text,
                )
            )


def _about_field_of_view(facts: ScanFacts) -> Iterator[Reason]:
    extent = facts.field_of_view_mm
    assert extent is not None  # asked only of scans with a geometry
    short = [
        Message(text, mm=mm)
        for mm, needed, text in zip(extent, PELVIS_MM, _EXTENTS, strict=True)
        if mm < needed
    ]
    if short:
        yield _amber(
            Message(
                _(
                    "The scan covers only {extents}, less than a pelvis: bones are cut off, and "
                    "models are trained on whole ones. Do not take volumes or lengths of cut "
                    "bones."
                ),
                extents=joined(short),
            )
        )
    if max(extent) > LARGE_MM:
        yield _amber(
            Message(
                _(
                    "The scan is {extent:.0f} mm long, much more than a pelvis: other parts of the "
                    "body may be taken for bones of it. Crop it first (in Slicer: Crop Volume)."
                ),
                extent=max(extent),
            )
        )


def _trained_range(description: dict[str, Any], name: str) -> tuple[float, float] | None:
    found = description.get("trained_on", {}).get(name)
    return (float(found[0]), float(found[1])) if found else None


def _amber(text: str) -> Reason:
    return Reason(Level.AMBER, text)


def _a(modality: str) -> str:
    return f"{'an' if modality[0] in 'AEFHILMNORSX' else 'a'} {modality}"
