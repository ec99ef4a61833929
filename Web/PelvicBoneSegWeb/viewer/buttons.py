"""Buttons with a picture: those who hear the page have their name too."""

from __future__ import annotations

from typing import Any

from trame.widgets.vuetify3 import VBtn, VIcon, VTooltip


def icon_button(icon: str, title: str, **kwargs: Any) -> None:
    """Add a button with a picture to the page.

    Parameters
    ----------
    icon
        Its name among the Material Design icons.
    title
        What the button does.
    **kwargs
        Of VBtn.
    """
    attributes = [f'aria-label="{title}"', *kwargs.pop("raw_attrs", [])]
    with VBtn(icon=True, size="small", raw_attrs=attributes, **kwargs):
        VIcon(icon)
        VTooltip(title, activator="parent", location="bottom")


def toggle(icon: str, title: str, name: str) -> None:
    """Add a button that turns a variable of the page on and off."""
    icon_button(
        icon,
        title,
        click=f"{name} = !{name}",
        active=(name,),
        raw_attrs=[f':aria-pressed="{name}"'],
    )
