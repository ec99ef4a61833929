"""What all errors have in common."""

from __future__ import annotations

from ..message import Message, Template

EXIT_USAGE = 2
EXIT_INPUT = 3
EXIT_BUNDLE = 4
EXIT_CANCELLED = 130


class PelvicBoneSegError(Exception):
    """Base of every error that a user can meet.

    Parameters
    ----------
    text, values
        What the user reads: a template and what stands in it (see `message`), or a plain text.

    Attributes
    ----------
    exit_code
        What the command line ends with.
    """

    exit_code = EXIT_USAGE

    def __init__(self, text: str = "", /, **values: object) -> None:
        super().__init__(Message(text, **values) if isinstance(text, Template) else text)

    @property
    def message(self) -> str:
        """What the user reads; a `Message` where it can be translated."""
        return self.args[0]
