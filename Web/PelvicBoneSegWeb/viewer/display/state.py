"""What the page knows of the display."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class DisplayState:
    """Window, crosshair and layout.

    Attributes
    ----------
    lowest, highest
        Ends of the scale of intensities.
    step
        Of that scale.
    window
        The intensities that are shown black and white.
    has_crosshair, moves_slices
        Whether the slices' lines are drawn, and whether they can be dragged and turned.
    adjusts_window
        Whether dragging in a slice changes the window.
    tilt, turn
        Of the oblique view, in degrees: about the left-right axis, then about the head-foot axis.
    layout, layouts
        The arrangement of the views, and all that there are.
    is_dark
        Theme of the page.
    """

    lowest: float = 0.0
    highest: float = 1.0
    step: float = 1.0
    window: list[float] = field(default_factory=lambda: [0.0, 1.0])
    has_crosshair: bool = False
    moves_slices: bool = False
    adjusts_window: bool = False
    tilt: float = 0.0
    turn: float = 0.0
    layout: str = ""
    layouts: list[str] = field(default_factory=list)
    is_dark: bool = True
