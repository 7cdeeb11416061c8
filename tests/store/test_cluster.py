"""Three real nodes as a cluster: a city lies in one slot, and the corridor runs on it."""

from __future__ import annotations

import contextlib
import itertools
import time
from typing import TYPE_CHECKING, Any, Final, override

import pytest
from redis import Redis
from redis.exceptions import ResponseError

from hotline.content import Library
from hotline.incidents import records
from hotline.incidents.states import IncidentState
from hotline.privacy.retention import unbounded
from hotline.privacy.vault import Vault
from hotline.settings import ROOT, load_settings
from hotline.stack.embedded import EmbeddedRedis, free_port
from hotline.store import SCRIPTS, Commit, Store, keys
from tests.stage.door import PUBLIC, Door, a_form
from tests.stage.stage import Stage

if TYPE_CHECKING:
    from collections.abc import Generator

SLOTS: Final = 16384
PATIENCE: Final = 20.0  # seconds until the nodes know each other


class Node(EmbeddedRedis):
    """The embedded server as one of a cluster."""

    @override
    def _configuration(self) -> str:
        self.bus = free_port()
        mine = ("cluster-enabled yes", f"cluster-port {self.bus}", "cluster-config-file nodes.conf")
        return "\n".join([super()._configuration(), *mine])


@pytest.fixture(scope="module")
def nodes(tmp_path_factory: pytest.TempPathFactory) -> Generator[list[Node]]:
    """Three, each with a third of the slots."""
    with contextlib.ExitStack() as stack:
        made = [stack.enter_context(Node(tmp_path_factory.mktemp("node"), port=0)) for _ in range(3)]
        clients = [stack.enter_context(Redis.from_url(node.url, decode_responses=True)) for node in made]
        bounds = [SLOTS * place // 3 for place in range(4)]
        for client, (first, end) in zip(clients, itertools.pairwise(bounds), strict=True):
            client.execute_command("CLUSTER", "ADDSLOTSRANGE", first, end - 1)
        for node in made[1:]:
            clients[0].execute_command("CLUSTER", "MEET", "127.0.0.1", node.port, node.bus)
        deadline = time.monotonic() + PATIENCE
        while not all("cluster_state:ok" in _info(client) for client in clients):
            assert time.monotonic() < deadline, "the nodes do not know each other"
            time.sleep(0.05)
        yield made


def _info(client: Any) -> str:
    found = client.execute_command("CLUSTER", "INFO")
    return "\n".join(f"{name}:{value}" for name, value in found.items()) if isinstance(found, dict) else found


def node_of(nodes: list[Node], city: str) -> Node:
    """Where all of a city lies."""
    with Redis.from_url(nodes[0].url) as client:
        slot = int(client.execute_command("CLUSTER", "KEYSLOT", f"{{{city}}}"))  # pyright: ignore[reportArgumentType] - redis-py types both its clients at once
    return nodes[min(2, slot * 3 // SLOTS)]


async def test_the_corridor_runs_on_a_cluster(nodes: list[Node]) -> None:
    url = node_of(nodes, "hartford").url
    settings = load_settings(
        _env_file=None,
        redis_url=url,
        environment="test",
        public_base_url=PUBLIC,
        content_dir=ROOT / "content",
    )
    store = Store(url, "hartford")
    stage = Stage(store, Vault(settings.secret_keys), Library.load(ROOT / "content", "hartford"), settings)
    await stage.begin()

    with Door(settings) as door:
        answer = await door.text(a_form(body="ICE is at 120 Park St"))
        assert answer.status == 200
    (id_,) = await store.zrange(keys.incidents_open)

    id_ = await stage.reported("resident", "ICE is at 50 Main St", "50 Main Street")
    assert "50 Main" in await stage.hears("rita"), "a page"
    await stage.says("rita", f"TAKE {id_}")
    found = await records.load(store, id_)
    assert found
    assert found.claimed_by == "rita"

    people = await stage.sign_up(3)
    confirmed = await stage.report(IncidentState.CONFIRMED)
    code = await stage.drafts("ana", f"ALERT {confirmed}")
    await stage.approved(code)
    assert set(await stage.delivered()) == set(people)
    assert await unbounded(store) == []
    await store.close()


async def test_a_commit_over_two_cities_is_refused(nodes: list[Node]) -> None:
    """A commit cannot name another city's key; and if a script did, the engine would refuse it."""
    home = node_of(nodes, "hartford")
    other = next(name for name in map(str, range(50)) if node_of(nodes, name) is not home)
    store, theirs = Store(home.url, "hartford"), f"{{{other}}}"
    script = "redis.call('SET', KEYS[1], 1) redis.call('SET', ARGV[1], 1)"
    raw: Any = store.redis
    with pytest.raises(ResponseError, match=r"(?i)non local|slot"):
        await raw.eval(script, 1, "{hartford}:lock:x", f"{theirs}:lock:x")
    with pytest.raises(ResponseError, match=r"MOVED|\d+ 127"):
        await raw.evalsha(await raw.script_load(SCRIPTS["commit"]), 1, theirs, "{}")
    commit = Commit()
    commit.set(keys.lock(theirs), "1", 60)
    await store.commit(commit)
    assert await store.exists(keys.lock(theirs)) == 1, "whatever it is called, it lies in its own city"
    await store.close()
