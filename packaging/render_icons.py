"""Render the committed SVG icon to the PNG files that Slicer and its Extensions Index want.

Run it from anywhere after a change of the drawing: ``python packaging/render_icons.py``.
"""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtSvg import QSvgRenderer

ROOT = Path(__file__).resolve().parent.parent
ICONS = ROOT / "PelvicBoneSeg" / "Resources" / "Icons"
DRAWING = ICONS / "PelvicBoneSeg.svg"
SIZES = {ROOT / "PelvicBoneSeg.png": 128, ICONS / "PelvicBoneSeg.png": 64}


def render(drawing: Path, size: int) -> QImage:
    """Return the drawing as a square ARGB image of `size` × `size` pixels."""
    renderer = QSvgRenderer(str(drawing))
    if not renderer.isValid():
        raise ValueError(f"{drawing} is not an SVG that Qt can draw. Restore it from git.")
    image = QImage(size, size, QImage.Format.Format_ARGB32)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    renderer.render(painter)
    painter.end()
    return image


def main() -> None:
    for path, size in SIZES.items():
        if not render(DRAWING, size).save(str(path)):
            raise OSError(f"{path} could not be written. Check its folder.")
        print(f"{path.relative_to(ROOT)}: {size} x {size}")


if __name__ == "__main__":
    main()
