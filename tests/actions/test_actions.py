from __future__ import annotations

import json
import zlib
from typing import TYPE_CHECKING, Any

import httpx
import pytest
import structlog

from actions.offer_choices import MOST, OfferChoices
from actions.server import GOALS, LARGEST_CALL, build_app
from hotline.content import Library
from hotline.settings import ROOT

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

LIBRARY = Library.load(ROOT / "content", "hartford")


@pytest.fixture
async def port() -> AsyncGenerator[httpx.AsyncClient]:
    """The internal port."""
    transport = httpx.ASGITransport(build_app(LIBRARY))
    async with httpx.AsyncClient(transport=transport, base_url="http://internal") as client:
        yield client


def call(
    action: str,
    topic: str,
    *,
    lang: str = "en",
    last_card: str = "",
    others: tuple[tuple[str, float], ...] = (),
    confidence: float = 0.9,
) -> dict[str, Any]:
    """What Rasa 3.6 sends to a selective endpoint: no domain."""
    ranking = [
        {"name": topic, "confidence": confidence},
        *({"name": name, "confidence": value} for name, value in others),
    ]
    message = {
        "text": "secret words",
        "intent": ranking[0],
        "intent_ranking": ranking,
        "entities": [],
        "metadata": {"lang": lang, "last_card": last_card},
    }
    tracker = {"sender_id": "p" * 26, "slots": {}, "latest_message": message, "events": [], "paused": False}
    return {"next_action": action, "sender_id": "p" * 26, "tracker": tracker, "version": "3.6.21"}


async def payload(port: httpx.AsyncClient, body: dict[str, Any]) -> dict[str, Any]:
    answer = await port.post("/webhook", json=body)
    assert answer.status_code == 200
    (response,) = answer.json()["responses"]
    assert answer.json()["events"] == []
    return response["custom"]


@pytest.mark.parametrize("lang", ["en", "es"])
async def test_a_question_gets_the_words_of_its_card_in_the_asked_language(
    port: httpx.AsyncClient, lang: str
) -> None:
    said = await payload(port, call("action_answer_question", "rights_at_door", lang=lang))
    card = LIBRARY.answer("rights_at_door", lang)
    assert card is not None
    assert said == {
        "topic": "rights_at_door", "confidence": 0.9, "choices": [], "text": card.text, "card": card.card,
        "hand_over": False, "urgent": False,
    }  # fmt: skip
    assert LIBRARY.answer("rights_at_door", "en") != LIBRARY.answer("rights_at_door", "es")


async def test_a_language_without_words_gets_the_english_ones(port: httpx.AsyncClient) -> None:
    said = await payload(port, call("action_answer_question", "warrant_types", lang="vi"))
    card = LIBRARY.answer("warrant_types", "en")
    assert card is not None
    assert said["text"] == card.text


async def test_a_topic_without_a_card_offers_a_person(port: httpx.AsyncClient) -> None:
    said = await payload(port, call("action_answer_question", "a_topic_of_tomorrow", lang="es"))
    assert said["text"] == LIBRARY.say("human_offer", "es")
    assert (said["card"], said["hand_over"]) == ("", False)


@pytest.mark.parametrize(
    ("topic", "part"), [("more", "more"), ("source", "source"), ("full_law_text", "law")]
)
async def test_a_follow_up_is_a_part_of_the_last_card_or_says_that_there_is_none(
    port: httpx.AsyncClient, topic: str, part: str
) -> None:
    card = next(one for one in LIBRARY.cards() if one.quotation)
    said = await payload(port, call("action_follow_up", topic, last_card=card.id))
    answer = LIBRARY.answer(card.topic, "en", part)  # pyright: ignore[reportArgumentType] - the three names above
    assert answer is not None
    assert (said["text"], said["card"]) == (answer.text, card.id)
    assert (await payload(port, call("action_follow_up", topic)))["text"] == LIBRARY.say(
        f"no_card_{part}", "en"
    )


async def test_a_report_is_urgent_and_leaves_the_words_to_the_worker(port: httpx.AsyncClient) -> None:
    said = await payload(port, call("action_report_raid", "report_raid"))
    assert (said["urgent"], said["text"]) == (True, "")


async def test_a_wish_for_a_person_is_handed_over(port: httpx.AsyncClient) -> None:
    said = await payload(port, call("action_talk_to_human", "ask_human", lang="es"))
    assert (said["hand_over"], said["text"]) == (True, LIBRARY.say("human_soon", "es"))


@pytest.mark.parametrize("topic", ["greet", "thanks", "goodbye", "who_are_you"])
async def test_small_talk_has_its_sentence(port: httpx.AsyncClient, topic: str) -> None:
    said = await payload(port, call("action_small_talk", topic))
    assert said["text"] == LIBRARY.say(topic, "en", line_name=LIBRARY.city.line_name)


@pytest.mark.parametrize(
    ("action", "topic"),
    [("action_ask_raid_status", "ask_raid_status"), ("action_line_control", "delete_my_data")],
)
async def test_what_only_the_worker_can_do_is_named_and_left_to_it(
    port: httpx.AsyncClient, action: str, topic: str
) -> None:
    said = await payload(port, call(action, topic))
    assert (said["topic"], said["text"], said["choices"]) == (topic, "", [])


async def test_unsure_between_topics_offers_at_most_three_likeliest_first(port: httpx.AsyncClient) -> None:
    likely = (("bond", 0.3), ("thanks", 0.2), ("detained_self", 0.15), ("find_lawyer", 0.1), ("minors", 0.09))
    said = await payload(port, call("action_offer_choices", "nlu_fallback", others=likely, confidence=0.35))
    assert said["choices"] == ["bond", "detained_self", "find_lawyer"]
    assert (said["topic"], said["text"], said["confidence"]) == ("bond", "", 0.3)
    assert len(said["choices"]) == MOST


async def test_a_guess_that_is_far_behind_is_not_offered(port: httpx.AsyncClient) -> None:
    likely = (("bond", 0.3), ("daca", 0.01))
    assert (await payload(port, call("action_offer_choices", "nlu_fallback", others=likely)))["choices"] == [
        "bond"
    ]


@pytest.mark.parametrize(
    ("others", "key"),
    [
        ((("bond", 0.03), ("daca", 0.01)), "unknown"),
        ((("out_of_scope", 0.3), ("daca", 0.2)), "unknown"),
        ((), "unknown"),
    ],
)
async def test_hardly_understood_is_said_honestly(
    port: httpx.AsyncClient, others: tuple[tuple[str, float], ...], key: str
) -> None:
    said = await payload(port, call("action_offer_choices", "nlu_fallback", others=others))
    assert (said["topic"], said["choices"], said["text"]) == ("out_of_scope", [], LIBRARY.say(key, "en"))


async def test_out_of_scope_is_said_as_such(port: httpx.AsyncClient) -> None:
    said = await payload(port, call("action_offer_choices", "out_of_scope"))
    assert said["text"] == LIBRARY.say("out_of_scope", "en")


async def test_a_compressed_call_is_understood(port: httpx.AsyncClient) -> None:
    body = zlib.compress(json.dumps(call("action_report_raid", "report_raid")).encode())
    answer = await port.post("/webhook", content=body, headers={"Content-Encoding": "deflate"})
    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("body", "encoding"),
    [(b"{", ""), (b"[]", ""), (b"{}", ""), (b"\xff", ""), (b"no zlib", "deflate"),
     (b" " * (LARGEST_CALL + 1), ""), (zlib.compress(b" " * (LARGEST_CALL * 8)), "deflate")],
)  # fmt: skip
async def test_what_is_not_an_action_call_is_400(port: httpx.AsyncClient, body: bytes, encoding: str) -> None:
    headers = {"Content-Encoding": encoding} if encoding else {}
    assert (await port.post("/webhook", content=body, headers=headers)).status_code == 400


async def test_an_unknown_action_is_404(port: httpx.AsyncClient) -> None:
    answer = await port.post("/webhook", json=call("action_of_tomorrow", "greet"))
    assert (answer.status_code, answer.json()["action_name"]) == (404, "action_of_tomorrow")


async def test_an_action_that_fails_tells_neither_the_log_nor_rasa_what_was_said(
    port: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("secret words")

    monkeypatch.setattr(OfferChoices, "answer", fail)
    with structlog.testing.capture_logs() as logs:
        answer = await port.post("/webhook", json=call("action_offer_choices", "nlu_fallback"))
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert [(one["event"], one["error"]) for one in logs] == [("action failed", "RuntimeError")]
    assert "secret" not in str(logs)


async def test_health_names_the_actions_and_metrics_are_prometheus_text(port: httpx.AsyncClient) -> None:
    assert (await port.get("/health")).json()["actions"] == sorted(goal.rasa_name for goal in GOALS)
    assert b"# TYPE python_info gauge" in (await port.get("/metrics")).content
