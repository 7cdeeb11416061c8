"""What a channel's text leaves behind: the way back to its sender, by the address of ours it came to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import pytest

from hotline.messaging.address import Address, Route
from hotline.store import keys
from tests.stage.door import PHONE, a_form, mailbox

if TYPE_CHECKING:
    from hotline.privacy.vault import Vault
    from hotline.store import Store
    from tests.stage.door import Door

WAYS = [
    (f"whatsapp:{PHONE}", "whatsapp:+18605550100", "whatsapp:+18605550100"),
    (f"whatsapp:{PHONE}", "whatsapp:+18605550177", "whatsapp:+18605550177"),
    ("messenger:24180000000000017", "messenger:111000000000222", "messenger:111000000000222"),
    (f"rcs:{PHONE}", "rcs:santuario_agent", "rcs:santuario_agent"),
    # Ours on another channel is no way back.
    (f"whatsapp:{PHONE}", "+18605550100", None),
    (f"whatsapp:{PHONE}", "messenger:1", None),
    (f"whatsapp:{PHONE}", "whatsapp:+1\nwhatsapp:+2", None),
]


@pytest.mark.parametrize(("sender", "ours", "back"), WAYS)
async def test_the_way_back_is_kept_with_the_text(
    door: Door, store: Store, vault: Vault, sender: str, ours: str, back: str | None
) -> None:
    await door.text(a_form(sender=sender, To=ours))
    person = vault.pseudonym(sender)
    (kept,) = await mailbox(store, person)
    expected = Route(Address.parse(sender), Address.parse(back) if back else None)
    assert Route.read(vault.open(kept.route)) == expected
    sealed = await cast("Any", store.redis.hget(keys.person(person), "address"))
    assert Route.read(vault.open(sealed)) == expected


async def test_a_plain_text_keeps_its_number_alone(door: Door, store: Store, vault: Vault) -> None:
    await door.text(a_form())
    (kept,) = await mailbox(store, vault.pseudonym(PHONE))
    assert (kept.channel, kept.route) == ("", "")
    sealed = await cast("Any", store.redis.hget(keys.person(vault.pseudonym(PHONE)), "address"))
    assert vault.open(sealed) == PHONE


async def test_the_same_phone_on_two_channels_is_two_people(door: Door, store: Store) -> None:
    """Two reports of its own, each answered where it came from."""
    for sender in (PHONE, f"whatsapp:{PHONE}"):
        await door.text(a_form(body="ICE is at 120 Park St", sender=sender))
    assert await store.redis.zcard(keys.incidents_open) == 2
