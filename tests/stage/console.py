"""Somebody at the console, for tests: reads its pages and sends its forms as a browser does."""

from __future__ import annotations

import base64
import re
from html import unescape
from typing import TYPE_CHECKING, Any, Final, cast
from urllib.parse import urlencode

import aiohttp

from hotline.store import keys
from tests.stage.door import FORM, Answer, Door

if TYPE_CHECKING:
    from hotline.runtime import Runtime
    from tests.stage.office import Office

PASSWORD: Final = "a long password of the board"
ALERTS: Final = "/console/alerts"
ALERT: Final = {"kind": "alert", "text_en": ""}  # the ready words
NEWS: Final = {"what": "draft", "kind": "news", "expires": "2h", "text_en": "Meeting at six."}


def basic(password: str, name: str = "anybody") -> str:
    return "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()


class Console:
    """A browser that knows the password, on a line of its own."""

    def __init__(self, door: Door, office: Office) -> None:
        self.door, self.office, self.store = door, office, office.store
        self.headers = {"Authorization": basic(PASSWORD), "Origin": door.settings.public_url}

    @property
    def runtime(self) -> Runtime:
        return self.door.runtime

    async def page(self, path: str = "") -> str:
        answer = await self.door.get(f"{ALERTS}{path}", Authorization=basic(PASSWORD))
        assert answer.status == 200, answer.text
        return answer.text

    async def send(self, where: str, fields: dict[str, str], **headers: str) -> Answer:
        """POST a form, without following where it leads."""
        async with (
            aiohttp.ClientSession() as session,
            session.post(
                self.door.url(f"{ALERTS}/{where}"), data=urlencode(fields), allow_redirects=False,
                headers=self.headers | {"Content-Type": FORM} | headers,
            ) as answer,
        ):  # fmt: skip
            return Answer(answer.status, await answer.text(), answer.headers)

    async def form(self, path: str, what: str) -> dict[str, str]:
        """The hidden fields of the form for something on a page."""
        return hidden(await self.page(path), what)

    async def code(self, handle: str) -> str:
        """The one-time code on somebody's phone, the newest."""
        return await self.office.code_of(handle, "console*")

    async def texts(self, handle: str) -> list[str]:
        """What the console had texted to somebody."""
        person = (await self.office.incidents.roster()).by_handle[handle].person
        return [body for _, body in await self.office.outgoing(person, "console*")]

    async def done(self, fields: dict[str, str], by: str) -> Answer:
        """The whole way of a form that needs a code: ask for it, read it off the phone, type it in."""
        asked = await self.send("code", fields | {"by": by})
        assert asked.status == 200, refusal(asked)
        form = hidden(asked.text, fields["what"])
        return await self.send("do", form | {"code": await self.code(by)})

    async def drafted(self, by: str = "organizer1", **fields: str) -> str:
        """A draft that somebody kept; answers its number."""
        answer = await self.done(NEWS | fields, by)
        assert answer.status == 303, refusal(answer)
        return answer.headers["Location"].rpartition("/")[2]

    async def approved(self, id_: str, by: str = "organizer2", **fields: str) -> Answer:
        """What somebody sends, from its page."""
        return await self.done(await self.form(f"/{id_}", "approve") | fields, by)

    async def sent(self, **fields: str) -> str:
        """A broadcast on its way."""
        id_ = await self.drafted(**fields)
        answer = await self.approved(id_)
        assert answer.status == 303, refusal(answer)
        return id_

    async def reached(self, id_: str, **receipts: int) -> None:
        """What the carrier said of a broadcast."""
        redis = cast("Any", self.store.redis)
        await redis.hset(keys.broadcast(id_), "state", "sent")
        await redis.hset(keys.broadcast_counts(id_), mapping={**receipts})
        await redis.expire(keys.broadcast_counts(id_), 1000)


def hidden(page: str, what: str) -> dict[str, str]:
    """The hidden fields of the form on a page that asks for something."""
    for form in re.findall(r"<form.*?</form>", page, re.DOTALL):
        pairs = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', form)
        fields = {name: unescape(value) for name, value in pairs}
        if fields.get("what") == what:
            return fields
    raise AssertionError(f"no form for {what} on the page")


def refusal(answer: Answer) -> str:
    """The sentence that says why not; "" when there is none."""
    said = re.search(r'<p class="said" role="alert">(.*?)</p>', answer.text)
    return unescape(said[1]) if said else ""
