"""The doctor's look at what runs: Redis and each process."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import aiohttp
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError, ResponseError

from hotline.privacy.fingerprint import KeyProof
from hotline.privacy.vault import Vault
from hotline.stack.doctor.findings import Diagnosis, State
from hotline.stack.embedded import OLDEST, running_url
from hotline.stack.gates import ANSWER_SECONDS, answers_http, answers_redis, port_is_free
from hotline.stack.processes import Process, processes, reachable
from hotline.store import Store

if TYPE_CHECKING:
    from hotline.settings import Settings


async def examine_redis(settings: Settings) -> list[Diagnosis]:
    """Whether Redis answers, is new enough, and loses nothing."""
    address = settings.redis_url or running_url(settings.data_dir) or ""
    if not address:
        return [Diagnosis("redis", "note", "the embedded server does not run", "make demo starts it")]
    client: Any = Redis.from_url(
        address,
        decode_responses=True,
        socket_timeout=ANSWER_SECONDS,
        socket_connect_timeout=ANSWER_SECONDS,
        retry=Retry(NoBackoff(), 0),
    )
    try:
        info: dict[str, Any] = await client.info("server")
        config = await _config(client)
        key = await _secret_key(settings, address)
    except (RedisError, OSError):
        return [Diagnosis("redis", "wrong", "does not answer", "start it, or correct REDIS_URL")]
    finally:
        await client.aclose()
    version = str(info.get("valkey_version") or info.get("redis_version"))
    return [*_redis(settings, version, config), key]


async def _secret_key(settings: Settings, address: str) -> Diagnosis:
    """Whether what Redis keeps was made with the key of these settings; nothing is written."""
    store = Store(address, settings.city, timeout=ANSWER_SECONDS)
    try:
        complaint = await KeyProof(store, Vault(settings.secret_keys)).complaint()
    finally:
        await store.close()
    if complaint:
        words, _, remedy = complaint.partition(": ")
        return Diagnosis("secret key", "wrong", words, remedy.rstrip("."))
    return Diagnosis("secret key", "ok", "the one this Redis was filled with, or nothing is there yet")


async def _config(client: Any) -> dict[str, str]:
    """What decides whether texts can be lost; empty where the provider hides it."""
    try:
        return await client.config_get("appendonly", "appendfsync", "maxmemory-policy")
    except ResponseError:
        return {}


def _redis(settings: Settings, version: str, config: dict[str, str]) -> list[Diagnosis]:
    found = [Diagnosis("redis", "ok", f"answers, version {version}")]
    if int(version.partition(".")[0]) < OLDEST:
        found = [
            Diagnosis("redis", "wrong", f"version {version} is too old", "use Valkey or Redis 7 or newer")
        ]
    fsync: State = "wrong" if settings.environment == "production" else "ok"
    rules: list[tuple[str, str, State]] = [
        ("appendonly", "yes", "wrong"),
        ("maxmemory-policy", "noeviction", "wrong"),
        ("appendfsync", "always", fsync),
    ]
    if not config:
        remedy = "make sure of appendonly yes, appendfsync always, maxmemory-policy noeviction"
        found.append(Diagnosis("redis", "note", "does not show its settings", remedy))
        return found
    for name, wanted, state in rules:
        if config.get(name) != wanted and state != "ok":
            found.append(
                Diagnosis(
                    "redis", state, f"{name} is {config.get(name)}: texts can be lost", f"set it to {wanted}"
                )
            )
    return found


async def examine_processes(settings: Settings) -> list[Diagnosis]:
    """Whether each process is well. If none runs, the line is simply not up."""
    address = settings.redis_url or running_url(settings.data_dir) or ""
    table = processes(settings, simulator=settings.environment != "production")
    well = await asyncio.gather(*(_is_well(row, address) for row in table))
    if not any(well):
        taken = [_taken(row) for row in table if row.port and not port_is_free(row.host, row.port)]
        return taken or [
            Diagnosis("processes", "note", "none runs, their ports are free", "make demo starts them")
        ]
    found = [_process(row, settings, is_well=is_well) for row, is_well in zip(table, well, strict=True)]
    return [*found, *await _readiness(settings)]


async def _is_well(row: Process, address: str) -> bool:
    if row.sign:
        return bool(address) and await answers_redis(address, row.sign.format(host="*", pid="*"))
    return await answers_http(row.health_url)


def _taken(row: Process) -> Diagnosis:
    words = f"port {row.port} is in use by something else"
    return Diagnosis(row.name, "wrong", words, f"stop it, or set {row.setting}")


def _process(row: Process, settings: Settings, *, is_well: bool) -> Diagnosis:
    if is_well:
        return Diagnosis(row.name, "ok", f"answers on port {row.port}" if row.port else "is alive")
    if row.name == "simulator":
        return Diagnosis(row.name, "note", "does not run", "only make demo starts it")
    log = settings.data_dir / "logs" / f"{row.name}.log"
    return Diagnosis(row.name, "wrong", "does not answer", f"see {log}")


async def _readiness(settings: Settings) -> list[Diagnosis]:
    """What the webhook itself cannot reach."""
    url = f"http://{reachable(settings.hotline_host)}:{settings.hotline_port}/health/ready"
    try:
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5)) as session,
            session.get(url) as answer,
        ):
            report: dict[str, Any] = await answer.json()
    except (aiohttp.ClientError, OSError, TimeoutError, ValueError):
        return []
    components: dict[str, str] = report.get("components", {})
    roster = components.pop("roster", "ok")
    down = [name for name, state in components.items() if state != "ok"]
    found = [_roster(roster)] if roster != "ok" and not down else []
    if down:
        found.append(
            Diagnosis("ready", "wrong", f"the webhook cannot reach {', '.join(down)}", "see their logs")
        )
    return found


def _roster(words: str) -> Diagnosis:
    """Whom a report would page, as the webhook said it."""
    state: State = "note" if "on call" in words else "wrong"
    remedy = "responders text ON" if state == "note" else "add responders and organizers: hotline staff add"
    return Diagnosis("roster", state, words, remedy)
