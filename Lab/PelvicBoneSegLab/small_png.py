"""Pictures small enough to be committed."""

from __future__ import annotations

from io import BytesIO

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

MOST_BYTES = 400_000
"""Of a picture beside a page."""


def small_png(figure: Figure, colours: int) -> bytes:
    """Return a figure as a PNG with a palette.

    Parameters
    ----------
    figure
        What to draw.
    colours
        Of the palette, at most 256: fewer make a smaller file.
    """
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    picture = Image.fromarray(np.asarray(canvas.buffer_rgba())).convert("RGB")
    reduced = picture.quantize(colours, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    file = BytesIO()
    reduced.save(file, "png", optimize=True)
    return file.getvalue()
