"""Changes to a configuration, laid over it."""

from __future__ import annotations

import copy
from typing import Any

Content = dict[str, Any]


def merged(base: Content, changes: Content, where: str = "$") -> Content:
    """Lay changes over the content of a configuration.

    Mappings are merged key by key, and null takes a key away. A list whose members have names, such
    as ``datasets``, is changed by a mapping from name to changes. All else replaces what is there.

    Parameters
    ----------
    base, changes
        As read from YAML; neither is changed.
    where
        Of `base` in the whole, for messages.

    Raises
    ------
    ValueError
        A name that is not there is to be changed or taken away; the message says where.
    """
    result = copy.deepcopy(base)
    for key, change in changes.items():
        place = f"{where}.{key}"
        if change is None:
            if key not in result:
                raise ValueError(f"{place}: it cannot be taken away, as it is not there")
            del result[key]
        elif isinstance(change, dict) and isinstance(result.get(key), dict):
            result[key] = merged(result[key], change, place)
        elif isinstance(change, dict) and isinstance(result.get(key), list):
            result[key] = _members_merged(result[key], change, place)
        else:
            result[key] = copy.deepcopy(change)
    return result


def _members_merged(members: list[Content], changes: Content, where: str) -> list[Content]:
    if not all(isinstance(member, dict) and "name" in member for member in members):
        raise ValueError(f"{where}: a list without names is replaced by a list, not by a mapping")
    unknown = set(changes) - {member["name"] for member in members}
    if unknown:
        raise ValueError(f"{where}: there is no {', '.join(sorted(unknown))}")
    return [
        merged(member, changes.get(member["name"], {}), f"{where}.{member['name']}")
        for member in members
    ]
