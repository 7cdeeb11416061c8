"""`hotline doctor`: what is wrong with this installation, and what to do about it."""

from __future__ import annotations

import asyncio
import io
import shutil
import sys
from typing import Final

import yaml
from PIL import Image

from hotline.content import Library
from hotline.errors import ContentError, HotlineError, SettingsError
from hotline.privacy.decoding import cleaned_apart
from hotline.settings import ROOT, Settings, load_settings
from hotline.stack.compose import differences
from hotline.stack.doctor.findings import Diagnosis
from hotline.stack.doctor.vitals import examine_processes, examine_redis
from hotline.stack.processes import BOT_PYTHON

SPACE_NEEDED: Final = 500_000_000  # bytes; the append-only file must never meet a full disk
BOT_SECONDS: Final = 20.0
VERSIONS: Final = "import sys, importlib.metadata as m; print(sys.version.split()[0], m.version('rasa'))"
MODEL: Final = "import sys; from bot.fingerprint import model_path; sys.exit(not model_path().is_file())"
BROWSERS: Final = ("chromium", "chromium-browser", "google-chrome")


async def examine() -> list[Diagnosis]:
    """Look at everything; without settings there is nothing else to look at."""
    try:
        settings = load_settings()
    except SettingsError as error:
        return [Diagnosis("settings", "wrong", str(error), "correct .env; see docs/operations.md")]
    still = [_settings(settings), _service(), *await _assistant(), _space(settings), _content(settings)]
    still.append(await _photos())
    moving = [*await examine_redis(settings), *await examine_processes(settings)]
    return [*still, *moving, _compose(), _browser()]


def _settings(settings: Settings) -> Diagnosis:
    """What a setting could be wrong in is refused when it is read, two equal senders too."""
    if settings.environment == "production":
        return Diagnosis("settings", "ok", "fit for production")
    return Diagnosis("settings", "ok", f"fit for {settings.environment}; production needs its own secrets")


def _service() -> Diagnosis:
    return Diagnosis("service", "ok", f"Python {'.'.join(map(str, sys.version_info[:3]))}")


async def _assistant() -> list[Diagnosis]:
    if not (ROOT / "bot").is_dir():
        return [
            Diagnosis("assistant", "note", "not part of this image", "its own health check looks after it")
        ]
    code, words = await _bot_says(VERSIONS)
    if code:
        return [Diagnosis("assistant", "wrong", "its environment is missing or broken", "run make install")]
    python, _, rasa = words.partition(" ")
    found = Diagnosis("assistant", "ok", f"Python {python}, Rasa {rasa}")
    if (await _bot_says(MODEL))[0]:
        return [found, Diagnosis("model", "wrong", "not trained for the files as they are", "run make train")]
    return [found, Diagnosis("model", "ok", "trained for the files as they are")]


async def _bot_says(code: str) -> tuple[int, str]:
    """Run a line of Python in the assistant's environment; its exit code and output."""
    try:
        running = await asyncio.create_subprocess_exec(
            str(ROOT / BOT_PYTHON),
            "-c",
            code,
            cwd=ROOT,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
    except OSError:
        return 127, ""
    try:
        output, _ = await asyncio.wait_for(running.communicate(), BOT_SECONDS)
    except TimeoutError:
        running.kill()
        await running.wait()
        return 124, ""
    return running.returncode or 0, output.decode().strip()


def _space(settings: Settings) -> Diagnosis:
    folder = settings.data_dir.absolute()
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    words = f"{free / 1e9:.1f} GB free for {settings.data_dir}"
    if free < SPACE_NEEDED:
        return Diagnosis("disk", "wrong", words, "make room: Redis refuses writes on a full disk")
    return Diagnosis("disk", "ok", words)


def _content(settings: Settings) -> Diagnosis:
    try:
        library = Library.load(settings.content_dir, settings.city)
    except ContentError as error:
        return Diagnosis("content", "wrong", str(error), "see hotline content check")
    cards, today = library.cards(), library.city.today()
    stale = sum(card.expired(today) for card in cards)
    words = f"{len(cards)} cards for {library.city.name}"
    if stale:
        return Diagnosis(
            "content", "note", f"{words}, {stale} past their expiry", "see hotline content check"
        )
    if not library.city.partner_line:
        remedy = f"fill in partner_line in content/cities/{settings.city}.yml"
        return Diagnosis("content", "note", f"{words}, no partner line for when nobody answers", remedy)
    return Diagnosis("content", "ok", words)


async def _photos() -> Diagnosis:
    """A photo that cannot be opened here waits; whoever texted it does not know."""
    out = io.BytesIO()
    Image.new("RGB", (8, 8)).save(out, "PNG")
    try:
        await cleaned_apart(out.getvalue())
    except HotlineError as error:
        return Diagnosis("photos", "wrong", str(error), "look at memory limits, and run make install")
    return Diagnosis("photos", "ok", "opened in a process of their own")


def _compose() -> Diagnosis:
    if not (ROOT / "docker-compose.yml").exists():
        return Diagnosis("compose", "note", "docker-compose.yml is not here")
    try:
        wrong = differences(ROOT / "docker-compose.yml")
    except (OSError, yaml.YAMLError, AttributeError):
        return Diagnosis("compose", "note", "docker-compose.yml is malformed", "restore it")
    if wrong:
        return Diagnosis("compose", "note", wrong[0], "correct docker-compose.yml")
    return Diagnosis("compose", "ok", "docker-compose.yml starts the same commands as make up")


def _browser() -> Diagnosis:
    if any(map(shutil.which, BROWSERS)):
        return Diagnosis("browser", "ok", "Chromium for the tests of pages")
    return Diagnosis(
        "browser", "note", "no Chromium", "only tests of pages need it (Debian: apt install chromium)"
    )
