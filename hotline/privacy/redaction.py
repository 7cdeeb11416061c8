"""Take out of a text what must never be kept: status claims, phone and case numbers, e-mail addresses.

What is masked of immigration status is the claim to have none ("I am undocumented", "no tengo papeles", "my visa
expired"), of the writer or of somebody they name by "my": it could hurt them, and nobody here needs it. A status that the
government itself gave (TPS, DACA, a green card) stays: answers depend on it.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

from hotline.wordfiles import WordFile, read_words

if TYPE_CHECKING:
    from collections.abc import MutableMapping

STATUS: Final = "[immigration status]"
NUMBER: Final = "[number]"
A_NUMBER: Final = "[A-number]"
SSN: Final = "[social security number]"
EMAIL: Final = "[e-mail]"



class _StatusWords(WordFile):
    """status.yml: claims as subjects, which are kept, and what is said of them, which is masked."""

    am: tuple[str, ...]
    without_status: tuple[str, ...]
    have: tuple[str, ...]
    no_papers: tuple[str, ...]
    whole: tuple[str, ...]


def _claim() -> re.Pattern[str]:
    """One pattern for every claim; what is kept of it is in the group `am` or `have`."""
    words = read_words(Path(__file__).with_name("status.yml"), _StatusWords)
    am, said, have, no_papers, whole = (
        "|".join(patterns).replace(" ", r"\s{1,3}")
        for patterns in (words.am, words.without_status, words.have, words.no_papers, words.whole)
    )
    pattern = rf"\b(?P<am>{am})(?:{said})|\b(?P<have>{have})(?:{no_papers})|(?:{whole})"
    return re.compile(pattern, re.IGNORECASE)


_CLAIM: Final = _claim()
# Every quantifier below is bounded: the longest text costs a fixed number of steps for each of its characters.
_EMAIL: Final = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}")
_A_NUMBER: Final = re.compile(
    r"(?<!\w)A(?:[ -]?(?:number|num|no\.?|#))?[ :#-]{0,3}(?:\d[ -]?){7,8}\d(?!\d)", re.IGNORECASE
)
_SSN: Final = re.compile(r"(?<!\d)\d{3}-\d{2}-\d{4}(?!\d)")
_PHONE: Final = re.compile(
    r"""(?<!\d)(?:
        (?:\+?\d{1,3}[ .-]{0,2})?\(?\d{3}\)?[ .-]{0,2}\d{3}[ .-]{1,2}\d{4}   # 860-555-0111, +1 (860) 555 0111
      | \(?\d{3}\)?[ .-]{0,2}\d{7}                                         # 860 5550111
      | \+\d(?:[ .()-]{0,2}\d){6,14}                                       # +55 11 91234-5678
      | \d{3}[.-]\d{4}                                                     # 555-0111
      | (?!\d{5}[ ,.]{1,2}\(?\d{3})                                        # a ZIP code before a number stays
        (?!\d{4}-\d{2}-\d{2}(?!\d)|\d{1,2}\.\d{1,2}\.\d{4}(?!\d))          # and so does a date
        \d(?:[ .-]?\d){8,15}                                               # nine digits and more, however parted
      | \d{7,}                                                             # seven and more in one run
    )(?!\d)""",
    re.VERBOSE,
)
# In a log an identifier may hold digits between letters; a phone number stands apart.
_LOGGED: Final = re.compile(
    r"(?<![A-Za-z0-9])(?:\+\d(?:[ .()-]{0,2}\d){6,14}|(?:\+?1[ .-]?)?\(?\d{3}\)?[ .-]?\d{3}[ .-]?\d{4}|\d{7,15})"
    r"(?![A-Za-z0-9])"
)
_SMALLEST_NUMBER: Final = 10**9  # a bare integer from here on may be a phone number
_DROPPED: Final = frozenset(
    {
        "body",
        "text",
        "from",
        "to",
        "phone",
        "from_",
        "to_",
        "number",
        "words",
        "address",
        "recipient",
        "sender_number",
    }
)


def mask(text: str) -> str:
    """The text as it may be kept; still readable, addresses and times untouched; masking twice changes nothing.

    >>> mask("I am undocumented, call me at 860-555-0111, I live at 120 Park St")
    'I am [immigration status], call me at [number], I live at 120 Park St'
    """
    text = _CLAIM.sub(_without_claim, text)
    text = _EMAIL.sub(EMAIL, text)
    text = _A_NUMBER.sub(A_NUMBER, text)
    text = _SSN.sub(SSN, text)
    return _PHONE.sub(NUMBER, text)


def _without_claim(claim: re.Match[str]) -> str:
    """ "I am undocumented" keeps its "I am ", so that the sentence can still be read."""
    return (claim.group("am") or claim.group("have") or "") + STATUS


def redact_event(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Structlog processor: drops the keys that hold bodies and numbers, masks numbers in every other value."""
    return {key: _redacted(value) for key, value in event.items() if key.lower() not in _DROPPED}


def _redacted(value: object) -> object:
    if isinstance(value, str):
        return _LOGGED.sub(NUMBER, _EMAIL.sub(EMAIL, value))
    if isinstance(value, dict):
        pairs = cast("dict[object, object]", value).items()
        return {key: _redacted(one) for key, one in pairs if str(key).lower() not in _DROPPED}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_redacted(one) for one in cast("list[object]", value)]
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) >= _SMALLEST_NUMBER:
        return NUMBER
    if value is None or isinstance(value, (bool, int, float)):
        return value
    return _redacted(str(value))
