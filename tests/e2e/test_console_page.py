"""The console in a real browser: an alert from its draft to its end, by two organizers with their phones."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import async_playwright, expect

from hotline.privacy.vault import Vault
from hotline.store import Store
from hotline.subscriptions import subscribers
from tests.simulator.test_page import CHROMIUM, FLAGS
from tests.stage.line import OTHER, RESIDENT, RESPONDER1, Line

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.async_api import Browser, ConsoleMessage, Page

pytestmark = pytest.mark.browser
WAIT = 15_000  # milliseconds
PASSWORD = "a long password of the board"
ORGANIZER = {"organizer1": "+18605550103", "organizer2": "+18605550104"}
LONG_AGO = 1_800_000_000.0
PEOPLE = 12
RATE = "4"  # segments a second: slow enough to be watched


async def sign_up(line: Line) -> None:
    """People in two languages; the first two have a phone on the simulator's page."""
    store, vault = Store(line.redis.url, "hartford"), Vault(line.settings.secret_keys)
    numbers = [RESIDENT, OTHER, *(f"+186055602{number:02}" for number in range(PEOPLE - 2))]
    for place, number in enumerate(numbers):
        await subscribers.add_by_number(
            store, vault, number, ("all",), ("es", "en")[place % 2], consent="at the fair", now=LONG_AGO
        )
    await store.close()


async def confirmed(page: Page, line: Line) -> None:
    """A report by text, taken at the board for a responder, who confirms it by text."""
    await line.text(OTHER, "ICE is at 120 Park St")
    await line.hears(RESPONDER1, "120 Park Street")
    await page.reload()
    await page.get_by_label("Who takes 1").select_option("responder1")
    await page.get_by_role("button", name="Take 1").click()
    await expect(page.get_by_role("cell", name="claimed")).to_be_visible()
    await line.text(RESPONDER1, "CONFIRMED")
    await line.hears(RESPONDER1, "confirmed")


async def opened(chromium: Browser, line: Line, troubles: list[str]) -> Page:
    """The board, with everything the browser complains of written down."""
    context = await chromium.new_context(
        viewport={"width": 1200, "height": 900}, http_credentials={"username": "olga", "password": PASSWORD}
    )
    page = await context.new_page()

    def noted(note: ConsoleMessage) -> None:
        if note.type == "error":
            troubles.append(note.text)

    page.on("console", noted)
    page.on("pageerror", lambda error: troubles.append(str(error)))
    await page.goto(f"http://127.0.0.1:{line.ports['webhook']}/console")
    return page


async def code_typed(page: Page, line: Line, handle: str, done: int) -> None:
    """Read the code from the organizer's phone on the simulator and type it in, by keyboard alone."""
    field = page.get_by_label("The six digits")
    await expect(field).to_be_focused()
    said = await line.hears(ORGANIZER[handle], "console", after=done)
    found = re.search(r"\b\d{6}\b", said)
    assert found
    await page.keyboard.type(found[0])
    await page.keyboard.press("Enter")


async def received(line: Line, handle: str) -> int:
    return len(await line.received(ORGANIZER[handle]))


async def drafted(page: Page, line: Line) -> None:
    await page.get_by_role("link", name="Alerts").click()
    await page.get_by_role("link", name="Write a draft").click()
    await page.get_by_label("You are").select_option("organizer1")
    await page.get_by_label("Confirmed report of an alert").select_option(index=1)
    await page.get_by_label("Zone").select_option("the whole city")
    await page.get_by_role("button", name="Look at it as it would leave").click()
    await expect(page.get_by_text(f"{PEOPLE} people")).to_be_visible()
    await expect(page.locator('blockquote[lang="es"]')).to_contain_text("ICE en 120 Park Street")
    before = await received(line, "organizer1")
    await page.get_by_role("button", name="Text a code to organizer1").press("Enter")
    await code_typed(page, line, "organizer1", before)
    await expect(page.get_by_role("heading", level=1)).to_contain_text("alert, draft")


async def approved(page: Page, line: Line) -> None:
    before = await received(line, "organizer2")
    form = page.locator("form").filter(has_text="Send it: text me a code")
    await form.get_by_label("You are").select_option("organizer2")
    await form.get_by_role("button").press("Enter")
    await code_typed(page, line, "organizer2", before)
    await expect(page.get_by_role("heading", level=1)).to_contain_text("alert, being sent")


async def watched(page: Page) -> None:
    """The bar moves on the page that nobody touches, and everybody is delivered in the end."""
    bar = page.get_by_role("progressbar")
    begun = int(await bar.get_attribute("value") or 0)
    assert begun < PEOPLE
    await expect(bar).not_to_have_attribute("value", str(begun), timeout=WAIT)
    if picture := os.environ.get("CONSOLE_PICTURE"):
        await page.screenshot(path=picture)
    delivered = page.get_by_role("row").filter(has_text="Delivered")
    await expect(delivered).to_contain_text(str(PEOPLE), timeout=WAIT)
    await expect(page.get_by_role("heading", level=1)).to_contain_text("alert, sent", timeout=WAIT)


async def closed(page: Page, line: Line) -> None:
    """The nag stands on the board until the closing text is decided."""
    nag = page.locator(".nag")
    await page.get_by_role("link", name="Board").click()
    await expect(nag).to_contain_text(f"{PEOPLE} people were told")
    await nag.get_by_role("link").press("Enter")
    form = page.locator("form").filter(has_text="Look at the closing text")
    await form.get_by_label("You are").select_option("organizer1")
    await form.get_by_role("button").press("Enter")
    await expect(page.locator('blockquote[lang="es"]')).to_contain_text("ya se fueron")
    before = await received(line, "organizer1")
    await page.get_by_role("button", name="Text a code to organizer1").press("Enter")
    await code_typed(page, line, "organizer1", before)
    await expect(page.get_by_role("heading", level=1)).to_contain_text("closing")
    for name in ("Board", "Alerts"):
        await page.get_by_role("link", name=name, exact=True).click()
        await expect(page.get_by_role("heading", level=1)).to_be_visible()
        await expect(nag).to_have_count(0)


@pytest.mark.skipif(
    not CHROMIUM.exists() and not os.environ.get("CI"), reason="install chromium to test the console"
)
async def test_an_alert_goes_from_its_draft_to_its_end_in_the_browser(tmp_path: Path) -> None:
    variables = {"CONSOLE_PASSWORD": PASSWORD, "ALERTS_PER_SECOND": RATE, "SEGMENT_PRICE": "0.0083"}
    async with Line(tmp_path, **variables) as line, async_playwright() as playwright:
        await line.start("simulator", "webhook", "worker")
        await sign_up(line)
        chromium = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS.split())
        troubles: list[str] = []
        page = await opened(chromium, line, troubles)
        await confirmed(page, line)
        await drafted(page, line)
        await approved(page, line)
        await watched(page)
        assert "120 Park Street" in await line.hears(RESIDENT, "VERIFICAR")
        await closed(page, line)
        await line.hears(RESIDENT, "ya se fueron")
        await chromium.close()
        assert troubles == [], "the browser found fault with a page"
