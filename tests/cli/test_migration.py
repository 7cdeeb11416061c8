"""`hotline migrate`: what was stored under bare names is there under those of its city, whatever happens."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, cast

import pytest

from hotline.errors import InputError, SettingsError
from hotline.privacy.fingerprint import KeyProof
from hotline.store import Key, keys
from hotline.store import migration as moving
from hotline.store.migration import is_due, migrate
from tests.stage.dump import content, everything

if TYPE_CHECKING:
    from hotline.privacy.vault import Vault
    from hotline.store import Store
    from tests.cli.conftest import Hotline

# As the version before stored it: names are spelt here, for that version is not there to ask.
HASHES: Final = {
    "person:p1": {"address": "sealed", "lang": "es"},
    "incident:7": {"id": "7", "state": "open", "reporter": "p1", "version": "3"},
    "question:2": {"person": "p1", "text": "masked"},
    "inbox:active": {"p1": "1"},
    "inbox:tries": {"SM1": "1"},
    "staff": {"ana": "{}"},
    "staff:people": {"p9": "ana"},
    "out:SM1r0": {"state": "queued", "person": "p1", "sender": "hotline"},
    "subscriber:p2": {"consent": "shown", "address": "sealed"},
    "broadcast:4": {"state": "sent", "langs": '{"es": 1}'},
    "broadcast:4:ledger": {"p2": "delivered"},
    "broadcast:4:people": {"p2": '["sealed", "es"]'},
    "photo:MM1": {"by": "p1"},
    "forgotten": {"count": "2"},
}
STRINGS: Final = {
    "secret:fingerprint": "abc", "seen:SM1": "1", "incidents:last": "7", "reporter:p1": "7",
    "sid:SM9": "SM1r0",
    "rasa:tracker:p1": "{}", "broadcast:code:4711": "4", "drill:week:2026-48": "1",
    "outbox:rate:hotline": "1.5",
}  # fmt: skip
SETS: Final = {
    "optout:alerts": "p3",
    "blocked:alerts": "p3",
    "subscribers:everybody": "p2",
    "event:fair:yes": "p2",
}
SORTED: Final = {"incidents:open": "7", "incidents:due": "7", "incidents:all": "7", "outbox:hotline": "SM1r0"}
LISTS: Final = {"inbox:p1": '{"sid": "SM1"}', "incident:7:log": "{}", "broadcast:4:todo:ab12": "[]"}
STREAMS: Final = ("inbox:ready", "reports", "dead")
LIFE: Final = 5000  # seconds


@pytest.fixture
async def old(store: Store) -> dict[str, str]:
    """What the version before left, and how that reads under the names of now."""
    redis = cast("Any", store.redis)
    for name, fields in HASHES.items():
        await redis.hset(name, mapping=fields)
    for name, value in STRINGS.items():
        await redis.set(name, value)
    for name, value in SETS.items():
        await redis.sadd(name, value)
    for name, value in SORTED.items():
        await redis.zadd(name, {value: 1.5})
    for name, value in LISTS.items():
        await redis.rpush(name, value)
    for name in STREAMS:
        await redis.xadd(name, {"person": "p1", "event": "{}"})
    await redis.xgroup_create("inbox:ready", "workers", id="0")
    await redis.xreadgroup("workers", "w1", {"inbox:ready": ">"})
    found: dict[str, str] = {}
    async for name in store.strays():
        await redis.expire(name, LIFE)
        found[name] = await _held(store, name)
    return found


async def _held(store: Store, name: str) -> str:
    return await content(store, cast("Key", name))


async def names(store: Store) -> set[str]:
    """Bare names that are left."""
    return {name async for name in store.strays()}


async def test_everything_is_there_under_the_names_of_its_city_as_it_was(
    store: Store, old: dict[str, str]
) -> None:
    done = await migrate(store)
    assert (done.renamed.total(), done.kept.total()) == (len(old), 0)
    assert await names(store) == set()
    assert await everything(store) == old
    assert await store.hget(keys.incident("7"), "state") == "open"
    for name in old:
        assert LIFE - 60 < await store.ttl(Key(name)) <= LIFE, "its lifetime goes with it"
    pending = await cast("Any", store.redis.xpending(keys.inbox_ready, "workers"))
    assert pending["pending"] == 1, "a turn that was under way still is"


async def test_it_may_be_repeated(store: Store, old: dict[str, str]) -> None:
    await migrate(store)
    again = await migrate(store)
    assert (again.renamed.total(), again.kept.total()) == (0, 0)
    assert await everything(store) == old


@pytest.mark.parametrize("batches", range(6))
async def test_stopped_anywhere_it_goes_on_when_it_is_run_again(
    store: Store, old: dict[str, str], batches: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(moving, "BATCH", 5)
    renaming, left = moving._rename, batches

    async def dying(found: Store, batch: list[str]) -> list[bool | None]:
        nonlocal left
        if left == 0:
            raise ConnectionResetError
        left -= 1
        return await renaming(found, batch)

    monkeypatch.setattr(moving, "_rename", dying)
    with pytest.raises(ConnectionResetError):
        await migrate(store)
    assert await is_due(store), "half a migration does not let a worker start"
    assert {
        **await everything(store),
        **{name: await _held(store, name) for name in await names(store)},
    } == old
    monkeypatch.setattr(moving, "_rename", renaming)
    await migrate(store)
    assert await names(store) == set()
    assert await everything(store) == old


async def test_who_said_stop_on_the_help_number_gets_no_alerts_any_more(store: Store) -> None:
    """They were told "You get no more texts"; who signed up again after the update is not stopped twice."""
    redis = cast("Any", store.redis)
    await redis.sadd("optout:hotline", "p1", "p2")
    await redis.sadd("optout:alerts", "p3")
    await migrate(store)
    assert await redis.smembers(keys.optout("alerts")) == {"p1", "p2", "p3"}
    assert await redis.smembers(keys.optout("hotline")) == {"p1", "p2"}
    await redis.srem(keys.optout("alerts"), "p1")
    await migrate(store)
    assert await redis.smembers(keys.optout("alerts")) == {"p2", "p3"}


async def test_nothing_is_renamed_under_a_worker_that_runs(store: Store, old: dict[str, str]) -> None:
    for heartbeat in ("alive", keys.alive):
        await store.redis.set(heartbeat, "1", ex=15)
        with pytest.raises(InputError, match="worker is running"):
            await migrate(store)
        await store.redis.delete(heartbeat)
        assert await names(store) == set(old)
    await migrate(store)


@pytest.mark.usefixtures("old")
async def test_what_is_there_under_both_names_is_left_and_said(store: Store) -> None:
    await store.redis.set(keys.incidents_last, "1")
    done = await migrate(store)
    assert dict(done.kept) == {"incidents:last": 1}
    assert await store.get(keys.incidents_last) == "1"
    assert await names(store) == {"incidents:last"}
    await store.redis.delete("incidents:last")


@pytest.mark.usefixtures("old")
async def test_what_is_somebody_elses_is_left_alone(store: Store) -> None:
    await store.redis.set("celery-task-meta-1", "theirs")
    await store.redis.set("{newhaven}:incidents:last", "3")
    await migrate(store)
    assert await store.redis.get("celery-task-meta-1") == "theirs"
    assert await store.redis.get("{newhaven}:incidents:last") == "3"
    await store.redis.delete("celery-task-meta-1", "{newhaven}:incidents:last")


@pytest.mark.usefixtures("old")
async def test_the_command_counts_first_and_then_renames(store: Store, hotline: Hotline) -> None:
    before = await names(store)
    counted = await hotline("migrate", "--dry-run")
    assert (counted.code, counted.out) == (0, f"To rename: {len(before)} keys.\n")
    assert await names(store) == before
    done = await hotline("migrate")
    assert (done.code, done.out) == (0, f"Renamed: {len(before)} keys.\n")
    assert await names(store) == set()


@pytest.mark.usefixtures("old")
async def test_a_process_of_the_line_does_not_start_on_bare_names(
    store: Store, hotline: Hotline, vault: Vault
) -> None:
    refused = await hotline("webhook")
    assert refused.code == 1
    assert "run hotline migrate" in refused.err
    with pytest.raises(SettingsError, match="run hotline migrate"):
        await KeyProof(store, vault).prove_when_possible()  # as a worker does
    assert not await store.exists(keys.secret_fingerprint)
    await migrate(store)
