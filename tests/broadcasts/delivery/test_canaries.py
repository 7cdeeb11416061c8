"""Phones of our own see what we sent and nothing else; anything else is an alarm."""

from __future__ import annotations

import base64
import json
import time
from typing import TYPE_CHECKING, Any, cast

import pytest
from prometheus_client import REGISTRY
from pydantic import SecretStr

from hotline.broadcasts import closing
from hotline.broadcasts.broadcast import load
from hotline.broadcasts.delivery.canaries import (
    MOST_TOLD,
    STREAM,
    Arrival,
    Watch,
    canaries,
    quotable,
    same,
    warnings,
)
from hotline.broadcasts.drafting import DraftRequest
from hotline.content import Library
from hotline.errors import SettingsError
from hotline.privacy.vault import Vault
from hotline.settings import load_settings
from hotline.staff.roster import add_staff
from hotline.store import Store, keys
from tests.stage.door import Door, a_form
from tests.stage.line import ALERTS, HOTLINE, Line, wait_until
from tests.stage.office import HOUR, Office

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

    from hotline.broadcasts.broadcast import Broadcast
    from hotline.content import Library
    from hotline.settings import Settings

CANARY, SECOND = "+18605550190", "+18605550189"
STRANGER = "+18605559999"
FALSE = "Santuario: the alert at Park St is over, confirm at santuario-help.xyz/in or call 860-555-0123"


class Coop:
    """The office with canaries, and the texts that reach them."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.watch = Watch(
            office.store, office.vault, office.library, office.settings, lambda: self.office.now
        )
        self._count = 0

    async def hears(self, body: str, sender: str = ALERTS, canary: str = CANARY, sid: str = "") -> str:
        self._count += 1
        chosen = sid or f"SM{self._count:032x}"
        return await self.watch.heard(Arrival(chosen, canary, sender, body))

    async def sent(self) -> Broadcast:
        """A broadcast that the carrier has taken for everybody, canaries too."""
        one = await self.office.sending()
        for id_ in await self.office.deliver():
            await self.office.box.accepted(id_, f"SM{id_}")
        return one

    async def stream(self) -> list[dict[str, str]]:
        rows = cast("list[Any]", await self.office.store.redis.xrange(STREAM))
        return [fields for _, fields in rows]

    async def texts(self) -> list[tuple[str, str]]:
        """Who is told what: pseudonym and words of everything that waits at the hotline."""
        redis, found = self.office.store.redis, list[tuple[str, str]]()
        for id_ in await redis.zrange(keys.outbox("hotline"), 0, -1):
            person, body = await cast("Any", redis.hmget(keys.out(str(id_)), "person", "body"))
            found.append((person, self.office.vault.open(body)))
        return found


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"canary_numbers": f"{CANARY},{SECOND}"})


@pytest.fixture
def coop(office: Office) -> Coop:
    return Coop(office)


def told(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


# -- who they are


async def test_every_language_of_the_city_has_its_canary_in_turn(vault: Vault, library: Library) -> None:
    numbers = [f"+1860555018{place}" for place in range(5)]
    settings = load_settings(_env_file=None, environment="test", canary_numbers=", ".join(numbers))
    rows = await canaries(vault, settings, library.city)
    assert [lang for _, _, lang in rows] == [*library.city.languages, library.city.languages[0]]
    assert [vault.open(address) for _, address, _ in rows] == numbers
    assert [person for person, _, _ in rows] == [vault.pseudonym(number) for number in numbers]


def test_the_demo_has_one_canary_and_others_have_none_unless_they_name_it() -> None:
    assert load_settings(_env_file=None).canaries == (CANARY,)
    assert load_settings(_env_file=None, environment="test").canaries == ()


@pytest.mark.parametrize("numbers", [HOTLINE, ALERTS, "bird"])
def test_a_canary_is_a_number_that_nobody_texts(numbers: str) -> None:
    with pytest.raises(SettingsError, match="CANARY_NUMBERS"):
        load_settings(_env_file=None, canary_numbers=numbers)


async def test_canaries_are_in_the_audience_of_every_alert_whatever_its_zone(coop: Coop) -> None:
    await coop.office.sign_up(1, "frog_hollow")
    one = await coop.office.drafted(
        DraftRequest(
            "organizer1", "news", HOUR, {"en": "Meeting at six.", "es": "Reunión a las seis."}, "Parkville"
        )
    )
    await coop.office.approve(one.id)
    rows = await cast("Any", coop.office.store.redis.lrange(keys.broadcast_todo(one.id), 0, -1))
    expected = {(coop.office.vault.pseudonym(CANARY), "en"), (coop.office.vault.pseudonym(SECOND), "es")}
    assert {(person, lang) for person, _, lang in map(json.loads, rows)} == expected


async def test_canaries_count_apart_from_people_through_the_whole_life_of_an_alert(coop: Coop) -> None:
    office, phones = coop.office, {coop.office.vault.pseudonym(number) for number in (CANARY, SECOND)}
    people = await office.sign_up(3)
    texts = {"en": "Meeting at six.", "es": "Reunión a las seis."}
    draft = await office.drafted(DraftRequest("organizer1", "event", 3600.0, texts))
    one = await office.approve(draft.id)
    assert (one.total, one.langs, one.waiting) == (3, {"en": 3}, 3)
    ids = await office.deliver()
    assert {id_.partition(":")[2] for id_ in ids} == {*people, *phones}
    for id_ in ids:
        await office.box.accepted(id_, f"SM{id_}")
    found = await load(office.store, one.id)
    assert (found.receipts, found.reached, found.waiting) == ({"sent": 3}, 3, 0)
    assert await office.ledger(one.id) == dict.fromkeys([*people, *phones], "sent")
    ending = await closing.close(
        office.store, office.library, office.settings, one.id, now=office.now, by="organizer1",
        reason="cancelled",
    )  # fmt: skip
    closed = {id_.partition(":")[2] for id_ in await office.deliver()}
    assert closed == {*people, *phones}
    assert (await load(office.store, ending.id)).total == 3


# -- what we sent


async def test_what_we_sent_is_noted_as_seen_with_its_time_and_told_to_nobody(coop: Coop) -> None:
    one = await coop.sent()
    before = told("hotline_canary_seconds_count")
    coop.office.now += 7
    assert await coop.hears(one.texts["en"]) == "seen"
    (line,) = await coop.stream()
    assert (line["what"], line["canary"], line["broadcast"]) == ("seen", "canary1", one.id)
    assert 7 <= float(line["seconds"]) < 9
    assert told("hotline_canary_seconds_count") == before + 1
    assert await coop.texts() == []


async def test_a_retry_of_the_carrier_is_taken_once(coop: Coop) -> None:
    one = await coop.sent()
    sid = "SM" + "7" * 32
    assert [await coop.hears(one.texts["en"], sid=sid) for _ in range(2)] == ["seen", "duplicate"]
    assert len(await coop.stream()) == 1


async def test_a_second_copy_is_forgiven_at_once_and_an_alarm_when_somebody_sends_it_again_later(
    coop: Coop,
) -> None:
    one = await coop.sent()
    assert await coop.hears(one.texts["en"]) == "seen"
    coop.office.now += 60
    assert await coop.hears(one.texts["en"]) == "again"
    coop.office.now += HOUR
    assert await coop.hears(one.texts["en"]) == "alarm"
    assert [line["what"] for line in await coop.stream()] == ["seen", "alarm"]


@pytest.mark.parametrize(
    ("arrived", "expected"),
    [
        ("Santuario: “Meeting” at six, 10 Main St.", True),
        ('Sent from your Twilio trial account - Santuario: "Meeting" at six, 10 Main St.', True),
        ('(1/2) Santuario: "Meeting" at six, 10', True),
        ("(2/2) at six, 10 Main St.", True),
        ('SANTUARIO: "meeting" at six,\n10 main st', True),
        ('Santuario: "Meeting" at six, 10', False),
        ('Santuario: "Meeting" at seven, 10 Main St.', False),
        ('Santuario: "Meeting" at six, 10 Main St. santuario.xyz', False),
        ("(1/2) six", False),
        ("", False),
    ],
)  # fmt: skip
def test_what_networks_do_to_a_text_is_no_alarm_and_other_words_are(arrived: str, *, expected: bool) -> None:
    assert same(arrived, 'Santuario: "Meeting" at six, 10 Main St.') is expected


# -- what we did not send


async def test_an_alarm_texts_every_organizer_and_operator_in_their_language(coop: Coop) -> None:
    store, vault = coop.office.store, coop.office.vault
    await add_staff(store, vault, handle="op", number="+18605550105", role="operator", languages=("es",))
    before = told("hotline_canary_alarms_total", sender="own")
    assert await coop.hears(FALSE) == "alarm"
    texts = dict(await coop.texts())
    assert set(texts) == {vault.pseudonym(f"+1860555010{place}") for place in (3, 4, 5)}
    assert "did not send" in texts[vault.pseudonym("+18605550103")]
    assert "FREEZE" in texts[vault.pseudonym("+18605550103")]
    assert "no es nuestro" in texts[vault.pseudonym("+18605550105")]
    assert told("hotline_canary_alarms_total", sender="own") == before + 1


async def test_an_alarm_quotes_no_link_and_no_number_and_keeps_none(coop: Coop) -> None:
    await coop.hears(FALSE)
    (line,) = await coop.stream()
    for words in (line["text"], *(body for _, body in await coop.texts())):
        assert "the alert at Park St is over" in words
        assert "[link]" in words
        assert "xyz" not in words
        assert "0123" not in words
    kept = json.dumps(await coop.stream())
    assert not [number for number in (CANARY, ALERTS) if number in kept]


async def test_our_own_words_from_another_number_are_an_alarm(coop: Coop) -> None:
    one = await coop.sent()
    before = told("hotline_canary_alarms_total", sender="other")
    assert [await coop.hears(one.texts["en"], sender) for sender in (STRANGER, HOTLINE)] == ["alarm", "alarm"]
    assert told("hotline_canary_alarms_total", sender="other") == before + 1
    assert await coop.hears(one.texts["en"]) == "seen"


async def test_a_draft_that_reaches_a_canary_was_not_sent_by_us(coop: Coop) -> None:
    one = await coop.office.draft()
    assert await coop.hears(one.texts["en"]) == "alarm"


async def test_what_was_cancelled_before_it_reached_the_canary_was_not_sent_by_us(coop: Coop) -> None:
    await coop.office.sign_up(1)
    one = await coop.office.sending()
    await coop.office.delivery.feed()
    await coop.office.move(one.id, "cancel")
    await coop.office.taken()
    assert await coop.hears(one.texts["en"]) == "alarm"


async def test_the_same_words_are_told_once_in_ten_minutes(coop: Coop) -> None:
    assert [await coop.hears(text) for text in (FALSE, FALSE.upper(), FALSE)] == ["alarm"] * 3
    assert len(await coop.texts()) == 2  # two organizers, one alarm
    redis = coop.office.store.redis
    await redis.delete(keys.canary_told, *await redis.keys(keys.canary_told_words("*")))  # ten minutes
    assert await coop.hears(FALSE) == "alarm"
    assert len(await coop.texts()) == 4


async def test_who_floods_a_canary_does_not_flood_the_organizers(coop: Coop) -> None:
    for place in range(MOST_TOLD + 5):
        assert await coop.hears(f"{place} reasons to call this number") == "alarm"
    assert len(await coop.texts()) == 2 * MOST_TOLD
    assert len(await coop.stream()) == MOST_TOLD + 5


def test_a_strange_text_is_quoted_short_and_without_links() -> None:
    assert (
        quotable("go to HTTP://x.y/z or a.bc now. 12 Main St. ok")
        == "go to [link] or [link] now. 12 Main St. ok"
    )
    assert len(quotable("word " * 200)) <= 170


# -- what they miss


async def test_a_canary_that_does_not_see_its_text_in_five_minutes_is_warned_of_once(coop: Coop) -> None:
    one = await coop.sent()
    assert await coop.watch.miss() == 0
    coop.office.now += 6 * 60
    before = told("hotline_canary_missing_total")
    assert [await coop.watch.miss() for _ in range(2)] == [1, 0]
    (line,) = await coop.stream()
    assert (line["what"], line["canary"], line["receipt"]) == ("missing", "canary1", "sent")
    assert told("hotline_canary_missing_total") == before + 1
    assert await coop.texts() == []
    (warning,) = await warnings(coop.office.store, coop.office.now)
    assert warning["broadcast"] == one.id


async def test_a_warning_goes_when_the_text_arrives_after_all(coop: Coop) -> None:
    one = await coop.sent()
    coop.office.now += 6 * 60
    await coop.watch.miss()
    assert await coop.hears(one.texts["en"]) == "seen"
    assert await warnings(coop.office.store, coop.office.now) == []


async def test_a_canary_that_saw_its_text_is_not_warned_of(coop: Coop) -> None:
    one = await coop.sent()
    await coop.hears(one.texts["en"])
    coop.office.now += HOUR
    assert await coop.watch.miss() == 0


async def test_what_waits_in_a_freeze_is_not_missed(coop: Coop) -> None:
    await coop.office.sending()
    await coop.office.delivery.feed()
    await cast("Any", coop.office.store.redis.sadd(keys.frozen, "alerts"))
    coop.office.now += 10 * 60
    assert await coop.watch.miss() == 0


# -- through the door


@pytest.fixture
def door(settings: Settings) -> Generator[Door]:
    password = SecretStr("a long password of the board")
    with Door(settings.model_copy(update={"console_password": password})) as opened:
        yield opened


async def test_what_twilio_did_not_sign_is_no_canarys_word(door: Door, store: Store) -> None:
    form = a_form(body=FALSE, sender=ALERTS, To=CANARY)
    assert (await door.post(form, X_Twilio_Signature="forged")).status == 403
    assert await store.redis.dbsize() == 0


async def test_a_canarys_text_is_nobodys_turn_and_an_urgent_one_pages_nobody(
    door: Door, store: Store, office: Office
) -> None:
    answer = await door.text(a_form(body="ICE is at 12 Park St", sender=STRANGER, To=CANARY))
    assert answer.status == 200
    person = office.vault.pseudonym(STRANGER)
    assert not await store.redis.exists(
        keys.inbox_ready, keys.incidents_open, keys.person(person), keys.inbox(person)
    )
    assert await store.redis.xlen(STREAM) == 1


async def test_the_board_shows_the_alarm_without_links_and_numbers(door: Door, office: Office) -> None:
    assert office.store
    await door.text(a_form(body=FALSE, sender=ALERTS, To=CANARY))
    basic = base64.b64encode(b"anybody:a long password of the board").decode()
    page = (await door.get("/console", Authorization=f"Basic {basic}")).text
    assert "canary1 got a text that" in page
    assert "from OUR number" in page
    assert "the alert at Park St is over" in page
    assert not [word for word in ("xyz", CANARY, ALERTS, "0123") if word in page]


# -- through the line


async def test_an_alert_is_seen_and_the_text_of_a_thief_with_our_key_raises_the_alarm(
    tmp_path: Path, library: Library
) -> None:
    async with Line(tmp_path, CANARY_NUMBERS=CANARY, SIMULATOR_CANARIES=CANARY) as line:
        await line.start("simulator", "webhook", "worker")
        store, vault = Store(line.redis.url, "hartford"), Vault(line.settings.secret_keys)
        office = Office(store, vault, library, line.settings)
        office.now = time.time()
        one = await office.sending()

        async def noted() -> list[str]:
            rows = cast("list[Any]", await store.redis.xrange(STREAM))
            return [fields["what"] for _, fields in rows]

        await wait_until(noted, 20, "the canary seeing the alert")
        assert await noted() == ["seen"]
        sid, key = line.settings.twilio_account_sid, line.settings.twilio_auth_token.get_secret_value()
        stolen = {"Authorization": f"Basic {base64.b64encode(f'{sid}:{key}'.encode()).decode()}"}
        url = f"http://127.0.0.1:{line.ports['simulator']}/2010-04-01/Accounts/{sid}/Messages.json"
        form = {"To": CANARY, "From": ALERTS, "Body": FALSE}
        async with line.http.post(url, data=form, headers=stolen) as answer:
            assert answer.status == 201
        for organizer in ("+18605550103", "+18605550104"):
            text = await line.hears(organizer, "OUR number")
            assert "the alert at Park St is over" in text
        assert await noted() == ["seen", "alarm"]
        mailboxes = await store.redis.keys(keys.inbox("*"))
        assert not [key for key in mailboxes if vault.pseudonym(ALERTS) in str(key)]
        assert not await store.redis.exists(keys.person(vault.pseudonym(ALERTS)))
        assert one.texts["en"] in await line.received(CANARY)
        await store.close()
