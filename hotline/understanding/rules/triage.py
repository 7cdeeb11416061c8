"""Tell from a text alone, by rules, whether responders must be paged now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import spacy
from rapidfuzz.distance import OSA
from spacy.matcher import PhraseMatcher
from spacy.tokens import Doc

from hotline.text.spelling import Words, split
from hotline.understanding.rules.concepts import Concepts, Hits, Span
from hotline.understanding.rules.rulebook import (
    NUMBER,
    SHORTEST_STEM,
    YEAR,
    Blocker,
    Grammar,
    Rule,
    Rulebook,
    Ruling,
    Similar,
    Urgency,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from spacy.vocab import Vocab

type Candidate = tuple[int, tuple[frozenset[str], ...]]  # place of a rule, and the concepts it needs besides

_RANK: dict[Urgency | Ruling, int] = {"none": 0, "hint": 1, "ask": 2, "page": 3}
_UNKNOWN = (
    "_"  # stands for every word the rules do not know: spaCy's vocabulary never grows with what people text
)


@dataclass(frozen=True)
class Verdict:
    """What to do with a text.

    Attributes:
        urgency: ``page`` responders at once, ``ask`` whether it is happening now, or ``none``.
        reasons: ids of the rule that decided and of the blockers that lowered it; of a mere hint, too.
    """

    urgency: Urgency
    reasons: tuple[str, ...] = ()

    @property
    def rule(self) -> str:
        """The rule that decided or hinted, "" when none fired."""
        return self.reasons[0] if self.reasons else ""


@dataclass(frozen=True)
class _Finding:
    """A verdict on its way: the rules also give hints."""

    ruling: Urgency | Ruling
    reasons: tuple[str, ...] = ()


class Triage:
    """The rules of a folder, compiled once; `judge` may be called from any thread."""

    def __init__(self, rules_dir: Path, places: Iterable[str] = ()) -> None:
        """Compile the rules.

        Args:
            rules_dir: `content/triage`.
            places: streets and landmarks of the city, as people write them; the rules themselves know none.

        Raises:
            ContentError: a rule file is missing or malformed; names file and rule.
        """
        book = Rulebook.load(rules_dir).with_places(places)
        self._grammar = book.grammar
        self._shortest_similar = min(
            (similar.lengths.start for similar in book.grammar.similar.values()), default=0
        )
        self._spelling = {
            word: tuple(self._one_spelling(one) for one in meant) for word, meant in book.spelling.items()
        }
        self._stems = _by_head(book.stems)
        self._bearing = [(rule, _bearing(rule, book.grammar.blockers)) for rule in book.grammar.rules]
        spelt = self._spelt_alike(book.phrases)
        self._known = frozenset(word for phrases in spelt.values() for words in phrases for word in words)
        self._vocab = spacy.blank("xx").vocab
        self._matcher = PhraseMatcher(self._vocab, attr="ORTH")
        for concept, phrases in spelt.items():
            self._matcher.add(concept, _patterns(self._vocab, phrases))
        self._starts = _starts(book.grammar)
        self._names = {self._vocab.strings[concept]: concept for concept in book.phrases}

    def _spelt_alike(
        self, phrases: Mapping[str, frozenset[tuple[str, ...]]]
    ) -> dict[str, frozenset[tuple[str, ...]]]:
        """The phrases as texts are read: one language's misspelling may be another language's word."""
        words = {word for wordings in phrases.values() for wording in wordings for word in wording}
        changed = {word: meant for word in words if (meant := self._meant(word)) != (word,)}
        return {
            concept: frozenset(
                wording if changed.keys().isdisjoint(wording) else _respelt(wording, changed)
                for wording in wordings
            )
            for concept, wordings in phrases.items()
        }

    def judge(self, text: str, *, media: int = 0) -> Verdict:
        """The urgency of one text, whatever its language.

        Args:
            text: the body as it came.
            media: how many photos came with it; a photo without words pages, with words it at least asks.
        """
        words = self._respelled(split(text))
        if not words.words:
            return Verdict("page", ("photo",)) if media else Verdict("none")
        best = self._best(Concepts(words, self._find(words)))
        if media and _RANK[best.ruling] <= _RANK["hint"]:
            return Verdict("ask", ("photo-with-words",))
        return Verdict("none" if best.ruling == "hint" else best.ruling, best.reasons)

    def fired(self, text: str) -> tuple[tuple[Rule, tuple[str, ...]], ...]:
        """Every rule that pages or asks, with what lowered it to that: one text may say several things."""
        words = self._respelled(split(text))
        concepts = Concepts(words, self._find(words)) if words.words else None
        return tuple(self._fired(concepts)) if concepts else ()

    def _fired(self, concepts: Concepts) -> Iterator[tuple[Rule, tuple[str, ...]]]:
        for rule, blockers in self._candidates_of(concepts):
            found = _applied(rule, concepts, blockers, _Finding("hint"))
            if found.ruling != "hint":
                yield rule, found.reasons[1:]

    def _respelled(self, words: Words) -> Words:
        """The same text with known misspellings undone."""
        pairs = [
            (meant, number)
            for word, number in zip(words.words, words.sentence, strict=True)
            for meant in self._meant(word)
        ]
        return Words(tuple(word for word, _ in pairs), tuple(number for _, number in pairs), words.asked)

    def _meant(self, word: str) -> tuple[str, ...]:
        meant = self._spelling.get(word)
        if meant is not None:
            return meant
        return (word,) if len(word) < self._shortest_similar else (self._one_spelling(word),)

    def _one_spelling(self, word: str) -> str:
        return next((name for name, similar in self._grammar.similar.items() if _alike(word, similar)), word)

    def _find(self, words: Words) -> Hits:
        known = (_number(word) for word in words.words)
        doc = Doc(self._vocab, words=[word if word in self._known else _UNKNOWN for word in known])
        hits: Hits = {}
        for key, start, end in self._matcher(doc):
            hits.setdefault(self._names[key], []).append(Span(start, end))
        for index, word in enumerate(words.words):
            for concept in self._begun(word):
                hits.setdefault(concept, []).append(Span(index, index + 1))
        return hits

    def _begun(self, word: str) -> Iterable[str]:
        """The concepts of a word by its beginning: endings differ too much to be listed."""
        near = self._stems.get(word[:SHORTEST_STEM], ())
        return {name for beginning, names in near if word.startswith(beginning) for name in names}

    def _candidates(self, concepts: Concepts) -> list[int]:
        """Places of the rules whose concepts are all in the text; most texts have none."""
        found = {
            place
            for concept in concepts.found
            for place, others in self._starts.get(concept, ())
            if not any(concepts.found.isdisjoint(part) for part in others)
        }
        return sorted(found)

    def _candidates_of(self, concepts: Concepts) -> Iterator[tuple[Rule, list[tuple[str, Blocker]]]]:
        """The rules whose concepts are all in the text, each with the blockers that may lower it."""
        candidates = self._candidates(concepts)
        if not candidates:
            return
        active = {
            name for name, blocker in self._grammar.blockers.items() if concepts.may_lower(name, blocker)
        }
        for rule, bearing in (self._bearing[place] for place in candidates):
            yield rule, [item for item in bearing if item[0] in active]

    def _best(self, concepts: Concepts) -> _Finding:
        best = _Finding("none")
        for rule, blockers in self._candidates_of(concepts):
            if _RANK[rule.verdict] <= _RANK[best.ruling]:
                continue
            if not _hopeless(rule, blockers, _RANK[best.ruling]):
                best = _applied(rule, concepts, blockers, best)
            if best.ruling == "page":
                break
        return best


def _respelt(wording: tuple[str, ...], changed: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(one for word in wording for one in changed.get(word, (word,)))


def _starts(grammar: Grammar) -> dict[str, list[Candidate]]:
    """For each concept, the rules that begin with it."""
    found: dict[str, list[Candidate]] = {}
    for place, rule in enumerate(grammar.rules):
        first, *others = (frozenset(part.split("|")) for part in rule.near)
        for concept in first:
            found.setdefault(concept, []).append((place, tuple(others)))
    return found


def _patterns(vocab: Vocab, phrases: Iterable[tuple[str, ...]]) -> list[Doc]:
    """The phrases as PhraseMatcher keeps them itself: hashes of their words.

    It takes them in this shape, which is also the one it pickles; a `Doc` for each would cost over a second.
    """
    hashes = {word: vocab.strings.add(word) for phrase in phrases for word in phrase}
    return cast("list[Doc]", [tuple(hashes[word] for word in phrase) for phrase in phrases])


def _by_head(stems: Mapping[str, frozenset[str]]) -> dict[str, list[tuple[str, frozenset[str]]]]:
    """The beginnings of words, with their concepts, under their own first letters."""
    heads: dict[str, list[tuple[str, frozenset[str]]]] = {}
    for beginning, concepts in stems.items():
        heads.setdefault(beginning[:SHORTEST_STEM], []).append((beginning, concepts))
    return heads


def _bearing(rule: Rule, blockers: Mapping[str, Blocker]) -> list[tuple[str, Blocker]]:
    """The blockers that bear on a rule."""
    return [
        (name, blocker)
        for name, blocker in blockers.items()
        if (name in rule.also if blocker.only_if_named else name not in rule.ignores)
    ]


def _hopeless(rule: Rule, blockers: list[tuple[str, Blocker]], least: int) -> bool:
    """Whether a blocker of the whole text keeps every match of the rule at or below `least`."""
    return any(
        blocker.scope == "text" and not blocker.unless and _RANK[rule.softens.get(name, blocker.to)] <= least
        for name, blocker in blockers
    )


def _applied(rule: Rule, concepts: Concepts, blockers: list[tuple[str, Blocker]], best: _Finding) -> _Finding:
    """The best verdict that any match of the rule reaches, if it is better than `best`."""
    for match in concepts.matches(rule):
        verdict = _lowered(rule, match, concepts, blockers, _RANK[best.ruling])
        if verdict is not None:
            best = verdict
            if verdict.ruling == rule.verdict:
                break
    return best


def _lowered(
    rule: Rule, match: Span, concepts: Concepts, blockers: list[tuple[str, Blocker]], least: int
) -> _Finding | None:
    """The verdict of one match, or None when it does not rank above `least`."""
    ruling: Urgency | Ruling = rule.verdict
    reasons = [rule.id]
    for name, blocker in blockers:
        to = concepts.lowers(name, blocker, match, weak=rule.weak)
        if to is None:
            continue
        to = rule.softens.get(name, to)
        if _RANK[to] <= least:
            return None
        if _RANK[to] < _RANK[ruling]:
            ruling = to
            reasons.append(name)
    return _Finding(ruling, tuple(reasons))


def _alike(word: str, similar: Similar) -> bool:
    if len(word) not in similar.lengths or word[0] not in similar.initials:
        return False
    return any(OSA.normalized_similarity(word, form) >= similar.least for form in similar.forms)


def _number(word: str) -> str:
    if not word.isdigit():
        return word
    return YEAR if len(word) == 4 and word[:2] in ("19", "20") else NUMBER
