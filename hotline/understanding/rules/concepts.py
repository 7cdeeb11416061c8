"""One text with the concepts found in it: where a rule matches, and what lowers it."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from itertools import accumulate
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, KeysView

    from hotline.text.spelling import Words
    from hotline.understanding.rules.rulebook import Blocker, Rule, Urgency

# A question mark after one of these belongs to it, not to what was told before it:
# "ICE is at my door, what do I do?" tells; "ICE is at my door?" asks.
_AFTERTHOUGHTS = ("modal", "qword", "inversion", "help", "hypothetical")


class Span(NamedTuple):
    """Words `start` to `end` (not included) of a text."""

    start: int
    end: int


type Hits = dict[str, list[Span]]


class Concepts:
    """The concepts of one text, and where its words name them."""

    def __init__(self, words: Words, hits: Hits) -> None:
        self._words = words
        self._hits = _without_covered(hits)
        self._unions: Hits = {}
        self._sentences_with: dict[str, frozenset[int]] = {}

    @property
    def found(self) -> KeysView[str]:
        """What was found."""
        return self._hits.keys()

    def matches(self, rule: Rule) -> Iterator[Span]:
        """Every place where the concepts of the rule stand together."""
        groups = [self._union(part) for part in rule.near]
        if not all(groups) or (rule.short is not None and len(self._words.words) > rule.short):
            return
        if rule.alone and not self._covered("|".join((*rule.near, "filler"))):
            return
        for anchor in groups[0]:
            span = _joined(anchor, groups[1:], rule)
            if span is not None:
                yield span

    def _union(self, alternatives: str) -> list[Span]:
        if alternatives not in self._unions:
            names = alternatives.split("|")
            self._unions[alternatives] = sorted({hit for name in names for hit in self._hits.get(name, ())})
        return self._unions[alternatives]

    def _covered(self, alternatives: str) -> bool:
        covered = {place for hit in self._union(alternatives) for place in range(*hit)}
        return len(covered) == len(self._words.words)

    def may_lower(self, name: str, blocker: Blocker) -> bool:
        """Whether the blocker can bear on any match of this text at all."""
        if name == "question":
            return bool(self._words.asked)
        if blocker.needs and not any(other in self._hits for other in blocker.needs):
            return False
        return bool(self._union(blocker.concept or name))

    def lowers(self, name: str, blocker: Blocker, match: Span, *, weak: bool = False) -> Urgency | None:
        """What a blocker that `may_lower` lowers the match to, or None when it does not bear on it."""
        if name == "question":
            return blocker.to if self._asks(match) else None
        name = blocker.concept or name
        if any(self._in_sentences(other, match) for other in blocker.unless):
            return None
        if blocker.scope == "text":
            return blocker.to
        if blocker.scope == "sentence" or (weak and blocker.first != 1):
            return blocker.to if self._in_sentences(name, match) else None
        return self._before(self._union(name), blocker, match)

    def _in_sentences(self, concept: str, match: Span) -> bool:
        if concept not in self._sentences_with:
            numbers = (self._words.sentence[hit.start] for hit in self._union(concept))
            self._sentences_with[concept] = frozenset(numbers)
        found = self._sentences_with[concept]
        first, last = self._words.sentence[match.start], self._words.sentence[match.end - 1]
        return first in found or (last != first and any(number in found for number in range(first, last + 1)))

    def _sentences(self, span: Span) -> range:
        return range(self._words.sentence[span.start], self._words.sentence[span.end - 1] + 1)

    def _before(self, hits: list[Span], blocker: Blocker, match: Span) -> Urgency | None:
        sentence_start = bisect_left(self._words.sentence, self._words.sentence[match.start])
        found: Urgency | None = None
        for hit in reversed(hits[bisect_left(hits, (sentence_start, 0)) : bisect_left(hits, (match.end, 0))]):
            if blocker.first is not None and hit.start - self._sentence_start(hit) >= blocker.first:
                continue
            if match.start - hit.end <= blocker.reach:
                return blocker.to
            if blocker.far is None:
                break
            found = blocker.far
        return found

    def _sentence_start(self, hit: Span) -> int:
        return bisect_left(self._words.sentence, self._words.sentence[hit.start])

    def _asks(self, match: Span) -> bool:
        """The sentence asks about the match itself, not about what to do or what may follow."""
        asked = [number for number in self._sentences(match) if number in self._words.asked]
        if not asked:
            return False
        ends = bisect_right(self._words.sentence, asked[-1])
        after = self._union("|".join(_AFTERTHOUGHTS))
        place = bisect_left(after, (match.end, 0))
        return not (place < len(after) and after[place].start < ends)


def _joined(anchor: Span, groups: list[list[Span]], rule: Rule) -> Span | None:
    """The place over the anchor and the nearest hit of each other group, if all are near enough."""
    start, end = anchor
    origin = anchor
    for group in groups:
        hit = _nearest(origin, group, rule)
        if hit is None:
            return None
        start, end = min(start, hit.start), max(end, hit.end)
        if rule.ordered:
            origin = hit
    return Span(start, end)


def _nearest(origin: Span, hits: list[Span], rule: Rule) -> Span | None:
    """The hit nearest to the origin, not before it if the rule is ordered; None when none is near enough."""
    index = bisect_left(hits, origin)
    best, least = None, rule.within + 1
    for hit in hits[index if rule.ordered else max(0, index - 2) : index + 2]:
        gap = max(hit.start - origin.end, origin.start - hit.end)
        if gap < least:
            best, least = hit, gap
    return best


def _without_covered(hits: Hits) -> Hits:
    """Each concept's hits in order, without those that lie inside a hit of its not_ concept."""
    clean: Hits = {}
    for concept, spans in hits.items():
        if not concept.startswith("not_"):
            kept = _outside(sorted(set(spans)), sorted(hits.get(f"not_{concept}", ())))
            if kept:
                clean[concept] = kept
    return clean


def _outside(spans: list[Span], covers: list[Span]) -> list[Span]:
    if not covers:
        return spans
    starts = [cover.start for cover in covers]
    reach = list(accumulate((cover.end for cover in covers), max))
    return [span for span in spans if not _covered_by(span, starts, reach)]


def _covered_by(span: Span, starts: list[int], reach: list[int]) -> bool:
    place = bisect_right(starts, span.start) - 1
    return place >= 0 and reach[place] >= span.end
