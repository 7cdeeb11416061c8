"""The alerts: drafts, sent and open ones, with each language, and the forms for every step."""

from __future__ import annotations

import functools
from collections import defaultdict
from typing import TYPE_CHECKING, Any, Final

from starlette.responses import RedirectResponse, Response

from hotline.broadcasts import audience, closing, texts, verification
from hotline.broadcasts.broadcast import history, load
from hotline.broadcasts.states import MOVING, BroadcastState
from hotline.errors import InputError
from hotline.incidents import records
from hotline.store import keys
from hotline.subscriptions import subscribers
from webhook.console.actions import ALERTS, Actions
from webhook.console.codes import WrongCode
from webhook.console.forms import HOLDS, Form, number, seen
from webhook.console.pages import HEADERS, TEMPLATES, ProtectedPages
from webhook.console.refusing import here
from webhook.console.views import EXCLUDED, NAMES, columns, groups, progress, state

if TYPE_CHECKING:
    from starlette.requests import Request

    from hotline.broadcasts.broadcast import Broadcast
    from hotline.runtime import Runtime
    from webhook.console.confirmations import Confirmation
    from webhook.console.pages import Fields

LIVES: Final = {"30m": "30 minutes", "1h": "1 hour", "2h": "2 hours", "4h": "4 hours", "12h": "12 hours",
                "1d": "1 day", "3d": "3 days", "7d": "7 days"}  # fmt: skip
USUAL: Final = "2h"
ENDINGS: Final = {
    "left": "They have left",
    "false": "It was a false alarm",
    "unable": "It could not be confirmed",
    "cancelled": "It is cancelled",
}


class AlertRoutes(ProtectedPages):
    """The pages of alerts and the forms on them."""

    def __init__(self, runtime: Runtime) -> None:
        super().__init__(runtime)
        self._actions = Actions(runtime)
        self._script = (TEMPLATES / "live.js").read_text(encoding="utf-8")

    async def script(self, _: Request) -> Response:
        """The one script: it brings numbers up to date."""
        return Response(self._script, headers=HEADERS, media_type="text/javascript")

    # -- pages

    async def all(self, _: Request) -> Response:
        """Every broadcast of 90 days, those that wait for somebody first."""
        return await self._page("alerts.html", groups=groups)

    async def new(self, request: Request) -> Response:
        """The form of a draft."""
        return await self._draft(dict(request.query_params))

    async def _draft(self, typed: Fields, said: str = "") -> Response:
        incidents = await records.load_many(self.runtime.store, keys.incidents_all)
        library = self.runtime.library
        return await self._page(
            "draft.html", 422 if said else 200,
            said=said, typed=defaultdict(str, typed), lives=LIVES, usual=USUAL,
            confirmed=[one for one in incidents[::-1] if one.confirmed],
            zones=[zone.name for zone in library.city.zones],
            langs={lang: NAMES.get(lang, lang) for lang in library.city.languages},
        )  # fmt: skip

    async def one(self, request: Request) -> Response:
        """One broadcast, whole."""
        return await self._one(number(request.path_params["id"]), {})

    async def _one(self, id_: str, typed: Fields, said: str = "") -> Response:
        runtime = self.runtime
        one = await load(runtime.store, id_)
        found = None
        if one.state is BroadcastState.DRAFT:
            found = await audience.preview(
                runtime.store, runtime.library.city, runtime.settings, one, runtime.clock()
            )
        return await self._page(
            "alert.html", 422 if said else 200,
            one=one, found=found, columns=columns(runtime.settings, one, found),
            progress=await progress(runtime.store, runtime.settings, one),
            history=await history(runtime.store, id_),
            seen=seen(one), closable=closing.may_end(one), said=said, typed=defaultdict(str, typed),
            endings={reason: ENDINGS[reason] for reason in texts.ENDINGS.get(one.kind, ())},
            langs={lang: NAMES.get(lang, lang) for lang in one.langs or one.texts},
            ready={reason: runtime.library.say(f"closing_{reason}", "en") for reason in ENDINGS},
        )  # fmt: skip

    async def drilled(self, request: Request) -> Response:
        """The page in the way that says that nothing was sent."""
        one = await load(self.runtime.store, number(request.path_params["id"]))
        return await self._page("drill.html", one=one)

    # -- forms

    async def confirm(self, typed: Fields) -> Response:
        """What a form would do, before it does."""
        try:
            form = Form.read(typed)
            confirmation = await self._actions.confirmation(form)
        except InputError as refusal:
            return await self._again(typed, refusal)
        return await self._step("confirm.html", form, confirmation)

    async def _again(self, typed: Fields, refusal: InputError) -> Response:
        """The form once more, with everything that was typed."""
        said = here(self.runtime.library.messages, refusal)
        if typed.get("what") == "draft":
            return await self._draft(typed, said)
        if typed.get("what") == "close" and "text_" in "".join(typed):
            return await self._one(number(typed.get("id", "")), typed, said)
        raise refusal

    async def code(self, typed: Fields) -> Response:
        """Text the code, and ask for it."""
        form = Form.read(typed)
        confirmation = await self._actions.ask(form)
        return await self._step("code.html", form, confirmation, said="", waits=True)

    async def do(self, typed: Fields) -> Response:
        """Do what the form says, with its code where it needs one."""
        form = Form.read(typed)
        try:
            place = await self._actions.do(form)
        except WrongCode as refusal:
            confirmation = await self._actions.confirmation(form)
            return await self._step(
                "code.html", form, confirmation, 422, said=str(refusal), waits=refusal.waits
            )
        return RedirectResponse(place, 303, HEADERS)

    async def _step(
        self, name: str, form: Form, confirmation: Confirmation, status: int = 200, **values: Any
    ) -> Response:
        one, found = confirmation.one, confirmation.found
        return await self._page(
            name, status, form=form, confirmation=confirmation, found=found, one=one,
            columns=columns(self.runtime.settings, one, found) if one else [],
            coded=form.what not in HOLDS, **values,
        )  # fmt: skip

    async def _page(self, name: str, status: int = 200, **values: Any) -> Response:
        runtime, now = self.runtime, self.runtime.clock()
        roster = await runtime.incidents.roster()
        price = runtime.settings.segment_price

        def zone(one: Broadcast) -> str:
            return subscribers.zone_name(one.zone, runtime.library.city)

        def moment(at: float) -> str:
            return verification.moment(runtime.library, at, "en")

        return await self.render(
            name, status,
            organizers=[member.handle for member in roster.with_role("organizer")],
            alerts=ALERTS, excluded=EXCLUDED, price=price, moving=MOVING, zone=zone,
            state=functools.partial(state, now=now), moment=moment,
            **values,
        )  # fmt: skip
