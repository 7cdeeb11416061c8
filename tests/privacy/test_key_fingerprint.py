"""Another secret key than Redis was filled with is refused before anything is named with it."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from hotline.errors import SettingsError
from hotline.privacy.fingerprint import KEY, KeyProof
from hotline.privacy.vault import Vault
from hotline.settings import ROOT
from hotline.stack.doctor.vitals import examine_redis
from hotline.stack.embedded import free_port
from hotline.staff.roster import add_staff

if TYPE_CHECKING:
    from pathlib import Path

    from hotline.settings import Settings
    from hotline.store import Store

OLD, NEW = "the key of the first year", "the key of the second year"


async def test_the_first_process_leaves_its_fingerprint_and_the_same_key_goes_on(store: Store) -> None:
    await KeyProof(store, Vault([OLD])).prove()
    await KeyProof(store, Vault([OLD])).prove()
    assert await store.redis.get(KEY) == Vault([OLD]).fingerprint


async def test_another_key_is_refused_with_both_fingerprints_and_no_key(store: Store) -> None:
    await KeyProof(store, Vault([OLD])).prove()
    with pytest.raises(SettingsError) as refused:
        await KeyProof(store, Vault([NEW])).prove()
    sentence = str(refused.value)
    assert Vault([OLD]).fingerprint in sentence
    assert Vault([NEW]).fingerprint in sentence
    assert OLD not in sentence
    assert NEW not in sentence


async def test_rotating_newest_first_goes_on_and_the_reversed_order_is_refused(store: Store) -> None:
    await KeyProof(store, Vault([OLD])).prove()
    await KeyProof(store, Vault([NEW, OLD])).prove()
    with pytest.raises(SettingsError, match="the newest stands first and the oldest last"):
        await KeyProof(store, Vault([OLD, NEW])).prove()


async def test_data_older_than_the_fingerprint_is_known_by_its_roster(store: Store) -> None:
    await add_staff(
        store, Vault([OLD]), handle="maria", number="+18605550101", role="responder", languages=("en",)
    )
    for wrong in ([NEW], [OLD, NEW]):
        with pytest.raises(SettingsError, match="roster"):
            await KeyProof(store, Vault(wrong)).prove()
    assert await store.redis.get(KEY) is None
    await KeyProof(store, Vault([OLD])).prove()


async def test_two_first_processes_with_two_keys_do_not_both_start(store: Store) -> None:
    one, other = KeyProof(store, Vault([OLD])), KeyProof(store, Vault([NEW]))
    assert await one.complaint() == await other.complaint() == ""
    await one.prove()
    with pytest.raises(SettingsError):
        await other.prove()


@pytest.mark.parametrize("command", [("webhook",), ("worker",), ("staff", "list"), ("reports", "list")])
async def test_a_process_with_another_key_does_not_start_and_says_why(
    store: Store, settings: Settings, tmp_path: Path, command: tuple[str, ...]
) -> None:
    await KeyProof(store, Vault([OLD])).prove()
    ended = subprocess.run(  # noqa: ASYNC221 - the test waits for it
        [sys.executable, "-m", "hotline", *command],
        cwd=ROOT, capture_output=True, text=True, timeout=60, check=False,
        env=os.environ
        | {"REDIS_URL": settings.redis_url, "HOTLINE_SECRET_KEY": NEW, "DATA_DIR": str(tmp_path),
           "ENVIRONMENT": "test", "HOTLINE_PORT": str(free_port())},
    )  # fmt: skip
    assert ended.returncode == 1
    assert "put the old key back" in " ".join(ended.stderr.split())
    assert "Traceback" not in ended.stderr


async def test_the_doctor_sees_a_wrong_key_and_writes_nothing(store: Store, settings: Settings) -> None:
    found = {one.part: one.state for one in await examine_redis(settings)}
    assert found["secret key"] == "ok"
    assert await store.redis.get(KEY) is None
    await KeyProof(store, Vault([OLD])).prove()
    wrong = next(one for one in await examine_redis(settings) if one.part == "secret key")
    assert wrong.is_wrong
    assert "old key" in wrong.remedy
