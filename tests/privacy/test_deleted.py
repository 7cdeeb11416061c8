"""What we say of DELETE is true: exactly what is named stays, and none of it leads to the person."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, cast

import pytest

from hotline.broadcasts import codes
from hotline.casework import questions, violations
from hotline.casework.violations import Violation
from hotline.conversation.residents import unanswered
from hotline.incidents import no_answer, photos
from hotline.messaging.contacts import Person, block, opt_out
from hotline.messaging.inbox import Inbound
from hotline.messaging.outbox import Outbound, Outbox, Priority, queued
from hotline.staff import volunteers
from hotline.staff.roster import Roster
from hotline.store import DAY, INCIDENT_TTL, keys
from hotline.subscriptions import subscribers
from tests.stage.dump import everything
from tests.stage.talk import NOW, RESIDENT, Talk

if TYPE_CHECKING:
    from hotline.content import Library
    from hotline.privacy.vault import Vault
    from hotline.store import Commit, Store

RAID: Final = "two vans at 120 Park St"
COMPLAINT: Final = "they asked for papers"
NAMED: Final = {
    "incident", "incidents", "reports",  # "a raid report you made", without a number
    "violation", "violations",  # "a city report"
    "optout", "blocked",  # "if you said STOP"
    "questions",  # numbers only, never given twice
}  # fmt: skip
SEALED: Final = re.compile(r"[\w-]{40,}={0,2}")


async def lived(talk: Talk) -> None:
    """Everything that the line can keep about somebody."""
    store, person, address = talk.store, talk.person, talk.vault.seal(RESIDENT)
    await talk.says("ESPAÑOL")
    await talk.says("ALERTAS TODO")
    await talk.says("1")
    await talk.says("MENU")
    await talk.says("FAKE Santuario: ICE raid at 12 Park St! Call 860-555-0123")
    for sent in (_asked(talk), _reported(talk), _told(talk, address), _volunteered(talk, address)):
        for commit in await sent:
            await store.commit(commit)
    await talk.says("tienen dos perros grandes")  # a detail of the report
    await store.commit(no_answer.expected(person, NOW))
    await store.redis.set(keys.rasa_tracker(person), "topics", ex=DAY)
    await store.redis.set(keys.interview(person), "when:1", ex=DAY)
    await cast("Any", store.redis.sadd(keys.event_yes("fair"), person))
    await store.redis.expire(keys.event_yes("fair"), DAY)
    await left(talk)


async def _asked(talk: Talk) -> list[Commit]:
    question = unanswered.Question("who is the mayor", "es", "unknown")
    handed = await questions.ask(
        talk.store, talk.vault, talk.library, Roster([]), person=talk.person, lang="es", text="help", now=NOW
    )
    return [unanswered.kept(talk.person, question)[0], handed]


async def _reported(talk: Talk) -> list[Commit]:
    await talk.store.redis.set(keys.incidents_last, 7)
    opening = talk.incidents.opening(
        "7", reporter=talk.person, text=RAID, lang="es", place="120 Park St", zone="", photos=1,
        address=talk.vault.seal(RESIDENT),
    )  # fmt: skip
    told = Violation("1", NOW, "es", COMPLAINT, contact="yes", reporter=talk.person)
    picture = Inbound("SM" + "9" * 32, talk.person, "hotline", "", media=(talk.vault.seal("https://x"),))
    return [
        opening, violations.opened(told, Roster([]), talk.library, talk.vault), photos.noted(picture, NOW)
    ]  # fmt: skip


async def _told(talk: Talk, address: str) -> list[Commit]:
    """Alerts: one that reached them, one under way, one that waits."""
    await cast("Any", talk.store.redis.hset(keys.broadcast("1"), mapping={"total": 1, "langs": '{"es": 1}'}))
    await talk.store.redis.expire(keys.broadcast("1"), DAY)
    made: list[Commit] = []
    for place in range(3):
        alert = Outbound(
            f"b{place}:{talk.person}", talk.person, address, "ICE", "alerts", Priority.ALERT, broadcast="1"
        )
        made.append(queued(alert, talk.vault, NOW + place))
    return made


async def _volunteered(talk: Talk, address: str) -> list[Commit]:
    _, code = await codes.ask(talk.store, talk.vault, talk.person, codes.Action("approve"), NOW)
    return [volunteers.asked(volunteers.Candidate("rosa", talk.person, address, "es")), code]


async def left(talk: Talk) -> None:
    """Everything that waits is handed to the carrier; of the alerts one, and one is under way."""
    for sender in ("hotline", "alerts"):
        box = Outbox(talk.store, sender, 1000, "w1")
        for place in range(30 if sender == "hotline" else 2):
            taken = await box.take(NOW + place)
            if taken.id and (sender, place) != ("alerts", 1):
                await box.accepted(taken.id, f"SM{sender}{place}{taken.id[:4]}")


async def traces(talk: Talk) -> set[str]:
    """Keys that lead to the person: by pseudonym, by a sealed number, by a number in clear."""
    found: set[str] = set()
    for key, held in (await everything(talk.store)).items():
        if talk.person in key or talk.person in held or RESIDENT[1:] in held:
            found.add(key)
        for sealed in SEALED.findall(held):
            if opens(talk.vault, sealed):
                found.add(key)
    return found


def opens(vault: Vault, sealed: str) -> bool:
    """Whether our key makes the number of it."""
    try:
        return RESIDENT in vault.open(sealed)
    except ValueError:  # pragma: no cover
        return False
    except Exception:  # noqa: BLE001 - no seal of ours
        return False


@pytest.fixture
async def talk(newcomer: Talk) -> Talk:
    """A resident of whom everything is kept, who asks to be forgotten."""
    await newcomer.begin("es")
    await lived(newcomer)
    assert {key.partition(":")[0] for key in await traces(newcomer)} >= {
        "person", "subscriber", "subscribers", "incident", "reporter", "violation", "question", "asked",
        "photo", "candidate", "onetime", "fake", "rasa", "interview", "event", "out", "outbox", "broadcast",
        "silences",
    }  # fmt: skip
    await newcomer.says("BORRAR")
    await newcomer.says("1")
    await left(newcomer)
    return newcomer


async def test_after_delete_nothing_that_is_left_leads_to_the_person(talk: Talk) -> None:
    assert await traces(talk) == set()


async def test_after_delete_a_stop_is_all_that_names_them(newcomer: Talk, store: Store) -> None:
    talk = newcomer
    await talk.begin("es")
    await store.commit(
        subscribers.added(Person(talk.person, "x"), ("all",), "es", shown="", channel="text", now=NOW)
    )
    await store.commit(opt_out(talk.person, "alerts"))
    await store.commit(block(talk.person, "alerts"))
    await talk.says("BORRAR")
    await talk.says("1")
    await left(talk)
    assert await traces(talk) == {keys.optout("alerts"), keys.blocked("alerts")}


async def test_after_delete_the_reports_that_we_name_stay_with_words_and_place(talk: Talk) -> None:
    found = await everything(talk.store)
    assert RAID in found[keys.incident("7")]
    assert "120 Park St" in found[keys.incident("7")]
    assert COMPLAINT in found[keys.violation("1")]
    theirs = {
        key for key, held in found.items() if any(words in held for words in (RAID, COMPLAINT, "perros"))
    }
    assert {key.partition(":")[0] for key in theirs} == {"incident", "reports", "violation"}


@pytest.mark.parametrize("lang", ["en", "es", "pt", "ht"])
def test_question_and_answer_say_how_long_a_report_stays(library: Library, lang: str) -> None:
    """About 3 months, and 6 for a report that the ordinance was broken: what the register of keys says."""
    assert (INCIDENT_TTL, violations.VIOLATION_TTL) == (90 * DAY, 180 * DAY)
    for key in ("delete_confirm", "deleted"):
        said = library.say(key, lang)
        assert re.findall(r"\d+", said.partition("1 =")[0]) == ["3", "6"]
    more = library.answer("data_privacy", lang, "more")
    assert more
    assert set(re.findall(r"\d+", more.text)) in ({"90", "180"}, {"3", "6"})
