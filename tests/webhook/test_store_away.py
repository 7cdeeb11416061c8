"""With the store away no text is acknowledged, and Twilio's next try brings it in."""

from __future__ import annotations

import asyncio
import os
import signal
from typing import TYPE_CHECKING, Any, cast

import pytest

from hotline.settings import load_settings
from hotline.stack.embedded import EmbeddedRedis, free_port
from hotline.store import Commit, Store, keys
from tests.stage.door import PHONE, STATUS, Door, a_form, mailbox
from tests.stage.line import wait_until

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Generator

    from hotline.privacy.vault import Vault

AWAY = (503, "The store does not answer; try again.")


@pytest.fixture(scope="module")
def own_redis(tmp_path_factory: pytest.TempPathFactory) -> Generator[EmbeddedRedis]:
    """A server that a test may break."""
    with EmbeddedRedis(tmp_path_factory.mktemp("own"), port=free_port()) as server:  # the same after a kill
        yield server


@pytest.fixture
async def own_store(own_redis: EmbeddedRedis) -> AsyncGenerator[Store]:
    """A way to look into it from outside."""
    opened = Store(own_redis.url, "hartford")
    await opened.redis.flushall()
    await opened.redis.connection_pool.disconnect()  # none is open when the server is killed
    yield opened
    await opened.close()


@pytest.fixture(scope="module")
def own_door(own_redis: EmbeddedRedis, tmp_path_factory: pytest.TempPathFactory) -> Generator[Door]:
    """A door on it."""
    settings = load_settings(
        _env_file=None,
        environment="test",
        redis_url=own_redis.url,
        data_dir=tmp_path_factory.mktemp("own_door"),
    )
    with Door(settings) as opened:
        yield opened


async def test_commits_made_together_survive_a_server_that_forgot_the_scripts(own_store: Store) -> None:
    """Any restart forgets them."""
    await own_store.commit(a_write("a"))
    await own_store.redis.script_flush()
    await asyncio.gather(*[own_store.commit(a_write(name)) for name in ("b", "c", "d")])
    assert await own_store.redis.exists(keys.lock("b"), keys.lock("c"), keys.lock("d")) == 3


def a_write(name: str) -> Commit:
    commit = Commit()
    commit.set(keys.lock(name), "1", 60)
    return commit


async def test_with_redis_killed_nothing_is_acknowledged_and_afterwards_the_same_texts_are_taken_in(
    own_door: Door, own_redis: EmbeddedRedis, own_store: Store, vault: Vault
) -> None:
    before = [a_form(body=f"before {number}") for number in range(20)]
    assert {(await own_door.text(form)).status for form in before} == {200}
    own_redis.kill()
    forms = [a_form(body=f"text {number}") for number in range(20)] + [a_form(body="ICE is at 120 Park St")]
    answers = await asyncio.gather(*[own_door.text(form) for form in forms])
    assert {(answer.status, answer.text) for answer in answers} == {AWAY}
    assert (await own_door.text(a_form(MessageStatus="sent"), STATUS)).status == 503

    own_redis.start()
    for form in forms:
        await wait_until(lambda form=form: taken_in(own_door, form), 5, "a text being taken in")
    assert len(await mailbox(own_store, vault.pseudonym(PHONE))) == len(before) + len(forms)
    assert await own_store.redis.zcard(keys.incidents_all) == 1


async def taken_in(door: Door, form: str) -> bool:
    """Whether Twilio's next try of a text is acknowledged."""
    return (await door.text(form)).status == 200


async def test_when_redis_is_back_the_first_texts_are_taken_in(
    own_door: Door, own_redis: EmbeddedRedis, own_store: Store
) -> None:
    """Twilio by default does not ask twice: a 503 for a server that answers again is a lost text."""
    many = [a_form(MessageStatus="sent") for _ in range(20)]
    await asyncio.gather(*[own_door.text(form, STATUS) for form in many])  # many connections are open
    own_redis.kill()
    own_redis.start()
    assert (await own_door.get("/health/live")).status == 200
    answers = await asyncio.gather(*[own_door.text(form, STATUS) for form in many])
    assert {answer.status for answer in answers} == {200}
    assert (await own_door.text(a_form())).status == 200
    assert await own_store.redis.xlen(keys.inbox_ready) == 1


async def test_a_redis_that_hangs_is_not_waited_for_longer_than_twilio_waits(
    own_door: Door, own_redis: EmbeddedRedis, own_store: Store, vault: Vault
) -> None:
    """It may have stored the text all the same: the next try of that text is stored once."""
    await own_door.text(a_form())
    form = a_form(body="hello again")
    os.kill(own_redis.pid, signal.SIGSTOP)
    try:
        async with asyncio.timeout(10):
            answer = await own_door.text(form)
    finally:
        os.kill(own_redis.pid, signal.SIGCONT)
    assert (answer.status, answer.text) == AWAY
    assert (await own_door.text(form)).status == 200
    assert len(await mailbox(own_store, vault.pseudonym(PHONE))) == 2


async def test_a_redis_that_takes_no_more_is_as_good_as_away(own_door: Door, own_store: Store) -> None:
    """Full memory, `noeviction`."""
    await own_door.text(a_form())
    await cast("Any", own_store.redis.config_set("maxmemory", "1"))
    answer = await own_door.text(a_form())
    await cast("Any", own_store.redis.config_set("maxmemory", "0"))
    assert (answer.status, answer.text) == AWAY
    assert (await own_door.text(a_form())).status == 200


async def test_a_replica_is_as_good_as_away(own_door: Door, own_store: Store) -> None:
    """After a fail-over the old address may be a replica, which takes no writes."""
    await cast("Any", own_store.redis.replicaof("127.0.0.1", "1"))
    answer = await own_door.text(a_form())
    await cast("Any", own_store.redis.replicaof("NO", "ONE"))
    assert (answer.status, answer.text) == AWAY
    assert (await own_door.text(a_form())).status == 200
