"""Whatever Twilio did not sign is refused, with a reason, and leaves nothing behind."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode

import pytest
from pydantic import SecretStr

from hotline.settings import load_settings
from tests.stage.door import INBOUND, PHONE, PUBLIC, STATUS, Door, a_form, mailbox, sign
from tests.stage.line import wait_until

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from hotline.privacy.vault import Vault
    from hotline.settings import Settings
    from hotline.store import Store

LIMIT = 64 * 1024


@pytest.fixture
async def empty(store: Store) -> AsyncGenerator[Store]:
    """A store that must be as empty after the test as before it."""
    yield store
    assert await store.redis.dbsize() == 0


def altered(form: str) -> str:
    return form.replace("rights", "wrongs")


@pytest.mark.usefixtures("empty")
@pytest.mark.parametrize("path", [INBOUND, STATUS])
async def test_without_a_signature_nothing_is_taken_in(door: Door, path: str) -> None:
    answer = await door.post(a_form(MessageStatus="sent"), path)
    assert (answer.status, answer.text) == (403, "The X-Twilio-Signature header is missing.")


@pytest.mark.usefixtures("empty")
@pytest.mark.parametrize("path", [INBOUND, STATUS])
@pytest.mark.parametrize(
    "signature",
    ["", "x", "0" * 28, "Ü" * 28, "A" * 8000],
    ids=["empty", "short", "made up", "not ASCII", "long"],
)
async def test_a_wrong_signature_is_refused(door: Door, path: str, signature: str) -> None:
    answer = await door.post(a_form(MessageStatus="sent"), path, X_Twilio_Signature=signature or " ")
    assert answer.status == 403


@pytest.mark.usefixtures("empty")
@pytest.mark.parametrize(
    "url",
    [
        PUBLIC + STATUS,
        PUBLIC + INBOUND + "?a=1",
        PUBLIC + INBOUND + "/",
        "http://line.example.org" + INBOUND,
        "https://evil.example.org" + INBOUND,
        "http://127.0.0.1:8000" + INBOUND,
    ],
)
async def test_a_signature_for_another_address_is_refused(door: Door, url: str) -> None:
    form = a_form()
    assert (await door.post(form, X_Twilio_Signature=sign(form, url))).status == 403


@pytest.mark.usefixtures("empty")
async def test_a_signature_by_another_account_is_refused(door: Door) -> None:
    form = a_form()
    for token in ("another token entirely", "demo-token-insecure-on-purpos"):
        assert (await door.post(form, X_Twilio_Signature=sign(form, token=token))).status == 403


@pytest.mark.usefixtures("empty")
async def test_a_signature_covers_every_parameter(door: Door) -> None:
    form = a_form()
    signed = sign(form)
    for changed in (altered(form), form + "&Added=1", form.replace("&NumMedia=0", ""), form + "&Body=more"):
        assert (await door.post(changed, X_Twilio_Signature=signed)).status == 403


@pytest.mark.usefixtures("empty")
async def test_two_signatures_are_no_better_than_one_wrong_one(door: Door) -> None:
    form = a_form()
    both = f"{sign(form, token='wrong')}, {sign(form)}"
    assert (await door.post(form, X_Twilio_Signature=both)).status == 403


@pytest.mark.usefixtures("empty")
async def test_with_no_token_configured_every_webhook_is_refused(settings: Settings) -> None:
    """Not even one that is signed with the empty token."""
    bare = settings.model_copy(update={"twilio_auth_token": SecretStr("")})
    form = a_form(MessageStatus="sent")
    with Door(bare) as door:
        for path in (INBOUND, STATUS):
            signed = sign(form, bare.public_url + path, token="")
            for headers in ({"X_Twilio_Signature": signed}, {}):
                answer = await door.post(form, path, **headers)
                assert answer.status == 403
                assert "No auth token is configured" in answer.text


@pytest.mark.parametrize(
    ("public", "query"),
    [
        ("https://example.org/line/one", "?a=1&b=%C3%B1%20x&b=2"),
        ("https://example.org:8443", "?empty="),
        ("", ""),
    ],
    ids=["path prefix and query", "port", "no proxy"],
)
async def test_behind_a_proxy_the_public_address_is_what_counts(
    settings: Settings, store: Store, vault: Vault, public: str, query: str
) -> None:
    """The proxy passes the path without its prefix; Twilio signed the whole public address."""
    seen = load_settings(_env_file=None, **settings.model_dump() | {"public_base_url": public})
    path = INBOUND + query
    with Door(seen) as door:
        form = a_form()
        assert (await door.text(form, path)).status == 200
        form = a_form(sender="+18605550112")
        here = sign(form, door.url(path))
        forwarded = {
            "X_Forwarded_Proto": "https",
            "X_Forwarded_Host": "evil.example.org",
            "Host": "evil.example.org",
        }
        assert (await door.post(form, path, X_Twilio_Signature=here, **forwarded)).status == 403
    assert len(await mailbox(store, vault.pseudonym("+18605550111"))) == 1
    assert not await mailbox(store, vault.pseudonym("+18605550112"))


@pytest.mark.usefixtures("empty")
@pytest.mark.parametrize(
    "kind",
    [
        None,
        "application/json",
        "multipart/form-data; boundary=x",
        "text/plain",
        "application/xml",
    ],
)
async def test_another_kind_of_body_is_refused(door: Door, kind: str | None) -> None:
    form = a_form()
    answer = await door.post(form, X_Twilio_Signature=sign(form), Content_Type=kind)
    assert (answer.status, answer.text) == (415, "Send application/x-www-form-urlencoded.")


@pytest.mark.usefixtures("empty")
async def test_a_body_that_says_it_is_too_large_is_refused(door: Door) -> None:
    form = a_form(More="x" * LIMIT)
    answer = await door.post(form, X_Twilio_Signature=sign(form))
    assert (answer.status, answer.text) == (413, "The form is larger than 64 KiB.")


@pytest.mark.usefixtures("empty")
async def test_a_body_that_grows_too_large_is_refused(door: Door) -> None:
    """Sent in chunks, without saying how long it will be."""
    form = a_form(More="x" * LIMIT).encode()

    async def chunks() -> AsyncGenerator[bytes]:
        for start in range(0, len(form), 8192):
            yield form[start : start + 8192]

    answer = await door.post(chunks(), X_Twilio_Signature=sign(form))
    assert (answer.status, answer.text) == (413, "The form is larger than 64 KiB.")


async def test_a_body_of_exactly_the_limit_in_chunks_is_taken_in(
    door: Door, store: Store, vault: Vault
) -> None:
    form = a_form(More="")
    form += "x" * (LIMIT - len(form))

    async def chunks() -> AsyncGenerator[bytes]:
        yield form[:40000].encode()
        yield form[40000:].encode()

    assert (await door.post(chunks(), X_Twilio_Signature=sign(form))).status == 200
    assert len(await mailbox(store, vault.pseudonym("+18605550111"))) == 1


@pytest.mark.usefixtures("empty")
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
async def test_the_door_listens_to_post_only(door: Door, method: str) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", door.port)
    writer.write(f"{method} {INBOUND} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
    assert b" 405 " in (await reader.read()).partition(b"\r\n")[0]
    writer.close()
    await writer.wait_closed()


async def _hang_up(door: Door, form: str, sent: int) -> None:
    """Send the head of a request and `sent` bytes of its body, then break the connection."""
    _, writer = await asyncio.open_connection("127.0.0.1", door.port)
    head = (
        f"POST {INBOUND} HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        f"Content-Length: {len(form)}\r\nX-Twilio-Signature: {sign(form)}\r\n\r\n"
    )
    writer.write((head + form[:sent]).encode())
    await writer.drain()
    writer.transport.abort()


@pytest.mark.usefixtures("empty")
async def test_a_client_that_goes_away_amid_its_request_leaves_nothing_and_no_error(
    door: Door, caplog: pytest.LogCaptureFixture
) -> None:
    form = a_form()
    with caplog.at_level(logging.WARNING):
        await _hang_up(door, form, len(form) // 2)
        assert (await door.get("/health/live")).status == 200
        await asyncio.sleep(0)
        assert (await door.post(form)).status == 403  # the door has seen the broken one by now
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


async def test_a_client_that_does_not_wait_for_its_answer_has_its_text_stored_once(
    door: Door, store: Store, vault: Vault
) -> None:
    """Twilio's own time-out: it will post the same text again."""
    form = a_form()
    person = vault.pseudonym("+18605550111")
    await _hang_up(door, form, len(form))
    await wait_until(lambda: mailbox(store, person), 5, "the text being stored")
    assert (await door.text(form)).status == 200
    assert len(await mailbox(store, person)) == 1


@pytest.mark.parametrize("cut", ["NumMedia", "To"])
async def test_a_signed_text_that_is_cut_anew_is_not_taken_for_another_one(
    door: Door, store: Store, vault: Vault, cut: str
) -> None:
    """Twilio signs names and values with nothing between them: one can be hidden in the value before."""
    form = a_form(body="ICE is at 120 Park St")
    signature = sign(form)
    assert (await door.post(form, INBOUND, X_Twilio_Signature=signature)).status == 200
    fields = dict(parse_qsl(form, keep_blank_values=True))
    names = sorted(fields)
    fields[names[names.index(cut) - 1]] += cut + fields.pop(cut)
    forged = urlencode(fields)
    assert sign(forged) == signature
    answer = await door.post(forged, INBOUND, X_Twilio_Signature=signature)
    assert answer.status == (400 if cut == "NumMedia" else 200)  # hidden in the MessageSid, in the SmsSid
    assert len(await mailbox(store, vault.pseudonym(PHONE))) == 1
