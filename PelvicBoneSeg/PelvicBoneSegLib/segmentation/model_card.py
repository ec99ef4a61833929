"""The model card: what `bundle.json` says, for a person to read.

`bundle.json` comes from anywhere, so all of it is text here and none of it is markup.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from ..anatomy import BONES


@dataclass(frozen=True)
class CardPart:
    """A part of a card: a title, then paragraphs, a list and a table, each as far as there is one.

    The table's first row and first column are headings.
    """

    title: str
    paragraphs: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
    table: tuple[tuple[str, ...], ...] = ()


def card_parts(description: dict[str, Any]) -> tuple[CardPart, ...]:
    """Put the content of a checked `bundle.json` in the order in which it matters."""
    data = description["training_data"]
    return (
        CardPart(f"{description['name']} {description['version']}", (description["description"],)),
        CardPart("Intended use", (description["intended_use"],)),
        CardPart("Made for", items=tuple(_made_for(description))),
        CardPart(
            "Limits and faults of the labels", items=tuple(_faults(data)) or ("None stated.",)
        ),
        *_accuracy(description["metrics"]),
        CardPart(
            "Training data",
            items=tuple(f"{one['name']}: {one['description']} ({one['licence']})" for one in data),
        ),
        CardPart("Network and training", items=tuple(_effort(description))),
        CardPart("Licence", (description["licence"],)),
        CardPart("SHA-256 of the weights", (description["sha256"],)),
    )


def card_html(description: dict[str, Any]) -> str:
    """Return the card as HTML: headings, paragraphs, lists and tables, without links or colours."""
    return "".join(_part_html(part) for part in card_parts(description))


def card_text(description: dict[str, Any]) -> str:
    """Return the card as plain text."""
    return "\n\n".join("\n".join(_part_lines(part)) for part in card_parts(description))


def _made_for(description: dict[str, Any]) -> Iterator[str]:
    trained_on = description.get("trained_on", {})
    yield f"Bones: {', '.join(map(_title, description['classes'][1:]))}"
    yield f"Planes: {', '.join(description['planes'])}"
    if "planes" in trained_on:
        yield f"Planes of the patients' scans: {', '.join(trained_on['planes'])}"
    if "modality" in trained_on:
        weightings = ", ".join(trained_on.get("weightings", ()))
        yield f"Modality: {trained_on['modality']}{f' ({weightings})' if weightings else ''}"
    for name, what in (("slice_mm", "Distance of slices"), ("pixel_mm", "Size of pixels")):
        if name in trained_on:
            low, high = trained_on[name]
            yield f"{what}: {low:g} mm" if low == high else f"{what}: {low:g} to {high:g} mm"
    yield f"The network works at {description['spacing_mm']:g} mm in the plane"


def _faults(data: list[dict[str, Any]]) -> Iterator[str]:
    for one in data:
        yield from one.get("label_faults", ())


def _accuracy(metrics: dict[str, Any]) -> Iterator[CardPart]:
    if not any(metrics["dice"].values()):
        yield CardPart("Dice by case and bone", ("Not stated.",))
        return
    paragraphs: tuple[str, ...] = (f"Measured on: {metrics['dataset']}.",)
    if metrics.get("mean_dice") is not None:
        paragraphs += (f"Mean Dice: {_score(metrics['mean_dice'])}.",)
    rows = {**metrics["dice"], **_slices(metrics, "median_slice_dice")}
    yield CardPart("Dice by case and bone", paragraphs, table=_by_bone(rows))
    if metrics.get("covered_dice"):
        slices = _slices(metrics, "covered_median_slice_dice")
        drawn = ("Slices count where a mask shows the bone in them.",) if slices else ()
        yield CardPart(
            "Dice where the labels say whether the bone is there",
            ("The masks leave parts of some bones open. There nothing was counted.", *drawn),
            table=_by_bone({**metrics["covered_dice"], **slices}),
        )


def _slices(metrics: dict[str, Any], name: str) -> dict[str, dict[str, float | None]]:
    return {"Slices (median)": metrics[name]} if metrics.get(name) else {}


def _by_bone(rows: dict[str, dict[str, float | None]]) -> tuple[tuple[str, ...], ...]:
    named = {bone for values in rows.values() for bone in values}
    bones = [bone for bone in BONES if bone in named] + sorted(named - set(BONES))
    heading = ("Case", *map(_title, bones))
    return (
        heading,
        *((name, *(_score(values.get(bone)) for bone in bones)) for name, values in rows.items()),
    )


def _effort(description: dict[str, Any]) -> Iterator[str]:
    """Say what the training took, and how the network is built."""
    architecture = description["architecture"]
    offsets = description["channel_offsets_mm"]
    yield (
        f"Network: {architecture['arch']} with the encoder {architecture['encoder_name']}; "
        f"{'slices' if len(offsets) > 1 else 'one slice'} at "
        f"{', '.join(format(offset, 'g') for offset in offsets)} mm as channels"
    )
    training = description.get("training")
    if training is None:
        yield "Time and energy: not stated"
        return
    yield f"Time: {training['seconds'] / 60:.0f} minutes on {training['device']}"
    yield f"Slices seen: {training['samples']}"
    yield (
        f"Energy, estimated: {training['energy_kwh']:.2f} kWh, "
        f"{training['co2e_g']:.0f} g CO2e ({training['assumptions']})"
    )


def _score(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _title(bone: str) -> str:
    return bone.replace("_", " ").capitalize()


def _part_html(part: CardPart) -> str:
    html = f"<h3>{escape(part.title)}</h3>"
    html += "".join(f"<p>{escape(text)}</p>" for text in part.paragraphs)
    if part.items:
        html += f"<ul>{''.join(f'<li>{escape(item)}</li>' for item in part.items)}</ul>"
    if part.table:
        head, *body = part.table
        rows = _row_html(head, "th") + "".join(_row_html(row, "td") for row in body)
        html += f'<table border="1" cellspacing="0" cellpadding="3">{rows}</table>'
    return html


def _row_html(cells: Sequence[str], tag: str) -> str:
    first = f'<th style="white-space: nowrap">{escape(cells[0])}</th>'
    return f"<tr>{first}{''.join(f'<{tag}>{escape(cell)}</{tag}>' for cell in cells[1:])}</tr>"


def _part_lines(part: CardPart) -> Iterator[str]:
    yield part.title
    yield from part.paragraphs
    yield from (f"- {item}" for item in part.items)
    widths = [max(map(len, column)) for column in zip(*part.table, strict=True)]
    for row in part.table:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
