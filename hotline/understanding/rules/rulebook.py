"""Read the triage rules in `content/triage/` and refuse malformed ones by file and rule."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import product
from typing import TYPE_CHECKING, Literal, Self

from pydantic import Field

from hotline.errors import ContentError
from hotline.text.spelling import fold, split
from hotline.text.wordfiles import WordFile, read_words

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator
    from pathlib import Path

type Urgency = Literal["page", "ask", "none"]
type Ruling = Literal["page", "ask", "hint"]  # a hint alone leaves a text calm
type Crisis = Literal["medical", "violence", "suicide"]  # in the order they are answered

RULES_FILE = "rules.yml"
NUMBER, YEAR = "#", "#year"
PLACE = "spot"  # the concept that a city's own names join
SHORTEST_STEM = 3  # letters of the beginning of a word
MOST_WORDINGS = 4000  # of one phrase: more is a slip of a brace and would eat memory

_PART = re.compile(r"\{([^{}]*)\}|\$(\w+)|#year|#|[^\s{}$#]+")


class Blocker(WordFile):
    """What lowers a rule: see the head of rules.yml for the meaning of each field."""

    scope: Literal["before", "sentence", "text"]
    to: Urgency
    reach: int = Field(100, ge=1)
    far: Urgency | None = None
    first: int | None = Field(None, ge=1)
    unless: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    concept: str = ""
    only_if_named: bool = False


class Rule(WordFile):
    """One way to reach a verdict: see the head of rules.yml for the meaning of each field."""

    id: str
    verdict: Ruling = "page"
    kind: Crisis | None = None
    near: tuple[str, ...] = Field(min_length=1)
    within: int = Field(8, ge=1)
    ordered: bool = False
    short: int | None = Field(None, ge=1)
    alone: bool = False
    weak: bool = False
    ignores: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    softens: dict[str, Urgency] = Field(default_factory=dict)


class Similar(WordFile):
    """Spellings that are brought to one word when they are alike enough."""

    least: float = Field(gt=0.5, le=1)
    forms: tuple[str, ...] = Field(min_length=1)

    @cached_property
    def lengths(self) -> range:
        """Lengths a word may have: what is far from every form need not be compared."""
        return range(min(map(len, self.forms)) - 1, max(map(len, self.forms)) + 3)

    @cached_property
    def initials(self) -> frozenset[str]:
        """Letters a form begins with, and those people hear instead."""
        return frozenset(form[0] for form in self.forms) | frozenset("eyh")


class Grammar(WordFile):
    """rules.yml: how concepts combine."""

    concepts: dict[str, str]
    similar: dict[str, Similar] = Field(default_factory=dict)
    blockers: dict[str, Blocker]
    rules: tuple[Rule, ...] = Field(min_length=1)


class Vocabulary(WordFile):
    """<lang>.yml: how one language says the concepts."""

    lang: str = Field(pattern=r"^[a-z]{2,3}$")
    spelling: dict[str, str] = Field(default_factory=dict)
    sets: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    concepts: dict[str, tuple[str, ...]]
    stems: dict[str, tuple[str, ...]] = Field(default_factory=dict)


@dataclass(frozen=True)
class Rulebook:
    """Every rule of every language, ready to be matched.

    Attributes:
        grammar: how concepts combine.
        phrases: for each concept, every wording as a tuple of plain words; `#` stands for a number.
        stems: the beginning of a word -> the concepts of every word that begins so.
        spelling: one word as texted -> the words it stands for.
    """

    grammar: Grammar
    phrases: dict[str, frozenset[tuple[str, ...]]]
    stems: dict[str, frozenset[str]]
    spelling: dict[str, tuple[str, ...]]

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read rules.yml and every <lang>.yml beside it.

        Raises:
            ContentError: a file is missing or malformed; names the file and the rule or phrase.
        """
        grammar = read_words(folder / RULES_FILE, Grammar)
        _check_grammar(grammar)
        phrases: dict[str, set[tuple[str, ...]]] = {}
        stems: dict[str, set[str]] = {}
        spelling: dict[str, tuple[str, ...]] = {}
        for path in sorted(folder.glob("*.yml")):
            if path.name == RULES_FILE:
                continue
            vocabulary = read_words(path, Vocabulary)
            spelling |= {word: split(meant).words for word, meant in vocabulary.spelling.items()}
            for concept, wordings in _wordings(vocabulary, grammar, path.name):
                phrases.setdefault(concept, set()).update(wordings)
            for concept, beginnings in vocabulary.stems.items():
                _check_declared(concept, grammar, path.name)
                for beginning in map(fold, beginnings):
                    _check_stem(beginning, concept, path.name)
                    stems.setdefault(beginning, set()).add(concept)
        if not phrases:
            raise ContentError(f"{folder}: no language file beside {RULES_FILE}; add at least en.yml.")
        return cls(
            grammar,
            {name: frozenset(wordings) for name, wordings in phrases.items()},
            {beginning: frozenset(concepts) for beginning, concepts in stems.items()},
            spelling,
        )

    def with_places(self, places: Iterable[str]) -> Self:
        """The same book with the names of a city among its places."""
        names = frozenset(words for words in map(_plain, places) if words)
        spots = self.phrases.get(PLACE, frozenset[tuple[str, ...]]()) | names
        return replace(self, phrases={**self.phrases, PLACE: spots})


def _check_grammar(grammar: Grammar) -> None:
    """Every concept that a rule or blocker names must be declared."""
    for name, blocker in grammar.blockers.items():
        named = [*(blocker.concept or name).split("|"), *blocker.unless, *blocker.needs]
        _check_named(f"blocker {name}", "concept", named, {*grammar.concepts, "question"})
    for rule in grammar.rules:
        _check_named(f"rule {rule.id}", "concept", "|".join(rule.near).split("|"), grammar.concepts)
        blockers = [*rule.also, *rule.softens, *rule.ignores]
        _check_named(f"rule {rule.id}", "blocker", blockers, grammar.blockers)


def _check_named(where: str, what: str, names: Iterable[str], known: Container[str]) -> None:
    unknown = [name for name in names if name not in known]
    if unknown:
        raise ContentError(f"{RULES_FILE}, {where}: there is no {what} {unknown[0]}.")


def _check_stem(beginning: str, concept: str, file: str) -> None:
    if len(beginning) < SHORTEST_STEM:
        raise ContentError(f"{file}, stems of {concept}: “{beginning}” is in too many words; make it longer.")


def _check_declared(concept: str, grammar: Grammar, file: str) -> None:
    if concept.removeprefix("not_") not in grammar.concepts:
        raise ContentError(f"{file}: concept {concept} is not declared in {RULES_FILE}.")


def _wordings(
    vocabulary: Vocabulary, grammar: Grammar, file: str
) -> Iterator[tuple[str, set[tuple[str, ...]]]]:
    for concept, phrases in vocabulary.concepts.items():
        _check_declared(concept, grammar, file)
        for phrase in phrases:
            try:
                yield concept, {words for words in expand(phrase, vocabulary.sets) if words}
            except ContentError as error:
                raise ContentError(f"{file}, concept {concept}, phrase “{phrase}”: {error}") from None


def expand(phrase: str, sets: dict[str, tuple[str, ...]]) -> set[tuple[str, ...]]:
    """Every wording of a phrase with {either|or} braces and $sets.

    >>> sorted(expand("at my {front |}door", {}))
    [('at', 'my', 'door'), ('at', 'my', 'front', 'door')]

    Raises:
        ContentError: braces that do not close, a set that is not there, or too many wordings.
    """
    rest = _PART.sub(" ", phrase).strip()
    if rest:
        raise ContentError(f"“{rest}” is left over; check the braces.")
    slots: list[set[tuple[str, ...]]] = []
    count = 1
    for part in _PART.finditer(phrase):
        slots.append(_choices(part, sets))
        count *= len(slots[-1])
        if count > MOST_WORDINGS:
            raise ContentError(f"more than {MOST_WORDINGS} wordings; split it or use fewer alternatives.")
    return {tuple(word for words in chosen for word in words) for chosen in product(*slots)}


def _choices(part: re.Match[str], sets: dict[str, tuple[str, ...]]) -> set[tuple[str, ...]]:
    inside, name = part.group(1), part.group(2)
    if name is not None:
        return _of_set(name, sets)
    if inside is None:
        return {_plain(part.group())}
    choices: set[tuple[str, ...]] = set()
    for choice in inside.split("|"):
        choices |= expand(choice, sets) if "$" in choice else {_plain(choice)}
    return choices


def _of_set(name: str, sets: dict[str, tuple[str, ...]]) -> set[tuple[str, ...]]:
    if name not in sets:
        raise ContentError(f"there is no set ${name}.")
    return {_plain(member) for member in sets[name]}


def _plain(text: str) -> tuple[str, ...]:
    """Words as `split` would read them, with the number marks kept."""
    words: list[str] = []
    for chunk in text.split():
        words.extend((chunk,) if chunk in (NUMBER, YEAR) else split(chunk).words)
    return tuple(words)
