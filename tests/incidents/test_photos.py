"""Photos: nothing but pixels stays, strangers see nothing, and no copy stays with the carrier."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from hotline.errors import BadPicture
from hotline.privacy.pictures import LONGEST_SIDE, cleaned
from tests.stage.line import RESPONDER1, RESPONDER2, Line, wait_until

if TYPE_CHECKING:
    from pathlib import Path


def a_photo(size: tuple[int, int] = (320, 240), kind: str = "JPEG") -> bytes:
    """A picture that says where and with what it was taken."""
    image, exif = Image.new("RGB", size, (200, 30, 30)), Image.Exif()
    exif[0x010F] = "SecretPhone Inc"
    exif[0x0132] = "2026:11:23 05:00:00"
    exif.get_ifd(0x8825)[2] = (41.0, 45.0, 50.0)
    out = io.BytesIO()
    image.save(out, kind, exif=exif, comment=b"SecretPhone note") if kind == "JPEG" else image.save(out, kind)
    return out.getvalue()


def test_where_and_with_which_phone_a_photo_was_taken_is_gone() -> None:
    """Exif, place and comments; the bytes do not hold them anywhere."""
    assert b"SecretPhone" in a_photo()
    clean = cleaned(a_photo())
    assert b"SecretPhone" not in clean
    assert b"Exif" not in clean
    with Image.open(io.BytesIO(clean)) as image:
        assert not image.getexif()
        assert image.size == (320, 240)


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "GIF", "BMP"])
def test_every_kind_of_picture_that_phones_send_comes_out_as_jpeg(kind: str) -> None:
    """One kind for every reader's old phone."""
    assert cleaned(a_photo(kind=kind)).startswith(b"\xff\xd8")


def test_a_large_photo_is_made_smaller_and_stays_upright() -> None:
    """A plate can still be read."""
    with Image.open(io.BytesIO(cleaned(a_photo((4000, 3000))))) as image:
        assert image.size == (LONGEST_SIDE, 1200)


@given(st.binary(max_size=400))
def test_whatever_is_no_picture_gets_one_sentence(data: bytes) -> None:
    """Never a traceback, never kept."""
    with pytest.raises(BadPicture):
        cleaned(data)


def test_a_picture_that_unpacks_to_gigabytes_is_refused() -> None:
    """A decompression bomb is a few kilobytes on the wire."""
    out = io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(out, "PNG")
    with pytest.raises(BadPicture):
        cleaned(out.getvalue())


async def opened(line: Line, url: str) -> tuple[int, bytes, Any]:
    """A link, as a phone's browser opens it."""
    async with line.http.get(url) as answer:
        return answer.status, await answer.read(), answer.headers


async def link_in(line: Line, phone: str, seconds: float = 20) -> str:
    """The link of the photo a responder got."""
    text = await line.hears(phone, "/photos/", seconds)
    return text[text.index("http") :]


async def test_a_photo_reaches_the_responders_by_a_link_and_leaves_the_carrier(tmp_path: Path) -> None:
    """Each reader has a link of their own, which ends when that phone is cut off."""
    async with Line(tmp_path) as line:
        await line.start("simulator", "webhook", "worker")
        await line.text("+18605550111", "", media=["/media/street.png"])
        first, second = await link_in(line, RESPONDER1), await link_in(line, RESPONDER2)
        assert first != second
        status, data, headers = await opened(line, first)
        assert (status, data[:2], headers["Cache-Control"]) == (200, b"\xff\xd8", "no-store")
        assert (await opened(line, first[:-4] + "AAAA"))[0] == 404
        [sent] = [one for one in await line.messages("+18605550111") if one["media"]]
        await wait_until(lambda: gone(line, sent["sid"]), 10, "the carrier's copy going")
        await line.text("+18605550103", "LOST responder2")
        await line.hears("+18605550103", "responder2 is cut off")
        assert (await opened(line, second))[0] == 404
        assert (await opened(line, first))[0] == 200


async def gone(line: Line, message: str) -> bool:
    """Whether the simulated carrier has no picture of a message any more."""
    from simulator.network.message import media_sid  # noqa: PLC0415 - the other side of the wire

    account, token = line.settings.twilio_account_sid, line.settings.twilio_auth_token.get_secret_value()
    base = f"{line.settings.api_base_url}/2010-04-01/Accounts/{account}/Messages/{message}/Media"
    auth = {"Authorization": aiohttp.encode_basic_auth(account, token)}
    async with line.http.get(
        f"{base}/{media_sid(message, 0)}", headers=auth, allow_redirects=False
    ) as answer:
        return answer.status == 404


async def test_a_responders_photo_goes_to_the_reporter_as_their_words_do(tmp_path: Path) -> None:
    """The relay carries photos too, without a number."""
    async with Line(tmp_path) as line:
        await line.start("simulator", "webhook", "worker")
        await line.text("+18605550112", "ICE is at 120 Park St")
        await line.hears(RESPONDER1, "REPORT")
        await line.text(RESPONDER1, "1")
        await line.hears(RESPONDER1, "is yours")
        await line.text(RESPONDER1, "is this the car", media=["/media/door.png"])
        text = await line.hears("+18605550112", "/photos/", 20)
        assert (await opened(line, text[text.index("http") :]))[0] == 200


async def test_who_comes_to_a_report_later_gets_the_photos_of_it_too(tmp_path: Path) -> None:
    """By BACKUP or by taking it; links of their own."""
    async with Line(tmp_path) as line:
        await line.start("simulator", "webhook", "worker")
        await line.text(RESPONDER2, "OFF")
        await line.hears(RESPONDER2, "Queda fuera de turno")
        await line.text("+18605550113", "", media=["/media/street.png"])
        first = await link_in(line, RESPONDER1)
        await line.text(RESPONDER1, "1")
        await line.hears(RESPONDER1, "is yours")
        assert await link_in(line, RESPONDER1)
        await line.text(RESPONDER2, "BACKUP")
        later = await link_in(line, RESPONDER2)
        assert later != first
        assert (await opened(line, later))[0] == 200
