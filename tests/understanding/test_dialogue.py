from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from hypothesis import given
from hypothesis import strategies as st

from hotline.content import Library
from hotline.errors import ContentError, DialogueUnavailable
from hotline.settings import ROOT
from hotline.stack.embedded import free_port
from hotline.understanding.dialogue import CONNECTIONS, KeywordDialogue, RasaDialogue, Say, Understood, escape
from hotline.understanding.topic_words import TopicWords

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable
    from pathlib import Path

PERSON = "p" * 26
GOOD = {
    "topic": "bond", "confidence": 0.8, "choices": [], "text": "words", "card": "national.bond",
    "hand_over": False, "urgent": False,
}  # fmt: skip
LIBRARY = Library.load(ROOT / "content", "hartford")
WORDS = ROOT / "content" / "keywords.yml"


class Rasa:
    """Rasa's REST channel as seen from outside; answers what it is told to."""

    def __init__(self) -> None:
        self.answer: Callable[[], Awaitable[web.StreamResponse]] = self.says([{"custom": GOOD}])
        self.asked: list[dict[str, Any]] = []
        app = web.Application()
        app.router.add_post("/webhooks/rest/webhook", self._webhook)
        self.server = TestServer(app)

    @staticmethod
    def says(body: object, status: int = 200) -> Callable[[], Awaitable[web.StreamResponse]]:
        async def answer() -> web.StreamResponse:
            return web.json_response(body, status=status)

        return answer

    async def _webhook(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(await request.json())
        return await self.answer()


@pytest.fixture
async def rasa() -> AsyncGenerator[Rasa]:
    stand = Rasa()
    await stand.server.start_server()
    yield stand
    await stand.server.close()


@pytest.fixture
async def dialogue(rasa: Rasa) -> AsyncGenerator[RasaDialogue]:
    asking = RasaDialogue(str(rasa.server.make_url("")), timeout=2)
    yield asking
    await asking.close()


async def test_what_rasa_says_comes_back_whole(rasa: Rasa, dialogue: RasaDialogue) -> None:
    heard = await dialogue.ask(PERSON, "how much is bond", "es", "national.bond")
    assert heard == Understood("bond", 0.8, (), (Say("words", "national.bond"),))
    assert rasa.asked == [
        {
            "sender": PERSON,
            "message": "how much is bond",
            "metadata": {"lang": "es", "last_card": "national.bond"},
        }
    ]


async def test_an_empty_text_leaves_the_words_to_the_caller(rasa: Rasa, dialogue: RasaDialogue) -> None:
    rasa.answer = rasa.says(
        [{"custom": GOOD | {"text": "", "choices": ["a", "b", "c", "d"], "urgent": True}}]
    )
    assert await dialogue.ask(PERSON, "x", "en") == Understood("bond", 0.8, ("a", "b", "c"), (), urgent=True)


@pytest.mark.parametrize(
    "body",
    [[], {}, None, "text", [1], [{}], [{"text": "hi"}], [{"custom": None}], [{"custom": {}}],
     [{"custom": GOOD | {"topic": None}}], [{"custom": GOOD | {"confidence": "high"}}],
     [{"custom": GOOD | {"text": 3}}], [{"custom": GOOD | {"choices": 7}}]],
)  # fmt: skip
async def test_an_empty_or_foreign_answer_is_unavailable(
    rasa: Rasa, dialogue: RasaDialogue, body: object
) -> None:
    rasa.answer = rasa.says(body)
    with pytest.raises(DialogueUnavailable):
        await dialogue.ask(PERSON, "private words", "en")


@pytest.mark.parametrize("status", [401, 404, 500, 503])
async def test_an_error_status_is_unavailable(rasa: Rasa, dialogue: RasaDialogue, status: int) -> None:
    rasa.answer = rasa.says([{"custom": GOOD}], status)
    with pytest.raises(DialogueUnavailable):
        await dialogue.ask(PERSON, "private words", "en")


async def test_what_is_not_json_is_unavailable(rasa: Rasa, dialogue: RasaDialogue) -> None:
    async def html() -> web.StreamResponse:
        return web.Response(text="<html>", content_type="text/html")

    rasa.answer = html
    with pytest.raises(DialogueUnavailable):
        await dialogue.ask(PERSON, "private words", "en")


async def test_nobody_listening_is_unavailable_and_the_error_quotes_nothing() -> None:
    away = RasaDialogue(f"http://127.0.0.1:{free_port()}", timeout=1)
    with pytest.raises(DialogueUnavailable) as caught:
        await away.ask(PERSON, "private words", "en")
    assert "private" not in str(caught.value)
    assert PERSON not in str(caught.value)
    assert caught.value.__cause__ is None
    await away.close()


async def test_a_rasa_that_never_answers_is_unavailable_in_time() -> None:
    async def silence(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.read(1024):
            pass
        writer.close()

    server = await asyncio.start_server(silence, "127.0.0.1", 0)
    slow = RasaDialogue(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", timeout=0.3)
    begun = time.monotonic()
    more_than_connections = CONNECTIONS * 2 + 1  # waiting for a free connection counts too
    results = await asyncio.gather(
        *(slow.ask(PERSON, "words", "en") for _ in range(more_than_connections)), return_exceptions=True
    )
    assert time.monotonic() - begun < 1.5
    assert {type(one) for one in results} == {DialogueUnavailable}
    await slow.close()
    server.close()
    await server.wait_closed()


async def test_a_closed_dialogue_opens_again(dialogue: RasaDialogue) -> None:
    await dialogue.ask(PERSON, "one", "en")
    await dialogue.close()
    assert (await dialogue.ask(PERSON, "two", "en")).topic == "bond"


@given(st.text())
def test_no_text_reaches_rasa_with_a_leading_slash(text: str) -> None:
    """Rasa strips a text before it looks for the slash."""
    escaped = escape(text)
    assert not escaped.strip().startswith("/")
    assert len(escaped) == len(text)


def test_only_the_leading_slash_changes() -> None:
    assert escape("24/7 help") == "24/7 help"
    assert escape(" //go to a/b") == " \u2044\u2044go to a/b"


@pytest.mark.parametrize(
    ("text", "lang", "topic"),
    [
        ("what are my rights?", "en", "basic_rights"),
        ("NECESITO UN ABOGADO", "es", "find_lawyer"),
        ("se llevaron a mi esposo", "es", "detained_family"),
        ("do I have to open the door, what are my rights", "en", "rights_at_door"),
        ("preciso de um advogado", "pt", "find_lawyer"),
        ("mwen bezwen yon avoka", "ht", "find_lawyer"),
    ],
)
async def test_without_rasa_plain_words_find_their_card(text: str, lang: str, topic: str) -> None:
    heard = await KeywordDialogue(LIBRARY, WORDS).ask(PERSON, text, lang)
    answer = LIBRARY.answer(topic, lang)
    assert answer is not None
    assert (heard.topic, heard.say) == (topic, (Say(answer.text, answer.card),))


@pytest.mark.parametrize("text", ["", "good morning", "zzz", "a lawyer or bond", "unsigned", "/"])
async def test_without_rasa_nothing_is_guessed(text: str) -> None:
    assert await KeywordDialogue(LIBRARY, WORDS).ask(PERSON, text, "en") == Understood("", 0.0, (), ())


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        ("[]", "the whole file: Input should be a valid dictionary"),
        ("nonsense: {en: [x]}", "nonsense is not a topic"),
        ("bond: [x]", "bond: Input should be a valid dictionary"),
        ("bond: {en: x}", "bond > en: "),
        ("bond: {en: ['?']}", "empty"),
        ("bond: {en: [Fianza]}\ntps: {es: [fianza]}", '"fianza" is under bond and under tps'),
        ("bond: {en: [x]}\nbond: {es: [y]}", "bond stands here a second time"),
        ("bond: {", "not readable YAML"),
    ],
)
def test_a_malformed_word_list_is_one_sentence_that_names_the_file(
    tmp_path: Path, body: str, complaint: str
) -> None:
    path = tmp_path / "keywords.yml"
    path.write_text(body)
    with pytest.raises(ContentError, match=complaint) as caught:
        TopicWords.load(path, LIBRARY.topics)
    assert str(caught.value).startswith("keywords.yml")


def test_a_missing_word_list_is_said(tmp_path: Path) -> None:
    with pytest.raises(ContentError, match="missing"):
        TopicWords.load(tmp_path / "keywords.yml", LIBRARY.topics)


def test_every_word_list_leads_to_a_card() -> None:
    words = TopicWords.load(WORDS, LIBRARY.topics)
    assert {topic for topic in words.topics if LIBRARY.answer(topic, "en") is None} == set()
