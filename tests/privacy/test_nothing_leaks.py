"""A conversation through the real processes, then a search for what was said and who said it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fnmatch import fnmatch
from typing import TYPE_CHECKING, Any, Final, cast

import pytest
import pytest_asyncio

from hotline.messaging.inbox import Inbound, stored
from hotline.store import Store, keys
from tests.stage.dump import everything
from tests.stage.line import OTHER, RESIDENT, RESPONDER1, RESPONDER2, Line, wait_until

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

# Words that nobody else would write, by the place they are said in.
ANSWERED, ASKED, REPORTED, RELAYED, BROKEN, FORGED = (
    "zarzamora", "quetzalito", "chirimoya", "huarachito", "membrillera", "tlacuachito",
)  # fmt: skip
IN_A_TEXT: Final = "+18605550177"
PHONES: Final = (RESIDENT, OTHER, RESPONDER1, RESPONDER2, "+18605550103", "+18605550104", IN_A_TEXT)
# Where masked words may stand in clear: docs/privacy.md.
DOCUMENTED: Final = {
    REPORTED: (keys.incident("*"), "reports"),
    ASKED: (keys.question("*"), keys.unanswered("*")),
}
OURS: Final = ("webhook", "worker", "actions")


@dataclass
class Traces:
    """What the line left behind: its Redis by key, its files by name, its metrics."""

    redis: dict[str, str]
    files: dict[str, str]
    metrics: str


def numbers_in(text: str) -> list[str]:
    """Phones of the conversation that stand in a text, however they are written."""
    return [
        phone
        for phone in PHONES
        if re.search(
            rf"{phone[2:5]}\D{{0,3}}{phone[5:8]}\D{{0,3}}{phone[8:]}|{phone[5:8]}[-. ]?{phone[8:]}", text
        )
    ]


async def _talk(line: Line) -> None:
    """A question, one for a person, a report with its claim and relay, and everything that goes wrong."""
    await line.text(RESIDENT, f"What are my rights at the door? {ANSWERED} {IN_A_TEXT}")
    await line.hears(RESIDENT, "door", 20)
    await line.text(RESIDENT, f"gurgle {ASKED} flibber, call (860) 555-0177")
    await line.hears(RESIDENT, "A person may read", 20)
    await line.text(OTHER, f"ICE is at 120 Park St {REPORTED}, my number is 860.555.0177")
    await line.hears(RESPONDER1, "120 Park St", 20)
    await line.text(RESPONDER1, "1")
    await line.hears(RESPONDER1, "yours", 20)
    await line.text(RESPONDER1, f"{RELAYED} I am on my way, call 860 555 0177")
    await line.hears(OTHER, RELAYED, 20)
    await line.text(OTHER, "STOP")
    await _misbehave(line)


async def _misbehave(line: Line) -> None:
    door = f"http://127.0.0.1:{line.ports['webhook']}/twilio"
    for path in ("inbound", "status"):
        for signature in ({}, {"X-Twilio-Signature": "wrong"}):
            form = {"From": RESIDENT, "To": OTHER, "Body": FORGED, "MessageSid": "SM1"}
            async with line.http.post(f"{door}/{path}", data=form, headers=signature) as answer:
                assert answer.status == 403
    await line.text("+18605550191", f"What are my rights? {ANSWERED}")  # the carrier refuses every answer
    await _poison(line)


async def _poison(line: Line) -> None:
    """A text that no key opens: its turn fails until it is buried."""
    store = Store(line.redis.url, "hartford")
    text = Inbound("SM" + "f" * 32, "somebody", "hotline", body=BROKEN)
    await store.commit(stored(text, address=BROKEN))

    async def buried() -> int:
        return int(await store.redis.xlen(keys.dead))

    await wait_until(buried, 30, "the broken text being buried")
    await cast("Any", store.redis.delete(keys.dead, keys.person("somebody")))
    await store.close()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def traces(tmp_path_factory: pytest.TempPathFactory) -> Traces:
    """One conversation, told on every process at its most talkative."""
    folder = tmp_path_factory.mktemp("leaks")
    shared = folder / "metrics"
    shared.mkdir()
    more = {"LOG_LEVEL": "debug", "MAX_TRIES": "1", "PROMETHEUS_MULTIPROC_DIR": str(shared)}
    async with Line(folder, **more) as line:
        await line.start("simulator", "actions", "webhook", "worker")
        await _talk(line)
        async with line.http.get(f"http://127.0.0.1:{line.ports['internal']}/metrics") as answer:
            metrics = await answer.text()
        store = Store(line.redis.url, "hartford")
        redis = await everything(store)
        await store.close()
        for name in OURS:
            line.stop(name)  # what is buffered is written
        return Traces(redis, dict(_files(folder)), metrics)


def _files(folder: Path) -> Iterable[tuple[str, str]]:
    """Every file of every process but the phone network's own journal, which is the phones."""
    for path in folder.rglob("*"):
        name = path.relative_to(folder)
        if path.is_file() and "simulator" not in name.parts:
            yield str(name), path.read_text(encoding="utf-8", errors="replace")


def logs(traces: Traces) -> dict[str, str]:
    """What processes wrote for people to read."""
    return {name: text for name, text in traces.files.items() if name.endswith(".log")}


def where(word: str, redis: dict[str, str]) -> set[str]:
    """Families of keys that hold a word."""
    return {
        re.sub(r"[a-z2-7]{26}|SM[0-9a-f]{32}|\d+", "…", key)
        for key, held in redis.items()
        if word in key + held
    }


def test_the_search_finds_what_is_there(traces: Traces) -> None:
    """Else everything below would hold of an empty folder."""
    assert numbers_in(f"From=%2B{RESIDENT[1:]}") == numbers_in("(860) 555-0111") == [RESIDENT]
    assert {f"{name}.log" for name in OURS} <= set(logs(traces))
    assert "worker started" in traces.files["worker.log"]
    assert "turn failed" in traces.files["worker.log"]
    assert any("appendonlydir" in name for name in traces.files)
    assert "hotline_webhooks_total" in traces.metrics
    assert "hotline_turns_total" in traces.metrics
    assert any(REPORTED in held for held in traces.redis.values())


def test_no_log_of_any_process_holds_a_number(traces: Traces) -> None:
    assert {name: found for name, text in logs(traces).items() if (found := numbers_in(text))} == {}


@pytest.mark.parametrize("word", [ANSWERED, ASKED, REPORTED, RELAYED, BROKEN, FORGED])
def test_no_log_of_any_process_holds_what_somebody_wrote(traces: Traces, word: str) -> None:
    assert [name for name, text in logs(traces).items() if word in text] == []


def test_no_metric_holds_a_number_or_what_somebody_wrote(traces: Traces) -> None:
    assert numbers_in(traces.metrics) == []
    assert not [
        word for word in (ANSWERED, ASKED, REPORTED, RELAYED, BROKEN, FORGED) if word in traces.metrics
    ]


def test_no_key_and_no_value_in_redis_holds_a_number(traces: Traces) -> None:
    assert {key for key, held in traces.redis.items() if numbers_in(key + held)} == set()


def test_no_number_was_ever_written_to_the_disk_in_clear(traces: Traces) -> None:
    """The append-only file also has what is long deleted."""
    assert {name for name, text in traces.files.items() if numbers_in(text)} == set()


@pytest.mark.parametrize("word", [ANSWERED, RELAYED, FORGED])
def test_words_that_nobody_needs_to_keep_were_never_written_in_clear(traces: Traces, word: str) -> None:
    assert {name for name, text in traces.files.items() if word in text} == set()
    assert where(word, traces.redis) == set()


@pytest.mark.parametrize("word", [ASKED, REPORTED])
def test_words_that_people_need_to_see_stand_where_the_documents_say_and_nowhere_else(
    traces: Traces, word: str
) -> None:
    keys = {key for key, held in traces.redis.items() if word in key + held}
    assert keys
    elsewhere = {key for key in keys if not any(fnmatch(key, pattern) for pattern in DOCUMENTED[word])}
    assert where(word, {key: traces.redis[key] for key in elsewhere}) == set()


def test_words_that_people_need_to_see_are_masked(traces: Traces) -> None:
    held = " ".join(traces.redis.values())
    assert re.search(rf"{REPORTED}, my number is \[number\]", held)
    assert re.search(rf"{ASKED} flibber, call \[number\]", held)
