"""What an MR series is weighted by, as far as its header tells."""

from __future__ import annotations

import re

WEIGHTINGS = ("T1", "T2", "PD", "STIR", "diffusion")

_IN_NAME = {
    "T1": r"t1(?!\d)",
    "T2": r"t2(?!\d)",
    "PD": r"pd(?:w|fs)?(?![a-z])",
    "STIR": r"(?:stir|tirm)",
    "diffusion": r"(?:dwi|adc|diff|ep2d_diff|trace)",
}

# Textbook ranges of spin echo in ms; between them nothing is said.
_SHORT_TR, _LONG_TR = 1000.0, 2000.0
_SHORT_TE, _LONG_TE = 30.0, 60.0


def weighting(
    series: str | None, sequence: str | None, tr_ms: float | None, te_ms: float | None
) -> str | None:
    r"""Return one of `WEIGHTINGS`, or None where it is unknown or contradictory.

    Parameters
    ----------
    series
        The series' name (DICOM 0008,103E). What a person wrote counts first.
    sequence
        Scanning Sequence (0018,0020), such as ``"SE"`` or ``"SE\\IR"``.
    tr_ms, te_ms
        Repetition Time (0018,0080) and Echo Time (0018,0081).
    """
    text = (series or "").lower()
    named = [name for name, word in _IN_NAME.items() if re.search(rf"(?<![a-z0-9]){word}", text)]
    if named:
        return named[0] if len(named) == 1 else None
    techniques = re.split(r"[\\/, ]+", (sequence or "").upper())
    if "SE" not in techniques or "IR" in techniques or not tr_ms or not te_ms:
        return None
    if tr_ms <= _SHORT_TR and te_ms <= _SHORT_TE:
        return "T1"
    if tr_ms >= _LONG_TR:
        return "T2" if te_ms >= _LONG_TE else "PD" if te_ms <= _SHORT_TE else None
    return None
