"""What can be wrong with label maps that are to be compared."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from ..errors import InputError, PelvicBoneSegError
from ..message import Message, templates

_ = templates(__name__)


class LabelSchemeError(PelvicBoneSegError):
    """A table of labels that does not exist or cannot be used."""

    def __init__(self, name: Path | str, reason: str, known: Iterable[str]) -> None:
        super().__init__(
            _(
                "Cannot use '{name}' as a label scheme: {reason}. Give one of {known}, or a JSON "
                "or YAML file such as {example}."
            ),
            name=name,
            reason=reason,
            example='{"1": "left femur", "2": "right femur", "5": "sacrum"}',
            known=", ".join(known),
        )


class NotLabelsError(InputError):
    """An image that is no label map."""

    def __init__(self, path: Path | str, reason: str) -> None:
        super().__init__(
            _(
                "Cannot use {path} as labels: {reason}. Choose a label map of whole numbers, a "
                ".seg.nrrd, or a folder with a mask a bone."
            ),
            path=path,
            reason=reason,
        )


class UnknownLabelsError(InputError):
    """Labels of which none is a bone that we know."""

    def __init__(self, path: Path | str, found: Iterable[str], scheme: str) -> None:
        super().__init__(
            _(
                "None of the labels in {path} is a bone by the label scheme '{scheme}': "
                "{found}. Choose another scheme, or write one as a JSON file."
            ),
            path=path,
            scheme=scheme,
            found=", ".join(found),
        )


class GeometryMismatchError(InputError):
    """Two label maps that do not have the same voxels.

    Attributes
    ----------
    what
        How they differ.
    """

    def __init__(self, what: str, case: str = "") -> None:
        self.what = what
        of_case = Message(_(" of {case}"), case=case) if case else ""
        super().__init__(
            _(
                "Prediction and truth{of_case} are on different grids: {what}. Check that both "
                "belong to the same scan; if they do, ask for resampling (--resample)."
            ),
            of_case=of_case,
            what=what,
        )


class UnmatchedCasesError(InputError):
    """Predictions whose truth is not clear."""

    def __init__(self, problem: str) -> None:
        super().__init__(
            _(
                "{problem} A prediction and its truth have the same file name, but for endings "
                "such as .seg.nrrd, .labels.nii.gz or _seg."
            ),
            problem=problem,
        )
