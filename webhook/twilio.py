"""Twilio's two routes: a text comes in, a status callback comes in. Stored before answered."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import structlog
from redis.exceptions import RedisError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import PlainTextResponse, Response

from hotline import metrics
from hotline.broadcasts.delivery.canaries import Arrival, Watch
from hotline.broadcasts.delivery.carrier_failures import CarrierFailures
from hotline.casework.crisis_pages import CrisisText
from hotline.conversation.interpret import Situation, in_crisis, opens
from hotline.conversation.residents import crisis
from hotline.errors import SettingsError
from hotline.messaging import asked, inbox, outbox, status_callbacks
from hotline.messaging.address import Address, Route
from hotline.messaging.carriers.media_address import MediaAddresses
from hotline.messaging.contacts import Person, load_person
from hotline.messaging.inbox import Inbound
from hotline.messaging.outcomes import Together
from hotline.privacy.redaction import mask
from hotline.staff.roster import handle_of
from hotline.store import AWAY, Commit, Conflict, keys
from hotline.understanding import bulletins
from hotline.understanding.language import LanguageGuesser
from webhook.signed import SignedForms

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from multidict import MultiDict
    from starlette.requests import Request

    from hotline.runtime import Runtime
    from hotline.understanding.intake import Intake, Reading

log = structlog.get_logger(__name__)

EMPTY: Final = '<?xml version="1.0" encoding="UTF-8"?><Response/>'
TAKEN: Final = Response(EMPTY, media_type="text/xml")  # holds no state: one serves all
MOST_PHOTOS: Final = 10  # Twilio's own limit
COUNTED: Final = {
    (route, result): metrics.WEBHOOKS.labels(route, result)
    for route, results in {
        "inbound": ("opened", "accepted", "duplicate", "canary"), "status": ("moved", "unchanged"),
    }.items()
    for result in results
}  # fmt: skip
LONGEST_ID: Final = 100
SID: Final = re.compile(r"(?:SM|MM)[0-9a-fA-F]{32}")
LONGEST_PLACE: Final = 120
COORDINATE: Final = re.compile(r"-?[0-9]{1,3}(?:\.[0-9]{1,20})?")


class TwilioRoutes:
    """`POST /twilio/inbound` and `POST /twilio/status`."""

    def __init__(self, runtime: Runtime, intake: Intake) -> None:
        settings = runtime.settings
        self._runtime = runtime
        self._intake = intake
        self._guesser = LanguageGuesser()
        self._watch = Watch(runtime.store, runtime.vault, runtime.library, settings, runtime.clock)
        failures = CarrierFailures(runtime.store, runtime.vault, runtime.library, runtime.clock)
        self._consequences = Together(failures, runtime.unreached())
        self._addresses = MediaAddresses.of(settings)
        self._forms = SignedForms(settings.twilio_auth_token.get_secret_value(), settings.public_url)

    async def inbound(self, request: Request) -> Response:
        """Take a text in: dedupe, triage and append in one step, then 200."""
        return await self._answer(request, "inbound", self._take_in)

    async def status(self, request: Request) -> Response:
        """Take a status callback in; a state only moves forward."""
        return await self._answer(request, "status", self._take_status)

    async def _answer(
        self,
        request: Request,
        route: str,
        work: Callable[[Request, MultiDict[str]], Awaitable[str]],
    ) -> Response:
        try:
            form = await self._forms.read(request)
            await self._runtime.key.prove()
            result = await work(request, form)
        except HTTPException as refusal:
            metrics.WEBHOOKS.labels(route, str(refusal.status_code)).inc()
            return PlainTextResponse(refusal.detail, refusal.status_code)
        except ClientDisconnect:
            metrics.WEBHOOKS.labels(route, "gone").inc()
            return PlainTextResponse("The request ended half-way.", 400)
        except (*AWAY, RedisError):
            # Never 200: what Twilio believes delivered must be in Redis.
            metrics.WEBHOOKS.labels(route, "503").inc()
            log.error("not stored: no Redis", route=route)
            return PlainTextResponse("The store does not answer; try again.", 503)
        except SettingsError as error:  # Redis came back with data of another key
            metrics.WEBHOOKS.labels(route, "503").inc()
            log.error("not stored", route=route, reason=str(error))
            return PlainTextResponse("This server is set up wrongly; try again.", 503)
        COUNTED[route, result].inc()
        return TAKEN

    async def _take_in(self, _: Request, form: MultiDict[str]) -> str:
        sid, address = _sid(form), _from(form)
        if self._watch.listens(form.get("To", "")):  # a canary, our own phone: no turn
            await self._watch.heard(Arrival(sid, form["To"], address, form.get("Body", "")))
            return "canary"
        reading = self._intake.read(form.get("Body", ""), media=len(_media(form)), located=_located(form))
        sealed = self._runtime.vault.seal(str(Route.of(address, form.get("To", ""))))
        inbound = self._inbound(form, sid, sealed, reading)
        inbound, words = await self._in_crisis(inbound, sealed, reading)
        if reading.verdict.urgency == "page" and await self._opened(inbound, sealed, reading, words):
            return "opened"
        commit = inbox.stored(inbound, sealed)
        commit.merge(words)
        fresh = await inbox.accept(self._runtime.store, commit)
        return "accepted" if fresh else "duplicate"

    def _inbound(self, form: MultiDict[str], sid: str, sealed: str, reading: Reading) -> Inbound:
        vault, settings, address = self._runtime.vault, self._runtime.settings, form["From"]
        channel = Address.parse(address).channel
        through = settings.sender_name(Address.parse(form.get("To", "")).number) or "hotline"
        return Inbound(
            sid=sid,
            person=vault.pseudonym(address),
            sender=outbox.family(through),
            through=through,
            body=vault.seal(reading.text),
            media=self._photos(form),
            urgency=reading.verdict.urgency,
            rule=reading.verdict.rule,
            at=self._runtime.clock(),
            opt_out=form.get("OptOutType", ""),
            channel=channel,
            route=sealed if channel else "",
        )

    def _photos(self, form: MultiDict[str]) -> tuple[str, ...]:
        """Sealed addresses; "" for a photo that stands elsewhere than at the carrier: it counts, no more."""
        urls = _media(form)
        known = [url if self._addresses.read(url) else "" for url in urls]
        if strange := known.count(""):
            log.warning("photo refused", reason="not at the carrier's address", count=strange)
            metrics.PHOTOS.labels("refused").inc(strange)
        return tuple(url and self._runtime.vault.seal(url) for url in known)

    async def _in_crisis(self, inbound: Inbound, sealed: str, reading: Reading) -> tuple[Inbound, Commit]:
        """What answers somebody in crisis, to be stored with the text. Of the staff the worker decides."""
        runtime = self._runtime
        if not reading.crisis.kinds or await handle_of(runtime.store, inbound.person):
            return inbound, Commit()
        person = replace(await load_person(runtime.store, inbound.person), address=sealed)
        kinds = in_crisis(reading.text, reading.rules, self._situation(inbound, person))
        if not kinds:
            return inbound, Commit()
        lang = self._language(reading.text, person.lang, fixed=person.lang_fixed)
        crisis_text = CrisisText(inbound.sid, person, lang, reading.text, kinds, runtime.clock())
        commit = await crisis.answered(
            runtime.store, runtime.vault, runtime.library, await runtime.incidents.roster(), crisis_text,
            through=inbound.through,
        )  # fmt: skip
        return replace(inbound, crisis=kinds), commit

    async def _opened(self, inbound: Inbound, sealed: str, reading: Reading, words: Commit) -> bool:
        """Store the text and open its incident in one step. False: not this way, store it as any text."""
        store, service = self._runtime.store, self._runtime.incidents
        known = store.pipeline()  # one trip for the three
        known.hget(keys.staff_people, inbound.person)
        known.hgetall(keys.person(inbound.person))
        known.incr(keys.incidents_last)
        handle, fields, id_ = await known.execute()
        person = Person.from_fields(inbound.person, fields)
        at_work = bool(handle) and await self._at_work(handle, reading.text)
        situation = self._situation(inbound, person, staff=bool(handle), at_work=at_work)
        if not opens(reading.text, reading.rules, situation):
            return False
        commit = inbox.stored(replace(inbound, incident=str(id_)), sealed)
        commit.merge(words)
        commit.if_absent(keys.reporter(inbound.person))  # a second text adds to the first one's incident
        commit.merge(
            service.opening(
                str(id_), reporter=inbound.person, text=reading.text,
                lang=self._language(reading.text, person.lang, fixed=person.lang_fixed),
                place=reading.details.place, zone=reading.details.zone, photos=len(inbound.media),
                drill=inbound.person == self._runtime.vault.drill, address=sealed,
            )
        )  # fmt: skip
        try:
            await inbox.accept(store, commit)
        except Conflict:
            return False
        return True

    def _language(self, text: str, known: str, *, fixed: bool) -> str:
        return self._guesser.answering(text, known, fixed=fixed) or self._runtime.library.city.languages[0]

    def _situation(
        self, inbound: Inbound, person: Person, *, staff: bool = False, at_work: bool = False
    ) -> Situation:
        waiting = asked.waiting(person.asked, self._runtime.clock())
        return Situation(asked=waiting, staff=staff, at_work=at_work, carrier=inbound.opt_out)

    async def _at_work(self, handle: str, text: str) -> bool:
        """A responder who holds an incident and says "ICE is leaving" relays; that is no new report.

        Nor is what an organizer writes for others: "NEWS EN: ICE was at the courthouse".
        """
        if bulletins.read(text) and await self._organizes(handle):
            return True
        open_ones = await self._runtime.incidents.open_ones()
        return any(one.held and handle in (one.claimed_by, *one.backups) for one in open_ones)

    async def _organizes(self, handle: str) -> bool:
        member = (await self._runtime.incidents.roster()).by_handle.get(handle)
        return member is not None and member.role == "organizer"

    async def _take_status(self, request: Request, form: MultiDict[str]) -> str:
        state = form.get("MessageStatus", "")
        if not state:
            raise HTTPException(400, "MessageStatus is missing.")
        known = await status_callbacks.status(
            self._runtime.store,
            id_=request.query_params.get("intent", ""),
            sid=_sid(form),
            state=state,
            code=form.get("ErrorCode", ""),
            now=self._runtime.clock(),
            consequences=self._consequences,
        )
        if known:
            metrics.STATUS.labels(state if state in status_callbacks.RANK else "other").inc()
        return "moved" if known else "unchanged"


def _sid(form: MultiDict[str]) -> str:
    """Exactly an id: Twilio signs names and values with nothing between them; more could be hidden in it."""
    if not SID.fullmatch(sid := form.get("MessageSid", "")):
        raise HTTPException(400, "MessageSid is missing.")
    return sid


def _from(form: MultiDict[str]) -> str:
    value = form.get("From", "")
    if not value.strip() or len(value) > LONGEST_ID or not value.isprintable():
        raise HTTPException(400, "From is missing.")
    return value


def _located(form: MultiDict[str]) -> str:
    """A place shared on WhatsApp, in words or as its coordinates (docs: inbound webhook, location fields)."""
    latitude, longitude = form.get("Latitude", ""), form.get("Longitude", "")
    if not (_is_degrees(latitude, 90) and _is_degrees(longitude, 180)):
        return ""
    named = " ".join(mask(form.get(name, "")) for name in ("Label", "Address")).strip()
    return f"{named} ({latitude}, {longitude})".strip()[:LONGEST_PLACE]


def _is_degrees(text: str, most: float) -> bool:
    return bool(COORDINATE.fullmatch(text)) and abs(float(text)) <= most


def _media(form: MultiDict[str]) -> list[str]:
    number = form.get("NumMedia", "0")
    count = min(int(number), MOST_PHOTOS) if number.isdecimal() and len(number) < 4 else 0
    return [form.get(f"MediaUrl{place}", "") for place in range(count)]
