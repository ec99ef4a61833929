"""A configuration as it stands in its YAML file, or in two."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from ..errors import ConfigurationError
from .merging import merged


def read_content(path: Path) -> Any:
    """Read a YAML file; where it has ``based_on``, as changes to the file named there.

    Parameters
    ----------
    path
        The file; ``based_on`` is relative to its folder.

    Returns
    -------
    What it holds, whatever that is; see `merging.merged` for how changes are laid over the other.

    Raises
    ------
    ConfigurationError
        A file is missing or no YAML, or a change is to something that is not there.
    """
    content = _read_yaml(path)
    if not isinstance(content, dict) or "based_on" not in content:
        return content
    base = _read_yaml(path.parent / str(content.pop("based_on")))
    if not isinstance(base, dict):
        raise ConfigurationError(path, "$.based_on: what it is based on is no configuration")
    try:
        return merged(base, content)
    except ValueError as error:
        raise ConfigurationError(path, str(error)) from error


def _read_yaml(path: Path) -> Any:
    try:
        return yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ConfigurationError(path, str(error).replace("\n", " ")) from error
