"""Twilio's list of messages: filters, pages and the addresses of the pages before and after."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from urllib.parse import urlencode

from simulator.network.message import API_VERSION, as_resource
from simulator.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from simulator.log.book import Book
    from simulator.network.message import Message

DAY: Final = 86_400.0
DEFAULT_PAGE: Final = 50
LONGEST_PAGE: Final = 1_000
FILTERS: Final = ("To", "From", "DateSent", "DateSent<", "DateSent>")
_DAY_ONLY: Final = re.compile(r"\d{4}-\d\d-\d\d")


class Window(NamedTuple):
    """Limits on date_sent, both included, seconds since 1970; 0 for none."""

    since: float = 0
    until: float = 0


def listing(query: Mapping[str, str], book: Book, account: str) -> dict[str, Any]:
    """One page of messages, newest first.

    A page after the first is found by its token (`PageToken`, the place of the last message seen), so that
    texts that arrive meanwhile do not shift it; by `Page` alone it is counted from the newest.

    Raises:
        Refusal: 20001, a filter or a page that cannot be read.
    """
    size = _whole(query, "PageSize", DEFAULT_PAGE, 1, LONGEST_PAGE)
    page = _whole(query, "Page", 0, 0, 10**9)
    token = _token(query.get("PageToken", ""))
    window = dates(query)
    rows = book.select(
        to=query.get("To", ""),
        sender=query.get("From", ""),
        since=window.since,
        until=window.until,
        below=token,
    )
    skipped = page * size if token is None else 0
    shown = list(islice(rows, skipped, skipped + size + 1))
    more, shown = len(shown) > size, shown[:size]
    start = page * size
    return {
        "messages": [as_resource(message, account) for message in shown],
        "start": start,
        "end": start + max(0, len(shown) - 1),
        "page": page,
        "page_size": size,
        "uri": _uri(account, query, size, page, query.get("PageToken", "")),
        "first_page_uri": _uri(account, query, size, 0),
        "previous_page_uri": _uri(account, query, size, page - 1) if page else None,
        "next_page_uri": _uri(account, query, size, page + 1, _after(shown)) if more else None,
    }


def dates(query: Mapping[str, str]) -> Window:
    """The filters on date_sent: a day means all of it in GMT, a time means that instant.

    Raises:
        Refusal: 20001, not a date.
    """
    since, until = 0.0, 0.0
    if text := query.get("DateSent"):
        since, until = _instant(_day(text)), _instant(_day(text)) + DAY - 0.001
    if text := query.get("DateSent>"):
        since = max(since, _instant(text))
    if text := query.get("DateSent<"):
        limit = _instant(text) + (DAY - 0.001 if _DAY_ONLY.fullmatch(text) else 0.999)
        until = min(until or limit, limit)
    return Window(since, until)


def _day(text: str) -> str:
    return datetime.fromtimestamp(_instant(text), UTC).date().isoformat()


def _instant(text: str) -> float:
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            moment = read(text)
        except ValueError:
            continue
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    raise Refusal(400, 20001, "DateSent is not a date.")


def _whole(query: Mapping[str, str], name: str, default: int, low: int, high: int) -> int:
    text = query.get(name) or str(default)
    if not (text.isascii() and text.isdigit()):
        raise Refusal(400, 20001, f"{name} is not a number.")
    return min(max(int(text), low), high)


def _token(text: str) -> int | None:
    if not text:
        return None
    if not re.fullmatch(r"PA[0-9]{1,18}", text):
        raise Refusal(400, 20001, "PageToken is not one of ours.")
    return int(text[2:])


def _after(shown: list[Message]) -> str:
    return f"PA{shown[-1].number}"


def _uri(account: str, query: Mapping[str, str], size: int, page: int, token: str = "") -> str:
    kept = {name: query[name] for name in FILTERS if query.get(name)}
    kept |= {"PageSize": str(size), "Page": str(page)}
    if token:
        kept["PageToken"] = token
    return f"/{API_VERSION}/Accounts/{account}/Messages.json?{urlencode(kept)}"
