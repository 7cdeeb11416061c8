"""Regular expressions people can read: built from named parts, for plain lower-case texts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

_PART: Final = re.compile(r"(?<!\?P)<([a-z_]+)>")


def compiled(pattern: str, parts: Mapping[str, str]) -> re.Pattern[str]:
    """A pattern, ready to search with; whole words only.

    In it a space stands for any short white space, `~` for one that may be missing, `<name>` for the part of
    that name; what stands between « and » is the group `marked`.

    Raises:
        KeyError: the pattern names a part that is not there.
        re.error: the pattern is malformed.
    """
    while _PART.search(pattern):
        pattern = _PART.sub(lambda part: f"(?:{parts[part.group(1)]})", pattern)
    marked = pattern.replace("«", "(?P<marked>").replace("»", ")")
    return re.compile(rf"(?:{marked.replace(' ', r'\s{1,3}').replace('~', r'\s?')})(?!\w)")
