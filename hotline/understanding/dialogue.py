"""The port to the assistant: Rasa, or plain keywords when Rasa does not answer."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Protocol, cast

import aiohttp

from hotline.errors import DialogueUnavailable
from hotline.understanding.topic_words import TopicWords

if TYPE_CHECKING:
    from pathlib import Path

    from hotline.content import Library

CONNECTIONS: Final = 16  # Rasa is one process: more would only wait there instead of here
SLASHES: Final = re.compile(r"^[\s\u200b-\u200f\ufeff]*/+")
FRACTION_SLASH: Final = "\u2044"  # looks like "/", and to Rasa is a letter like any other


@dataclass(frozen=True)
class Say:
    """One text to the resident.

    Attributes:
        text: ready to send.
        card: id of the card it comes from, empty when it comes from none.
    """

    text: str
    card: str = ""


VAGUE: Final = frozenset({"", "out_of_scope"})


@dataclass(frozen=True)
class Understood:
    """What was understood in one text, and what to say.

    Attributes:
        topic: the likeliest topic, empty when nothing was understood.
        confidence: its probability, 0 to 1.
        choices: at most three topics to offer by digit, likeliest first; empty when sure.
        say: texts ready to send; empty when only the caller can know the words.
        hand_over: a person is wanted.
        urgent: enforcement is reported here and now.
    """

    topic: str
    confidence: float
    choices: tuple[str, ...]
    say: tuple[Say, ...]
    hand_over: bool = False
    urgent: bool = False

    @property
    def vague(self) -> bool:
        """Whether this says so little of a text that it may as well be a wish to hear no more."""
        return not self.urgent and (self.topic in VAGUE or bool(self.choices))


class Dialogue(Protocol):
    """Somebody who understands a resident's text."""

    async def ask(self, person: str, text: str, lang: str, last_card: str = "") -> Understood:
        """Understand one text.

        Args:
            person: pseudonym, never a number.
            text: already masked.
            lang: language of the answer.
            last_card: the card this person was answered with last.

        Raises:
            DialogueUnavailable: no usable answer in time.
        """
        ...

    async def close(self) -> None:
        """Close connections."""
        ...


class RasaDialogue:
    """Asks Rasa's REST channel. At most one text of a person may be under way; the caller keeps that."""

    def __init__(self, rasa_url: str, timeout: float) -> None:
        """Remember where Rasa is.

        Args:
            rasa_url: such as http://127.0.0.1:5005.
            timeout: seconds for the whole exchange, waiting for a free connection included.
        """
        self._url = f"{rasa_url.rstrip('/')}/webhooks/rest/webhook"
        self._timeout = aiohttp.ClientTimeout(total=timeout)
        self._session: aiohttp.ClientSession | None = None

    async def ask(self, person: str, text: str, lang: str, last_card: str = "") -> Understood:
        """See `Dialogue.ask`. Rasa answers failures with `200 []`, so an empty list counts as one.

        Raises:
            DialogueUnavailable: Rasa is down, slow, or answered with something else than our payload.
        """
        body = {
            "sender": person,
            "message": escape(text),
            "metadata": {"lang": lang, "last_card": last_card},
        }
        try:
            async with self._connected().post(self._url, json=body) as response:
                response.raise_for_status()
                messages = await response.json()
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            raise DialogueUnavailable(f"Rasa did not answer ({type(error).__name__}).") from None
        return _understood(messages)

    async def close(self) -> None:
        """Close the connections; a later question opens new ones."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    def _connected(self) -> aiohttp.ClientSession:
        if self._session is None or self._session.closed:
            connector = aiohttp.TCPConnector(limit=CONNECTIONS)
            self._session = aiohttp.ClientSession(connector=connector, timeout=self._timeout)
        return self._session


def escape(text: str) -> str:
    """Keep a leading "/" readable, but not as Rasa's shortcut that names an intent outright."""
    return SLASHES.sub(lambda found: found[0].replace("/", FRACTION_SLASH), text)


def _understood(messages: object) -> Understood:
    if not isinstance(messages, list) or not messages:
        raise DialogueUnavailable("Rasa answered with nothing, which is how it reports a failure.")
    first = cast("list[Any]", messages)[0]
    payload = cast("dict[str, Any]", first).get("custom") if isinstance(first, dict) else None
    if not isinstance(payload, dict):
        raise DialogueUnavailable("Rasa answered without our payload; is the model current?")
    try:
        return _from_payload(cast("dict[str, Any]", payload))
    except (KeyError, TypeError, ValueError):
        raise DialogueUnavailable(
            "Rasa answered with a payload we cannot read; is the model current?"
        ) from None


def _from_payload(payload: dict[str, Any]) -> Understood:
    text = payload["text"]
    if not isinstance(text, str) or not isinstance(payload["topic"], str):
        raise TypeError("text and topic are strings")
    return Understood(
        topic=payload["topic"],
        confidence=float(payload["confidence"]),
        choices=tuple(str(choice) for choice in payload["choices"])[:3],
        say=(Say(text, str(payload["card"])),) if text else (),
        hand_over=payload["hand_over"] is True,
        urgent=payload["urgent"] is True,
    )


class KeywordDialogue:
    """Answers from word lists while Rasa is away: knows less, guesses never."""

    def __init__(self, library: Library, words: Path) -> None:
        """Read the word lists.

        Args:
            library: where the answers come from.
            words: the file of words per topic, `keywords.yml` of the content folder.

        Raises:
            ContentError: the file is malformed.
        """
        self._library = library
        self._words = TopicWords.load(words, library.topics)

    async def ask(self, person: str, text: str, lang: str, last_card: str = "") -> Understood:  # noqa: ARG002 - the port's shape
        """See `Dialogue.ask`; an empty topic means that no word list fits, or that two fit equally."""
        topic = self._words.topic_of(text)
        answer = self._library.answer(topic, lang) if topic else None
        if answer is None:
            return Understood(topic="", confidence=0.0, choices=(), say=())
        return Understood(topic=topic, confidence=1.0, choices=(), say=(Say(answer.text, answer.card),))

    async def close(self) -> None:
        """Nothing is held open."""
