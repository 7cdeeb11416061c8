"""Facts that change what cards say: each stands once in `facts.yml`; cards name it among their sources."""

from __future__ import annotations

from dataclasses import replace
from datetime import date  # noqa: TC003 - pydantic reads the annotation at run time
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field, RootModel, field_validator

from hotline.content.city import PRINTABLE, Grade, Slug, Strict, Text
from hotline.content.documents import read
from hotline.content.topics import ANSWERED
from hotline.errors import ContentError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from hotline.content.documents import Document


class Fact(Strict):
    """One thing that was read, where and when, and the topics it changes; `city` where it holds in one."""

    id: Slug
    fact: Text
    date: date
    title: Annotated[str, Field(min_length=1, max_length=80)]
    address: Text
    grade: Grade
    topics: Annotated[tuple[str, ...], Field(min_length=1)]
    city: str = ""

    @field_validator("topics")
    @classmethod
    def _known(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for topic in value:
            if topic not in ANSWERED:
                raise ValueError(f"{topic} is not a topic that cards answer")
        return value


class _Facts(RootModel[tuple[Fact, ...]]):
    """`facts.yml`."""


type Facts = Mapping[str, Fact]


def read_facts(root: Path) -> Facts:
    """Every fact by its id.

    Raises:
        ContentError: the file is missing or malformed, or two facts have one id.
    """
    document = read(root / "facts.yml")[0]
    facts: dict[str, Fact] = {}
    for place, fact in enumerate(document.parse(_Facts).root):
        if fact.id in facts:
            raise ContentError(f"{document.where((place, 'id'))}: the id {fact.id} is taken.")
        facts[fact.id] = fact
    return facts


def filled(document: Document, facts: Facts) -> Document:
    """A card's document with each `{fact: …}` among its sources written out.

    Raises:
        ContentError: a source names a fact that is not there.
    """
    data: Any = document.data
    sources: Any = data.get("sources") if isinstance(data, dict) else None
    if not isinstance(sources, list):
        return document
    written = [_source(document, place, one, facts) for place, one in enumerate(sources)]
    return replace(document, data=data | {"sources": written})


def _source(document: Document, place: int, source: Any, facts: Facts) -> Any:
    if not isinstance(source, dict) or set(source) != {"fact"}:
        return source
    fact = facts.get(source["fact"])
    if fact is None:
        where = f"{document.where(('sources', place))}, card {document.data.get('id', '')}"
        raise ContentError(f"{where}: sources: no fact {source['fact']} stands in facts.yml.")
    return {
        "title": fact.title, "address": fact.address, "seen": fact.date, "grade": fact.grade, "fact": fact.id,
    }  # fmt: skip


def of_topic(topic: str, facts: Facts, city: str) -> Iterator[Fact]:
    """Facts that change what cards of a topic say in a city."""
    for fact in facts.values():
        if topic in fact.topics and fact.grade in PRINTABLE and fact.city in ("", city):
            yield fact
