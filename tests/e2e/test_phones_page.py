"""A raid report and a question, from four phones in a real browser to a human and back."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import async_playwright, expect

from tests.simulator.test_page import CHROMIUM, FLAGS
from tests.stage.line import OTHER, RESIDENT, RESPONDER1, RESPONDER2, Line

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.async_api import Locator, Page

pytestmark = [pytest.mark.browser, pytest.mark.rasa]
WAIT = 15_000  # milliseconds


def phone(page: Page, number: str) -> Locator:
    return page.locator(f'.phone[data-number="{number}"]')


async def send(page: Page, number: str, words: str) -> None:
    await phone(page, number).locator("textarea").fill(words)
    await page.keyboard.press("Enter")


async def hears(page: Page, number: str, words: str) -> None:
    await expect(phone(page, number).locator(".log")).to_contain_text(words, timeout=WAIT)


@pytest.mark.skipif(
    not CHROMIUM.exists() and not os.environ.get("CI"), reason="install chromium to test the page"
)
async def test_a_report_made_in_the_browser_reaches_a_responder_in_the_browser(
    tmp_path: Path, rasa_url: str
) -> None:
    async with Line(tmp_path, rasa_url) as line, async_playwright() as playwright:
        await line.start("simulator", "webhook", "worker")
        chromium = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS.split())
        page = await chromium.new_page(viewport={"width": 1480, "height": 960})
        await page.goto(f"http://127.0.0.1:{line.ports['simulator']}/")
        await line.text(OTHER, "STOP")
        await send(page, RESIDENT, "Puede la policia de Hartford preguntar por mis papeles?")
        await hears(page, RESIDENT, "No somos el gobierno")
        await hears(page, RESIDENT, "LEY")
        await send(page, RESIDENT, "hay migra en 120 Park St!!")
        await hears(page, RESPONDER1, "120 Park Street")
        await hears(page, RESPONDER2, "120 Park Street")
        await hears(page, RESIDENT, "911")
        await send(page, RESPONDER1, "1")
        await hears(page, RESPONDER1, "is yours")
        await hears(page, RESPONDER2, "responder1")
        await hears(page, RESIDENT, "ya tiene su aviso")
        if picture := os.environ.get("PHONES_PICTURE"):
            await page.wait_for_timeout(800)
            await page.screenshot(path=picture)
        await chromium.close()
