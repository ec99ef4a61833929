"""The figures as Markdown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PelvicBoneSegLib.anatomy import FEMUR, HIP_BONE, LEFT, RIGHT

from ..evaluation.html_page import NOTHING, number
from ..evaluation.page_block import markdown_table
from . import explanations
from .agreement import Outcome
from .pairs import COMPARED_BONES, is_shown
from .summary import of_pairs

COMMAND = "python -m PelvicBoneSegLab.carry_over {bundles} --benchmarks"

HIP_BONES_PICTURE = "images/carry_over_hip_bones.png"

Reports = Mapping[str, Mapping[str, Any]]
"""By the name of the bundle, as in `result.Result`."""


def sheet_picture(name: str) -> str:
    """Return the path of a bundle's sheet from the folder of the page."""
    return f"images/carry_over_{name}.png"


def block(reports: Reports) -> str:
    """Return the content of the block."""
    command = COMMAND.format(bundles=" ".join(f"--bundle {name}" for name in reports))
    weights = "; ".join(
        f"`{name}` {one['bundle']['version']} (weights `{one['bundle']['sha256'][:12]}`)"
        for name, one in reports.items()
    )
    return "\n\n".join(
        [
            f"Written by `{command}` for {weights}.",
            explanations.HOW,
            explanations.LIMITS,
            _summary(reports),
            explanations.MEANING,
            "\n".join(_reached(name, one["men"]) for name, one in reports.items()),
            "### Completeness of the hip bone",
            explanations.PUBIS,
            _pubis(reports),
            f"![Hip bones from the front and from below]({HIP_BONES_PICTURE})",
            *(part for name, report in reports.items() for part in _bundle(name, report["men"])),
        ]
    )


def comparison(rows: Mapping[str, Mapping[str, float | None]]) -> str:
    """Lay several bundles out side by side.

    Parameters
    ----------
    rows
        What `summary.summarise` returns, by bundle.
    """
    names = next(iter(rows.values()))
    body = [[name, *(number(row[name]) for row in rows.values())] for name in names]
    return "\n".join(markdown_table(["", *rows], body))


def _summary(reports: Reports) -> str:
    first = next(iter(reports.values()))
    columns = {f"`{name}`": one["summary"] for name, one in reports.items()}
    for name in ("goal", "ceiling"):
        columns[name] = dict.fromkeys(first["summary"]) | of_pairs(first, name)
    return comparison(columns)


def _reached(name: str, men: Mapping[str, Any]) -> str:
    pairs = [pair for man in men.values() for pair in man["pairs"] if pair["goal"] is not None]
    counts = []
    for bone in COMPARED_BONES:
        reached = [_is_reached(pair) for pair in pairs if pair["bone"] == bone]
        counts.append(f"{bone.replace('_', ' ')} in {sum(reached)} of {len(reached)} pairs")
    return f"- `{name}` reaches its goal for the {' and for the '.join(counts)} that have one."


def _bundle(name: str, men: Mapping[str, Any]) -> list[str]:
    pairs = ["man", "scans", "shared field, ml", "femur", "hip bone"]
    motions = ["man", "scans", "moved to the left, back and up, mm", "femur", "hip bone"]
    heads = [f"{side} head: in field, femur (other), radius ± residual" for side in (LEFT, RIGHT)]
    scans = ["man", "scan", *heads, "femur left/right", "hip bone left/right"]
    return [
        f"### Scan by scan: `{name}`",
        explanations.PAIRS,
        "\n".join(markdown_table(pairs, _pair_rows(men))),
        explanations.MOTION,
        "\n".join(markdown_table(motions, _motion_rows(men))),
        explanations.SHEET,
        f"![Outlines of both masks in every pair of scans, {name}]({sheet_picture(name)})",
        explanations.HEADS,
        "\n".join(markdown_table(scans, _scan_rows(men))),
    ]


def _pair_rows(men: Mapping[str, Any]) -> list[list[str]]:
    rows: dict[tuple[str, str, str], dict[str, Any]] = {}
    for man, found in men.items():
        for pair in found["pairs"]:
            if is_shown(pair["first"], pair["second"]):
                rows.setdefault((man, pair["first"], pair["second"]), {})[pair["bone"]] = pair
    return [
        [
            man,
            f"{first} – {second}",
            number(pairs[FEMUR]["shared_ml"], 0),
            *(_agreement(pairs[bone]) for bone in (FEMUR, HIP_BONE)),
        ]
        for (man, first, second), pairs in rows.items()
    ]


def _motion_rows(men: Mapping[str, Any]) -> list[list[str]]:
    return [
        [
            man,
            f"{motion['first']} – {motion['second']}",
            f"{', '.join(number(mm, 1) for mm in motion['mm'])}"
            f" (± {number(motion['uncertain_mm'], 1)})",
            *(_in_place(motion, bone) for bone in (FEMUR, HIP_BONE)),
        ]
        for man, found in men.items()
        for motion in found["motions"]
    ]


def _in_place(motion: Mapping[str, Any], bone: str) -> str:
    dice = motion["in_place"][bone]
    if dice is None:
        return "not in the field"
    return f"{number(dice)} ({number(motion['ceilings'][bone])})"


def _agreement(pair: Mapping[str, Any]) -> str:
    if pair["outcome"] == Outcome.NOT_THERE.value:
        return "not in the field"
    found = f"{number(pair['first_ml'], 1)} / {number(pair['second_ml'], 1)} ml"
    if pair["ceiling"] is not None:
        found += f"; {number(pair['ceiling'], 2)}"
    if pair["outcome"] != Outcome.COMPARED.value:
        return f"{pair['outcome']} ({found})"
    dice = number(pair["dice"])
    return f"{f'**{dice}**' if _is_reached(pair) else dice} ({found})"


def _is_reached(pair: Mapping[str, Any]) -> bool:
    return pair["goal"] is not None and pair["score"] >= pair["goal"]


def _scan_rows(men: Mapping[str, Any]) -> list[list[str]]:
    return [
        [
            man,
            name,
            *(_head(scan["heads"][side]) for side in (LEFT, RIGHT)),
            *(number(scan["symmetry"][bone]["ratio"], 2) for bone in (FEMUR, HIP_BONE)),
        ]
        for man, found in men.items()
        for name, scan in found["scans"].items()
    ]


def _head(head: Mapping[str, Any]) -> str:
    field = number(head["in_field"], 2)
    if not head["counted"]:
        return f"{field}: not counted"
    sphere = "no surface"
    if head["radius_mm"] is not None:
        sphere = f"{number(head['radius_mm'], 1)} ± {number(head['residual_mm'], 1)} mm"
        sphere += "" if head["plausible"] else " (implausible)"
    return f"{field}, {number(head['femur'], 2)} ({number(head['other_bone'], 2)}), {sphere}"


def _pubis(reports: Reports) -> str:
    """Return a row a scan: the region there, then what labels or bundles have of it."""
    pubis = next(iter(reports.values()))["pubis"]
    rows = [
        [name, number(one["region_ml"], 0), _pubis_found(one), *(NOTHING for _ in reports)]
        for name, one in pubis["complete"].items()
    ]
    for name, one in pubis["manual"].items():
        found = (report["pubis"]["found"][name] for report in reports.values())
        rows.append([name, number(one["region_ml"], 0), *map(_pubis_found, (one, *found))])
    for man, scans in _scans_of_men(reports).items():
        for name, of_bundles in scans.items():
            region = number(of_bundles[0]["region_ml"], 0)
            rows.append([f"man {man}, {name}", region, NOTHING, *map(_pubis_found, of_bundles)])
    heading = ["ml; least distance", "region, ml", "labels", *(f"`{name}`" for name in reports)]
    return "\n".join(markdown_table(heading, rows))


def _scans_of_men(reports: Reports) -> dict[str, dict[str, list[Any]]]:
    first = next(iter(reports.values()))
    return {
        man: {
            name: [one["men"][man]["scans"][name]["pubis"] for one in reports.values()]
            for name in found["scans"]
        }
        for man, found in first["men"].items()
    }


def _pubis_found(one: Mapping[str, Any]) -> str:
    gap = "one side alone" if one["gap_mm"] is None else f"{number(one['gap_mm'], 0)} mm"
    return f"{number(one['ml'], 1)}; {gap}" if one["ml"] else number(0.0, 1)
