"""A stranger's picture is opened apart: what it costs is not paid by the process that pages."""

from __future__ import annotations

import asyncio
import io
import resource
import signal
import struct
import time
import zlib
from asyncio.subprocess import Process
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image, ImageFile

from hotline.errors import BadPicture
from hotline.privacy import decoding
from hotline.privacy.decoding import NotDecoded, cleaned_apart
from hotline.privacy.pictures import LONGEST_SIDE, MOST_SIDE, cleaned

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator


def png(width: int, height: int, row: bytes) -> bytes:
    """A grey PNG of so many pixels, a few kilobytes on the wire, without ever holding it in memory."""
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    packer = zlib.compressobj(9)
    packed = b"".join(packer.compress(b"\0" + row) for _ in range(height)) + packer.flush()
    chunks = ((b"IHDR", header), (b"IDAT", packed), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )


def claims(width: int, height: int) -> bytes:
    """A PNG that only says how large it is."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(b"\0" * 64)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )


@pytest.mark.parametrize(
    "size", [(1, 50_000_000), (50_000_000, 1), (1, MOST_SIDE + 1), (7100, 7100), (2**31 - 1, 2**31 - 1)]
)
def test_a_picture_with_a_side_or_an_area_of_no_photo_never_reaches_the_decoder(
    monkeypatch: pytest.MonkeyPatch, size: tuple[int, int]
) -> None:
    """It took 5.8 seconds and 1.45 GB in the process that pages."""

    def reached(*_: object) -> None:
        raise AssertionError("it was unpacked")

    monkeypatch.setattr(ImageFile.ImageFile, "load", reached)
    with pytest.raises(BadPicture):
        cleaned(claims(*size))


def test_a_photo_taken_upright_comes_out_upright() -> None:
    image, exif, out = Image.new("RGB", (400, 300), (9, 9, 9)), Image.Exif(), io.BytesIO()
    exif[0x0112] = 6  # turned by a quarter
    image.save(out, "JPEG", exif=exif)
    with Image.open(io.BytesIO(cleaned(out.getvalue()))) as shown:
        assert shown.size == (300, 400)


@pytest.mark.parametrize("mode", ["1", "P", "L", "LA", "RGBA", "RGB", "I;16"])
def test_every_way_of_keeping_colours_is_opened_or_refused_in_one_sentence(mode: str) -> None:
    out = io.BytesIO()
    Image.new(mode, (3000, 2000)).save(out, "PNG")
    try:
        with Image.open(io.BytesIO(cleaned(out.getvalue()))) as shown:
            assert max(shown.size) == LONGEST_SIDE
    except BadPicture:
        assert mode == "I;16"


async def test_a_picture_comes_out_of_its_own_process_as_it_would_from_ours() -> None:
    out = io.BytesIO()
    Image.effect_noise((640, 480), 50).convert("RGB").save(out, "JPEG")
    assert await cleaned_apart(out.getvalue()) == cleaned(out.getvalue())


@pytest.mark.parametrize("data", [b"", b"no picture", b"\xff\xd8\xff" * 1000])
async def test_what_is_no_picture_is_refused(data: bytes) -> None:
    with pytest.raises(BadPicture):
        await cleaned_apart(data)


async def test_the_largest_photo_that_is_taken_fits_into_the_memory_of_its_process() -> None:
    """Forty-nine million pixels with colours and transparency; ours does not grow with it."""
    out = io.BytesIO()
    Image.new("RGBA", (7000, 7000)).save(out, "PNG", compress_level=1)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert (await cleaned_apart(out.getvalue())).startswith(b"\xff\xd8")
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown < 50 * 1024


async def test_the_loop_that_pages_goes_on_while_a_large_picture_is_opened() -> None:
    data = png(7000, 7000, bytes(7000))
    late = list[float]()

    async def ticking() -> AsyncGenerator[None]:
        while True:
            began = time.monotonic()
            await asyncio.sleep(0.01)
            late.append(time.monotonic() - began)
            yield

    opening = asyncio.create_task(cleaned_apart(data))
    async for _ in ticking():
        if opening.done():
            break
    assert opening.result().startswith(b"\xff\xd8")
    assert len(late) > 5


def running(monkeypatch: pytest.MonkeyPatch, program: str) -> list[Process]:
    """Another program in place of the decoder; answers the processes as they are started."""
    real, started = asyncio.create_subprocess_exec, list[Process]()

    async def instead(python: str, *_: str, **more: Any) -> Process:
        started.append(await real(python, "-I", "-c", program, **more))
        return started[-1]

    monkeypatch.setattr(asyncio, "create_subprocess_exec", instead)
    return started


async def test_a_decoder_that_hangs_is_ended_and_the_photo_is_tried_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Nothing of it is left running."""
    started = running(monkeypatch, "import time; time.sleep(600)")
    monkeypatch.setattr(decoding, "SECONDS", 1.0)
    with pytest.raises(NotDecoded):
        await cleaned_apart(b"x")
    assert [one.returncode for one in started] == [-signal.SIGKILL]


@pytest.mark.parametrize("died", ["SIGSEGV", "SIGXCPU", "SIGABRT"])
async def test_a_picture_that_breaks_the_decoder_is_refused(
    monkeypatch: pytest.MonkeyPatch, died: str
) -> None:
    running(monkeypatch, f"import os, signal; os.kill(os.getpid(), signal.{died})")
    with pytest.raises(BadPicture):
        await cleaned_apart(b"x")


async def test_a_machine_that_ends_the_process_does_not_make_it_the_pictures_fault(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    running(monkeypatch, "import os, signal; os.kill(os.getpid(), signal.SIGKILL)")
    with pytest.raises(NotDecoded):
        await cleaned_apart(b"x")


async def test_the_process_has_none_of_our_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOTLINE_SECRET_KEY", "a key that must not be there")
    running(monkeypatch, "import os, sys; sys.stdout.write(repr(dict(os.environ)))")
    assert b"must not be there" not in await cleaned_apart(b"x")
