"""STOP and START on either number: what ends, what comes back, and what the carrier blocks by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest

from hotline.broadcasts.delivery.carrier_failures import CarrierFailures
from hotline.errors import SendError
from hotline.messaging import status_callbacks
from hotline.messaging.contacts import Person, block, opt_out
from hotline.messaging.outbox import Outbound, Outbox, Priority, queued
from hotline.refusal import Reason, Refused
from hotline.store import keys
from hotline.subscriptions import subscribers
from tests.stage.talk import NOW, RESIDENT, Talk

if TYPE_CHECKING:
    from hotline.content import Library
    from hotline.privacy.vault import Vault
    from hotline.store import Commit, Store

SID: Final = "SM" + "4" * 32
SENDERS: Final = ("hotline", "alerts")


# -- what the carrier blocks by itself


@pytest.mark.parametrize("sender", SENDERS)
@pytest.mark.parametrize(
    ("words", "opt_out"), [("STOP", ""), (" unsubscribe ", ""), ("PARAR", "STOP"), ("kanpe", "STOP")]
)
async def test_a_stop_that_the_carrier_answers_is_known_as_its_block(
    talk: Talk, sender: str, words: str, opt_out: str
) -> None:
    await talk.says(words, to=sender, opt_out=opt_out)
    assert (await talk.known()).blocked == {sender}


async def test_a_stop_in_ones_own_words_is_no_block_of_the_carrier(talk: Talk) -> None:
    await talk.says("please stop texting me")
    assert "hotline" in (await talk.known()).stopped
    assert not (await talk.known()).blocked


async def test_a_stop_on_whatsapp_is_confirmed_by_us_because_the_carrier_does_not(
    newcomer: Talk,
) -> None:
    talk = Talk(newcomer.stage, "whatsapp:+18605550111")
    await talk.begin()
    assert "no more texts" in "".join(await talk.says("STOP"))
    assert not (await talk.known()).blocked


@pytest.mark.parametrize("sender", SENDERS)
@pytest.mark.parametrize(
    ("words", "opt_out"), [("START", ""), ("unstop", ""), ("yes", ""), ("VOLVER", "START")]
)
async def test_a_start_that_the_carrier_answers_lifts_its_block_of_that_number_alone(
    talk: Talk, sender: str, words: str, opt_out: str
) -> None:
    for each in SENDERS:
        await talk.says("STOP", to=each)
    await talk.says(words, to=sender, opt_out=opt_out)
    assert (await talk.known()).blocked == set(SENDERS) - {sender}


async def test_an_urgent_text_lifts_our_stop_and_not_what_we_know_of_the_carriers_block(talk: Talk) -> None:
    await talk.says("STOP")
    await talk.store.commit(
        talk.incidents.opening(
            "9", reporter=talk.person, text="ICE is here", lang="en", place="", zone="", photos=0
        )
    )
    known = await talk.known()
    assert "hotline" not in known.stopped
    assert known.blocked == {"hotline"}
    await talk.says("START")  # nothing of ours is to be lifted: the carrier's block is
    assert not (await talk.known()).blocked


@pytest.mark.parametrize("sender", ["hotline", "alerts", "alerts2"])
@pytest.mark.parametrize("said", ["at once", "later"])
async def test_a_refusal_of_the_carrier_shows_its_block(
    store: Store, vault: Vault, talk: Talk, sender: str, said: str
) -> None:
    """21610 on any send, in the answer or by callback: somebody stopped that number, and we had not heard."""
    box = Outbox(store, sender, 1000, "w1")
    text = Outbound("r1", talk.person, vault.seal("+18605550111"), "words", sender)
    await store.commit(queued(text, vault, NOW))
    await box.take(NOW)
    if said == "at once":
        await box.failed("r1", SendError("opted out", outcome="refused", code=21610), NOW)
    else:
        await box.accepted("r1", SID)
        await status_callbacks.status(store, id_="r1", sid=SID, state="failed", code="21610")
    known: Any = await talk.known()
    assert known.blocked == known.stopped == {sender.rstrip("2")}


# -- what ends, and what the confirmation says


async def signed_up(talk: Talk, channel: str = "text") -> None:
    """They get alerts: signed up by text, by a word given out at a meeting, or by an organizer's list."""
    person = Person(talk.person, talk.vault.seal(RESIDENT))
    await talk.store.commit(
        subscribers.added(person, ("all",), "en", shown="STOP to stop", channel=channel, now=NOW, night="yes")
    )


async def sent(talk: Talk, after: int = 0) -> list[tuple[str, str]]:
    """What leaves to them now by any number: which, and the words."""
    left: list[tuple[str, str]] = []
    for sender in SENDERS:
        box, at = Outbox(talk.store, sender, 1000, "w1"), NOW + after
        while True:
            taken = await box.take(at)
            at += min(taken.wait, 0.1) if taken.wait else 0.0
            if taken.id:
                left.append((sender, talk.vault.open(taken.fields["body"])))
            elif taken.wait and not await talk.store.redis.zcard(keys.outbox(sender)):
                break
    return left


def alert(talk: Talk, id_: str = "b1") -> Commit:
    """An alert to them, as the delivery queues it."""
    text = Outbound(id_, talk.person, talk.vault.seal(RESIDENT), "ICE near 7", "alerts", Priority.ALERT)
    return queued(text, talk.vault, NOW)


@pytest.mark.parametrize("channel", ["text", "event:FERIA", "csv", "cli"])
@pytest.mark.parametrize(
    "words",
    ["please stop texting me", "PARAR", "SISPANN", "no me manden más mensajes", "STOP.",
     "pare de mandar mensagens", "tanpri sispann voye mesaj ban mwen", "stop texts and alerts"],
)  # fmt: skip
async def test_stop_on_the_help_number_ends_alerts_too_and_says_so(
    talk: Talk, words: str, channel: str
) -> None:
    """Its confirmation of a sign-up says "STOP to stop"."""
    await signed_up(talk, channel)
    await talk.store.commit(alert(talk))
    said = await talk.says(words)
    assert said == [talk.library.say("stopped_hotline", "en")]
    assert await subscribers.one(talk.store, talk.person) is None
    assert (await talk.known()).stopped == set(SENDERS)
    assert await sent(talk) == [("hotline", said[0])]


@pytest.mark.parametrize("lang", ["en", "es", "pt", "ht"])
def test_each_confirmation_says_what_ended_and_how_to_come_back(library: Library, lang: str) -> None:
    alerts, word = {"en": ("alerts", "ALERTS"), "ht": ("alèt", "ALET")}.get(lang, ("alertas", "ALERTAS"))
    every = library.say("stopped_hotline", lang)
    assert all(part in every for part in (alerts, "START", word))
    assert word in library.say("stopped_alerts", lang)
    assert "START" in library.say("stopped_alerts_too", lang)
    assert word in library.say("started_help", lang)


@pytest.mark.parametrize(("words", "opt_out"), [("STOP", ""), ("END", ""), ("PARAR", "STOP")])
async def test_where_the_carrier_answers_a_stop_the_alerts_number_says_that_alerts_ended_too(
    talk: Talk, words: str, opt_out: str
) -> None:
    """The carrier speaks of "this number"; who relied on alerts must not wait for them in vain."""
    await signed_up(talk)
    await talk.store.commit(alert(talk))
    assert await talk.says(words, opt_out=opt_out) == []
    assert await subscribers.one(talk.store, talk.person) is None
    assert await sent(talk) == [("alerts", talk.library.say("stopped_alerts_too", "en"))]
    await talk.says(words, opt_out=opt_out)
    assert await sent(talk) == []


async def test_a_confirmation_that_comes_late_is_not_sent(talk: Talk) -> None:
    """47 CFR 64.1200(a)(12): it counts as a confirmation for five minutes."""
    await signed_up(talk)
    await talk.says("STOP")
    assert await sent(talk, after=301) == []


async def test_who_had_no_alerts_hears_nothing_of_us_after_the_carriers_answer(talk: Talk) -> None:
    await talk.says("STOP")
    assert await sent(talk) == []


async def test_stop_on_the_alerts_number_ends_alerts_and_leaves_help_open_and_says_so(talk: Talk) -> None:
    await signed_up(talk)
    assert await talk.says("please stop texting me", to="alerts") == [
        talk.library.say("stopped_alerts", "en")
    ]
    assert await subscribers.one(talk.store, talk.person) is None
    assert (await talk.known()).stopped == {"alerts"}
    assert await talk.says("MENU")


async def test_stop_alerts_on_the_help_number_ends_only_alerts(talk: Talk) -> None:
    await signed_up(talk)
    assert await talk.says("stop the alerts please") == [talk.library.say("stopped_alerts", "en")]
    assert (await talk.known()).stopped == {"alerts"}


async def test_the_question_on_the_alerts_number_names_what_would_end(talk: Talk) -> None:
    await signed_up(talk)
    assert await talk.says("basta ya", to="alerts") == [talk.library.say("stop_alerts_sure", "en")]
    await talk.says("1", to="alerts")
    assert (await talk.known()).stopped == {"alerts"}


async def test_who_answers_that_all_texts_shall_stop_gets_no_alerts_either(talk: Talk) -> None:
    await signed_up(talk)
    assert "all our texts" in "".join(await talk.says("basta ya"))
    assert await talk.says("1") == [talk.library.say("stopped_hotline", "en")]
    assert (await talk.known()).stopped == set(SENDERS)


async def test_a_second_stop_is_confirmed_only_if_something_ended(talk: Talk) -> None:
    await signed_up(talk)
    await talk.says("please stop texting me")
    assert await talk.says("please stop texting me") == []
    await talk.says("START", to="alerts")
    await talk.says("ALERTS ALL", to="alerts")
    assert await talk.says("please stop texting me") == [talk.library.say("stopped_hotline", "en")]
    assert await subscribers.one(talk.store, talk.person) is None


# -- the way back


async def test_start_on_the_help_number_signs_nobody_up_for_alerts_and_says_how(talk: Talk) -> None:
    await signed_up(talk)
    await talk.says("please stop texting me")
    assert await talk.says("START") == [talk.library.say("started_help", "en")]
    assert await subscribers.one(talk.store, talk.person) is None
    assert (await talk.known()).stopped == {"alerts"}
    assert "signed up for" in (await talk.says("ALERTS ALL"))[0]
    assert not (await talk.known()).stopped


async def test_a_start_that_the_carrier_answers_still_says_how_to_get_alerts_again(talk: Talk) -> None:
    await signed_up(talk)
    await talk.says("STOP", opt_out="STOP")
    assert await talk.says("START", opt_out="START") == [talk.library.say("started_help", "en")]


async def test_start_on_the_alerts_number_leaves_the_help_line_stopped(talk: Talk) -> None:
    await signed_up(talk)
    await talk.says("please stop texting me")
    await sent(talk)
    await talk.says("START", to="alerts")
    assert await sent(talk) == [("alerts", talk.library.say("started_alerts", "en"))]
    assert (await talk.known()).stopped == {"hotline"}
    assert await subscribers.one(talk.store, talk.person) is None


async def test_the_word_that_a_confirmation_names_works_on_the_number_that_it_came_from(talk: Talk) -> None:
    await signed_up(talk)
    await talk.says("please stop texting me", to="alerts")
    await sent(talk)
    said = await talk.says("ALERTS ALL", to="alerts")
    assert ("alerts", said[0]) in await sent(talk)
    assert await subscribers.one(talk.store, talk.person)


async def test_an_urgent_text_after_a_stop_is_answered_and_brings_no_alerts_back(talk: Talk) -> None:
    await signed_up(talk)
    await talk.says("please stop texting me")
    await talk.store.commit(
        talk.incidents.opening(
            "9", reporter=talk.person, text="ICE is here", lang="en", place="", zone="", photos=0,
            address=talk.vault.seal(RESIDENT),
        )
    )  # fmt: skip
    await talk.store.commit(alert(talk, "b2"))
    assert (await talk.known()).stopped == {"alerts"}
    assert len(await talk.says("two vans", to="alerts")) == 1
    assert [sender for sender, _ in await sent(talk)] == ["hotline"] * 3


async def test_an_alert_that_is_tried_again_after_a_stop_is_not_sent(talk: Talk) -> None:
    await signed_up(talk)
    await talk.store.commit(alert(talk))
    box = Outbox(talk.store, "alerts", 1000, "w1")
    assert (await box.take(NOW)).id == "b1"
    await talk.says("please stop texting me")
    await box.failed("b1", SendError("busy", outcome="retry", code=20429, retry_after=1), NOW)
    assert await sent(talk, after=5) == [("hotline", talk.library.say("stopped_hotline", "en"))]


@pytest.mark.parametrize("known", [False, True])
async def test_a_stop_that_only_the_carrier_heard_ends_alerts_too_once(
    store: Store, vault: Vault, library: Library, talk: Talk, *, known: bool
) -> None:
    """Twilio refuses an answer with 21610: they stopped the help number while we were away."""
    if known:  # and have come back to alerts since
        await store.commit(block(talk.person, "hotline"))
    await signed_up(talk)
    failures = CarrierFailures(store, vault, library, lambda: NOW)
    box = Outbox(store, "hotline", 1000, "w1", consequences=failures)
    await store.commit(
        queued(Outbound("r1", talk.person, vault.seal(RESIDENT), "words", force=True), vault, NOW)
    )
    await box.take(NOW)
    await box.failed("r1", SendError("opted out", outcome="refused", code=21610), NOW)
    assert (await subscribers.one(store, talk.person) is not None) == known
    assert (await talk.known()).stopped == ({"hotline"} if known else set(SENDERS))


# -- danger after a STOP


async def test_after_a_stop_a_cry_that_only_the_second_look_hears_pages_too(talk: Talk) -> None:
    await talk.says("please stop texting me")
    await sent(talk)
    talk.second_look.sees["unos hombres de chaleco suben la escalera"] = "page"
    await talk.says("unos hombres de chaleco suben la escalera")
    assert await talk.incidents.reported_by(talk.person)
    assert len(await sent(talk)) >= 2  # the safety text, and the first question
    assert (await talk.known()).stopped == {"alerts"}


async def test_after_a_stop_words_that_may_be_a_cry_are_told_each_time_how_to_call(talk: Talk) -> None:
    await talk.says("please stop texting me")
    assert len(await talk.says("what are my rights")) == 1
    assert await talk.says("what are my rights") == []
    for _ in range(2):
        said = await talk.says("unos hombres raros afuera", urgency="ask")
        assert said == [talk.library.say("stopped_notice", "en")]


async def test_who_stops_in_an_open_report_and_cries_for_help_is_answered(talk: Talk) -> None:
    await talk.store.commit(
        talk.incidents.opening("9", reporter=talk.person, text="ICE", lang="en", place="", zone="", photos=0)
    )
    await talk.says("STOP.")
    assert (await talk.known()).stopped == set(SENDERS)
    await talk.says("they have two vans")
    assert (await talk.known()).stopped == set(SENDERS)
    await talk.says("they are breaking the door", urgency="page")
    assert (await talk.known()).stopped == {"alerts"}


@pytest.mark.parametrize("sender", SENDERS)
async def test_nobody_can_sign_up_who_stopped_for_them(talk: Talk, sender: str) -> None:
    """Else START, which signs nobody up, would bring alerts back."""
    await talk.store.commit(opt_out(talk.person, sender))
    with pytest.raises(Refused, match=Reason.STOPPED_PERSON):
        await subscribers.add_by_number(
            talk.store, talk.vault, RESIDENT, ("all",), "en", consent="told me at the fair", now=NOW
        )
    assert await subscribers.one(talk.store, talk.person) is None


# -- DELETE after a STOP


async def test_who_stopped_can_still_have_everything_deleted(talk: Talk) -> None:
    await talk.says("please stop texting me")
    await sent(talk)
    await talk.says("DELETE")
    assert await sent(talk) == [("hotline", talk.library.say("delete_confirm", "en"))]
    await talk.says("1")
    assert await sent(talk) == [("hotline", talk.library.say("deleted", "en"))]
    assert not await talk.store.redis.exists(keys.person(talk.person))
    assert (await talk.known()).stopped == set(SENDERS)


async def test_who_cannot_be_asked_because_the_carrier_blocks_us_is_deleted_at_their_word(talk: Talk) -> None:
    await talk.says("STOP")
    await talk.says("DELETE")
    assert await sent(talk) == []
    assert not await talk.store.redis.exists(keys.person(talk.person))
    assert (await talk.known()).blocked == {"hotline"}


async def test_how_to_come_back_is_said_once_however_often_they_stop(talk: Talk) -> None:
    await talk.says("please stop texting me")
    assert len(await talk.says("what are my rights")) == 1
    await talk.says("stop the alerts")
    assert await talk.says("what are my rights") == []
