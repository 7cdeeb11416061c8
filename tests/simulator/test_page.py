"""The phones page, driven in a real browser as a person drives it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from simulator.network.segments import segments
from tests.simulator.network import ALERTS, Network, Receiver

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from playwright.sync_api import Browser, ConsoleMessage, Locator

    type Open = Callable[..., Page]

pytestmark = pytest.mark.browser
CHROMIUM = Path("/usr/bin/chromium")
FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
)
RESIDENT, RESPONDER = "+18605550111", "+18605550101"


@pytest.fixture(scope="module")
def browser() -> Generator[Browser]:
    """A real Chromium."""
    if not CHROMIUM.exists():
        reason = f"{CHROMIUM} is missing: install chromium to test the phones page"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS.split())
        yield chromium
        chromium.close()


@pytest.fixture
def open_page(browser: Browser, network: Network) -> Generator[Open]:
    """Opens the page in a window of some size; no script error, and nothing loaded from elsewhere."""
    troubles: list[str] = []
    contexts = []

    def opened(width: int = 1400, height: int = 900) -> Page:
        context = browser.new_context(viewport={"width": width, "height": height})
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on("console", lambda note: troubles.append(note.text) if is_trouble(note) else None)
        page.on(
            "request",
            lambda request: None if request.url.startswith(network.base) else troubles.append(request.url),
        )
        page.goto(network.base)
        expect(page.locator(".live")).to_have_text("Live")
        return page

    yield opened
    for context in contexts:
        context.close()
    assert troubles == []


def is_trouble(note: ConsoleMessage) -> bool:
    """An error on the console; a broken connection is none, one test breaks it on purpose."""
    return note.type == "error" and "net::ERR_" not in note.text


def card(page: Page, number: str) -> Locator:
    return page.locator(f'.phone[data-number="{number}"]')


def test_four_phones_stand_side_by_side(open_page: Open) -> None:
    page = open_page()
    names = page.get_by_role("heading", level=2)
    expect(names).to_have_text(["Resident 1", "Responder 1", "Responder 2", "Organizer 1"])
    boxes = [one.bounding_box() for one in page.locator(".phone").all()]
    assert all(box and box["x"] >= 0 and box["x"] + box["width"] <= 1400 for box in boxes)


def test_enter_sends_and_the_answer_appears_by_itself(
    open_page: Open, network: Network, receiver: Receiver
) -> None:
    page = open_page()
    phone = card(page, RESIDENT)
    phone.get_by_label("Text from Resident 1").fill("¿Qué hago si tocan la puerta?")
    page.keyboard.press("Enter")
    mine = phone.locator(".text.sent").last
    expect(mine.locator(".body")).to_have_text("¿Qué hago si tocan la puerta?")
    expect(mine).to_have_attribute("data-status", "received")
    expect(phone.get_by_label("Text from Resident 1")).to_have_value("")
    assert receiver.forms(1)[-1]["Body"] == "¿Qué hago si tocan la puerta?"
    network.send("No abra. " + "Pida ver la orden. " * 12, to=RESIDENT)
    heard = phone.locator(".text.received").last
    expect(heard).to_have_attribute("data-status", "delivered")
    expect(heard.locator(".meta")).to_contain_text("2 segments")
    expect(heard.locator(".body")).to_be_in_viewport()


def test_shift_enter_is_a_new_line_and_blanks_are_not_sent(open_page: Open, receiver: Receiver) -> None:
    page = open_page()
    field = card(page, RESIDENT).get_by_label("Text from Resident 1")
    field.press("Enter")
    field.fill("one")
    field.press("Shift+Enter")
    field.type("two")
    field.press("Enter")
    expect(card(page, RESIDENT).locator(".text.sent .body").last).to_have_text("one\ntwo")
    assert [form["Body"] for form in receiver.forms(1)] == ["one\ntwo"]


def test_quick_texts_and_photos_are_one_press(open_page: Open, receiver: Receiver) -> None:
    page = open_page()
    phone = card(page, RESIDENT)
    phone.get_by_role("button", name="ICE is at 120 Park St").click()
    expect(phone.locator(".text.sent .body").last).to_have_text("ICE is at 120 Park St")
    phone.get_by_role("button", name="Photo", exact=True).click()
    picture = phone.locator(".text.sent img").last
    expect(picture).to_be_visible()
    assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") == 320
    phone.locator("summary").click()
    phone.get_by_role("button", name="Send the photo door").click()
    expect(phone.locator('.text.sent img[src="/media/door.png"]')).to_be_visible()
    forms = receiver.forms(3)
    assert [form["NumMedia"] for form in forms] == ["0", "1", "1"]
    assert "/Media/ME" in forms[-1]["MediaUrl0"]


def test_alerts_are_a_thread_of_their_own_that_can_be_answered(
    open_page: Open, network: Network, receiver: Receiver
) -> None:
    page = open_page()
    phone = card(page, RESIDENT)
    network.send("ICE confirmed on Park St", to=RESIDENT, sender=ALERTS)
    expect(phone.locator(".thread").last).to_have_text("Alerts +1 860 555 0199")
    expect(phone.locator(".text.alert .body").last).to_have_text("ICE confirmed on Park St")
    phone.get_by_text("Alerts", exact=True).last.click()
    phone.get_by_role("button", name="STOP", exact=True).click()
    expect(phone.locator(".text.sent .body").last).to_have_text("STOP")
    assert receiver.forms(1)[-1]["To"] == ALERTS
    network.text(RESIDENT, "START", to=ALERTS)


def test_the_count_while_writing_is_the_networks_count(open_page: Open) -> None:
    page = open_page()
    phone = card(page, RESPONDER)
    field = phone.get_by_label("Text from Responder 1")
    for text in ("a" * 160, "a" * 161, "á" * 70, "á" * 71, "€" * 81, "🚨" * 36, "[x]" * 60, "á" * 66 + "🚨x"):
        field.fill(text)
        number = segments(text)
        words = "1 segment" if number == 1 else f"{number} segments"
        expect(phone.locator(".count")).to_contain_text(f"· {words}")


def test_failures_are_said_in_words(open_page: Open, network: Network, receiver: Receiver) -> None:
    page = open_page()
    receiver.answers.append(503)
    phone = card(page, RESIDENT)
    phone.get_by_role("button", name="Hay migra en la Park").click()
    expect(phone.locator(".text.sent .meta").last).to_contain_text("the line answered 503")
    page.get_by_label("Number of another phone").fill("(860) 555-0192")
    page.keyboard.press("Enter")
    network.send("never comes", to="+18605550192")
    expect(card(page, "+18605550192").locator(".meta").last).to_contain_text("phone unreachable (30003)")


def test_a_phone_is_added_kept_and_removed(open_page: Open) -> None:
    page = open_page()
    field = page.get_by_label("Number of another phone")
    field.fill("12")
    field.press("Enter")
    expect(page.get_by_text("Write the number as")).to_be_visible()
    field.fill("+1 860 555 0112")
    field.press("Enter")
    expect(card(page, "+18605550112").get_by_role("textbox")).to_be_focused()
    page.reload()
    expect(page.get_by_role("heading", level=2)).to_have_count(5)
    page.get_by_role("button", name="Remove Resident 2").click()
    page.reload()
    expect(page.get_by_role("heading", level=2)).to_have_count(4)


def test_a_text_is_never_markup(open_page: Open, network: Network) -> None:
    page = open_page()
    words = "<img src=x onerror=alert(1)><b>bold</b> &amp;"
    network.send(words, to=RESIDENT)
    body = card(page, RESIDENT).locator(".text.received .body").last
    expect(body).to_have_text(words)
    assert body.evaluate("one => one.childElementCount") == 0


def test_a_small_screen_shows_one_phone_at_a_time(open_page: Open, network: Network) -> None:
    page = open_page(390, 844)
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    resident, responder = card(page, RESIDENT), card(page, RESPONDER)
    expect(resident).to_be_in_viewport(ratio=0.9)
    expect(responder).not_to_be_in_viewport(ratio=0.1)
    tab = page.get_by_role("navigation").get_by_role("button", name="Responder 1")
    network.send("REPORT 7", to=RESPONDER)
    expect(tab).to_have_class("unread")
    tab.click()
    expect(responder).to_be_in_viewport(ratio=0.9)
    expect(resident).not_to_be_in_viewport(ratio=0.1)
    expect(tab).to_have_attribute("aria-current", "")
    expect(tab).not_to_have_class("unread")
    page.get_by_role("button", name="Add a phone").click()
    expect(page.get_by_label("Number of another phone")).to_be_focused()


def test_the_page_catches_up_after_the_network_was_killed(open_page: Open, network: Network) -> None:
    page = open_page()
    network.kill()
    expect(page.locator(".live")).to_have_text("Reconnecting")
    network.start()
    network.send("while you were away", to=RESPONDER)
    expect(page.locator(".live")).to_have_text("Live", timeout=15_000)
    expect(card(page, RESPONDER).locator(".body").last).to_have_text("while you were away")
