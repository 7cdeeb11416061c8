"""Take out of a text what must never be kept: status claims, phone and case numbers, e-mail addresses.

What is masked of immigration status is the claim to have none ("I am undocumented", "no tengo papeles", "my
visa expired"), of the writer or of their family: it could hurt them, and nobody here needs it. A status that
the government itself gave (TPS, DACA, a green card) stays: answers depend on it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, cast

from hotline.privacy.status_claims import mask_status

if TYPE_CHECKING:
    from collections.abc import MutableMapping

# Every repetition below is bounded: the longest text costs a fixed number of steps for each character.
_GAP: Final = r"[ \t\u00a0.\-\u2010-\u2015/_()]{0,3}"
_DATE: Final = (
    r"(?<!\d)(?:(?:19|20)\d\d[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.](?:19|20)\d\d)(?!\d)"
    r"(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?)?"
)
_CLOCK: Final = r"(?<!\d)\d{1,2}:\d\d(?!\d)"
_ZIP: Final = r"(?<!\d)0[1-9]\d{3}(?:-\d{4})?(?!\d)"
_KEEP: Final = rf"(?P<keep>{_DATE}|{_CLOCK}|{_ZIP})"
_EMAIL: Final = r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}"
_IS: Final = r"\W{0,3}(?:(?:number|num|numero|número|no|is|es|e)\W{1,3}){0,2}"
_SSN: Final = (
    r"(?<!\d)\d{3}[-. ]\d{2}[-. ]\d{4}(?!\d)|(?P<cue1>\b(?:ssn|social(?: security)?)" + _IS + r")\d{9}(?!\d)"
)
_CASE: Final = r"(?<![^\W_])(?:eac|ioe|lin|msc|nbc|src|wac|ysc)[ -]?\d{10}(?!\d)"  # a receipt: IOE0912345678
_A_DIGITS: Final = r"(?:\d{8,9}|\d{2,3}[- .]\d{3}[- .]\d{3})(?!\d)"
_A_NUMBER: Final = (
    rf"(?<![^\W_])a(?:lien)?[ -]?#?[ ]?{_A_DIGITS}"
    rf"|(?P<cue2>(?<![^\W_])(?:a|alien)[ -]?(?:number|num|numero|#){_IS}|\bn[uú]mero (?:a|de alien){_IS})"
    rf"#?a?{_A_DIGITS}"
)
_ABROAD: Final = rf"(?:\+|(?<!\d)00)[ (]{{0,2}}[1-9](?:{_GAP}\d){{7,14}}(?!\d)"
_AMERICAN: Final = rf"(?<!\d)(?:1{_GAP})?\(?[2-9]\d\d{_GAP}\d{{3}}{_GAP}\d{{4}}(?!\d)"
_CALL: Final = (
    r"\b(?:call|text|tel|telefono|cel|cell|phone|number|numero|número|llam[ae]|ll[aá]mame|ll[aá]menme|marca|marque"
    r"|liga|ligue|rele|appelle|appelez|zadzwon|al)(?: me| him| her| us| is| es| a| al| para| pra| do)?"
)
_LOCAL: Final = (
    r"(?<![\d-])[2-9]\d\d[-.]\d{4}(?![\d-])"
    rf"|(?P<cue3>{_CALL}[ :.#]{{1,3}})(?:[2-9]\d\d ?\d{{4}}|\d{{4}}[- ]\d{{4}})(?!\d)"
    r"|(?<!\d)[4-8]\d\d[ -]\d{3}[ -]\d{3}(?!\d)"  # Poland
)
_LONG: Final = rf"(?<!\d)\(?\d(?:{_GAP}\d){{9,19}}(?!\d)|(?<!\d)(?!(?:19|20)\d{{6}}(?!\d))\d{{8,20}}(?!\d)"

_PERSONAL: Final = re.compile(
    rf"{_KEEP}|(?P<email>{_EMAIL})|(?P<ssn>{_SSN})|(?P<case>{_CASE})|(?P<alien>{_A_NUMBER})"
    rf"|(?P<phone>{_ABROAD}|{_AMERICAN}|{_LOCAL})",
    re.IGNORECASE,
)
_REMAINING: Final = re.compile(rf"{_KEEP}|(?P<phone>{_LONG})")
_DIGIT_OR_AT: Final = re.compile(r"[\d@]")
_WORDS: Final = {
    "email": "[email]", "ssn": "[SSN]", "case": "[case number]", "alien": "[A-number]", "phone": "[number]",
}  # fmt: skip

# In log lines: identifiers, addresses and stream entries are no phone numbers, however many digits they have.
_ID: Final = (
    r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b|\b(?:[A-Za-z]{2})?[0-9a-f]{32}\b|(?<!\d)\d{13}-\d{1,6}(?!\d)"
    r"|(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.])"
    r"|\b(?=[0-9]{0,25}[a-z])[a-z0-9]{26}\b"  # our pseudonyms
)
_LOGGED: Final = re.compile(
    rf"(?P<keep>{_ID}|{_DATE}|{_CLOCK})|(?P<email>{_EMAIL})"
    rf"|(?P<phone>{_ABROAD}|(?:%2[Bb])?{_AMERICAN}|(?:%2[Bb])?{_LONG})"
)
_PRIVATE_KEYS: Final = frozenset(
    {"body", "text", "from", "from_", "to", "to_", "phone", "address", "words", "recipient", "number"}
)
_DEPTH: Final = 8


def mask(text: str) -> str:
    """The only form in which a text may be kept: still readable, without what could harm its writer.

    Claims of being undocumented become `[immigration status]` (`[estatus migratorio]` in Spanish); phone
    numbers, A-numbers, SSN, receipt numbers and e-mail addresses become `[number]`, `[A-number]`, `[SSN]`,
    `[case number]` and `[email]`. Street addresses, times, dates, ZIP codes, plates and counts stay. Masking
    again changes nothing. Work is linear; never raises.

    >>> mask("I am undocumented, call 860-555-0111, I live at 120 Park St")
    'I am [immigration status], call [number], I live at 120 Park St'
    """
    composed = unicodedata.normalize("NFC", text)
    if _DIGIT_OR_AT.search(composed) is None:  # most texts: nothing below is without one
        return mask_status(composed)
    return mask_status(_REMAINING.sub(_masked, _PERSONAL.sub(_masked, composed)))


def _masked(found: re.Match[str]) -> str:
    groups = found.groupdict()
    if groups.get("keep") is not None:
        return found.group()
    kind = next(name for name in _WORDS if groups.get(name) is not None)
    cue = next((groups[name] for name in ("cue1", "cue2", "cue3") if groups.get(name)), "")
    return f"{cue}{_WORDS[kind]}"


def redact_event(_logger: object, _method: str, event: MutableMapping[str, object]) -> Mapping[str, object]:
    """A structlog processor: no log line carries a number, an e-mail address or somebody's words.

    Drops the keys that name them (`body`, `text`, `from`, `to`, …) at any depth and masks phone-like runs of
    digits in every other value; keeps ids, counts, dates and versions.
    """
    return cast("Mapping[str, object]", _clean(event, _DEPTH))


def _clean(value: object, depth: int) -> object:
    if value is None or isinstance(value, bool | float):
        return value
    if isinstance(value, int):
        return _WORDS["phone"] if re.fullmatch(r"1?[2-9]\d\d[2-9]\d{6}", str(value)) else value
    if depth and isinstance(value, Mapping):
        return _clean_mapping(cast("Mapping[object, object]", value), depth - 1)
    if depth and isinstance(value, list | tuple | set | frozenset):
        return [_clean(inner, depth - 1) for inner in cast("list[object]", value)]
    return _clean_text(value if isinstance(value, str) else repr(value))


def _clean_mapping(mapping: Mapping[object, object], depth: int) -> dict[str, object]:
    return {
        _clean_text(str(key)): _clean(value, depth)
        for key, value in mapping.items()
        if str(key).casefold() not in _PRIVATE_KEYS
    }


def _clean_text(text: str) -> str:
    return _LOGGED.sub(_masked, text)
