"""Takes the tutorial's pictures from the screenshots that the test of the whole loop leaves.

python -m pytest PelvicBoneSeg/Testing/Python/panel/test_whole_loop.py --basetemp /tmp/pelvis
python packaging/tutorial_pictures.py
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

REPOSITORY = Path(__file__).resolve().parents[1]
SCREENSHOTS = REPOSITORY / "artifacts"
PICTURES = REPOSITORY / "docs" / "images" / "tutorial"
PREFIX = "panel_loop_phantom_"
LEAST_GAP = 60
"""Rows of one colour that count as the empty part of a page."""
MARGIN = 12


def without_empty_part(image: Image.Image) -> Image.Image:
    """Cut off a page from where its last widget ends."""
    pixels = np.asarray(image.convert("RGB"), np.int16)
    plain = (np.abs(pixels - pixels[:, :1]).max(axis=(1, 2)) == 0).astype(int)
    ends = np.flatnonzero(np.diff(np.concatenate([[0], plain, [0]])))
    for start, stop in ends.reshape(-1, 2):
        if stop - start >= LEAST_GAP:
            return image.crop((0, 0, image.width, start + MARGIN))
    return image


def main() -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    for path in sorted(SCREENSHOTS.glob(f"{PREFIX}*.png")):
        picture = without_empty_part(Image.open(path)).convert("P", palette=Image.Palette.ADAPTIVE)
        picture.save(PICTURES / path.name.removeprefix(PREFIX), optimize=True)


if __name__ == "__main__":
    main()
