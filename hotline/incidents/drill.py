"""A drill: a made-up raid through the true path, marked in every text, and how long each stage took."""

from __future__ import annotations

import json
import secrets
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, cast
from urllib.parse import urlencode

import aiohttp

from hotline.errors import HotlineError
from hotline.incidents import incident as incidents
from hotline.incidents import records
from hotline.incidents.states import VERDICTS, IncidentMove, IncidentState
from hotline.messaging.carriers.twilio import signed
from hotline.privacy.vault import DRILL_PHONE
from hotline.refusal import Reason, Refused
from hotline.staff.reminders import weekly_name
from hotline.store import DAY, Commit, keys

if TYPE_CHECKING:
    from hotline.content import Library
    from hotline.incidents.incident import Incident
    from hotline.incidents.service import IncidentService
    from hotline.privacy.vault import Vault
    from hotline.settings import Settings
    from hotline.store import Store

TTL: Final = 365 * DAY
PATIENCE: Final = 10.0  # seconds the webhook has to answer
OVER_AFTER: Final = 30 * 60.0  # seconds after which a drill is closed, finished or not


@dataclass(frozen=True)
class Result:
    """What a drill showed; times in seconds, None for a stage that was not reached.

    Attributes:
        text_to_page: from the text at the webhook until the carrier had the first page.
        page_to_claim: from then until a responder took it.
        claim_to_verdict: from then until a verdict.
        paged: how many volunteers were paged.
    """

    incident: str
    at: str
    text_to_page: float | None
    page_to_claim: float | None
    claim_to_verdict: float | None
    paged: int
    claimed_by: str

    @property
    def whole(self) -> bool:
        """Whether every stage was reached."""
        return None not in (self.text_to_page, self.page_to_claim, self.claim_to_verdict)


async def begin(settings: Settings, store: Store, vault: Vault, words: str) -> str:
    """Text the webhook as the drill's own phone; the number of the incident it opened.

    Raises:
        Refused: an earlier drill is open, the words do not page, or the webhook did not take them.
    """
    person = vault.pseudonym(DRILL_PHONE)
    if await _open(store, person):
        raise Refused(Reason.DRILL_OPEN)
    form = {"MessageSid": f"SM{secrets.token_hex(16)}", "From": DRILL_PHONE, "To": settings.hotline_sender,
            "Body": words, "NumMedia": "0"}  # fmt: skip
    url = f"{settings.public_url}/twilio/inbound"
    token = settings.twilio_auth_token.get_secret_value()
    headers = signed(token, url, form) | {"Content-Type": "application/x-www-form-urlencoded"}
    try:
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=PATIENCE)) as session,
            session.post(url, data=urlencode(form), headers=headers) as answer,
        ):
            status = answer.status
    except (aiohttp.ClientError, TimeoutError):
        raise Refused(Reason.WEBHOOK_AWAY, url=settings.public_url, status="") from None
    if status != 200:
        raise Refused(Reason.WEBHOOK_AWAY, url=settings.public_url, status=status)
    id_ = await _open(store, person)
    if not id_:
        raise Refused(Reason.DRILL_UNHEARD)
    return id_


async def _open(store: Store, person: str) -> str:
    id_ = str(await store.get(keys.reporter(person)) or "")
    found = await records.load(store, id_) if id_ else None
    return id_ if found and found.live else ""


async def result(store: Store, id_: str) -> Result:
    """What a drill showed so far.

    Raises:
        Refused: there is no drill of that number.
    """
    one = await records.load(store, id_)
    if one is None or not one.drill:
        raise Refused(Reason.NO_DRILL, id=id_)
    log = [json.loads(line) for line in await store.lrange(keys.incident_log(id_))]
    paged = await _first_page(store, one)
    claimed = _when(log, IncidentState.CLAIMED)
    verdict = min((at for name in VERDICTS if (at := _when(log, name))), default=None)
    return Result(
        incident=id_,
        at=incidents.iso(one.opened_at),
        text_to_page=_between(one.opened_at, paged),
        page_to_claim=_between(paged, claimed),
        claim_to_verdict=_between(claimed, verdict),
        paged=len(one.paged),
        claimed_by=one.claimed_by,
    )


async def _first_page(store: Store, one: Incident) -> float | None:
    """When the carrier had the first page (seconds since the epoch)."""
    pipe = store.pipeline()
    async for key in store.scan(keys.out(f"i{one.id}v*")):
        pipe.hmget(key, "kind", "sent_at", "person")
    rows = cast("list[tuple[str, str | None, str]]", await pipe.execute())
    sent = [int(at) / 1000 for kind, at, person in rows if at and kind == "page" and person != one.reporter]
    return min(sent, default=None)


def _when(log: list[dict[str, Any]], name: str) -> float | None:
    found = next((event["at"] for event in log if event["type"] == name), None)
    return datetime.fromisoformat(found).astimezone(UTC).timestamp() if found else None


def _between(first: float | None, second: float | None) -> float | None:
    return round(second - first, 3) if first is not None and second is not None else None


async def kept(store: Store, found: Result) -> None:
    """Store a result; a later one of the same drill takes its place."""
    commit = Commit()
    commit.set(keys.drill(found.incident), json.dumps(asdict(found)), TTL)
    at = datetime.fromisoformat(found.at).timestamp()
    commit.zadd(keys.drills, int(at * 1000), found.incident)
    await store.commit(commit)


async def past(store: Store) -> list[Result]:
    """Every result that is kept, the oldest first."""
    ids = await store.zrange(keys.drills)
    texts = [await store.get(keys.drill(id_)) for id_ in ids]
    return [Result(**json.loads(text)) for text in texts if text]


async def close_old(service: IncidentService, now: float) -> None:
    """Store the progress of open drills, and end those that lasted too long."""
    for one in await service.recent(2 * OVER_AFTER):
        if one.drill:
            await kept(service.store, await result(service.store, one.id))
            if one.live and now - one.opened_at > OVER_AFTER:
                await close(service, one.id, now)


async def close(service: IncidentService, id_: str, now: float) -> None:
    """End a drill that is still open; who was paged is told."""
    state, move = IncidentState.ENDED, IncidentMove.END_DRILL
    await service.change(
        id_,
        lambda found: incidents.report_state(found, "line", state, now, 0, move) if found.may(move) else None,
    )


async def weekly(settings: Settings, store: Store, vault: Vault, library: Library, now: float) -> None:
    """Begin this week's drill at the time the city pack names, once."""
    city = library.city
    name = weekly_name(city.drill, city.timezone, now) if city.drill else ""
    if name and await store.set(keys.drill_week(name), "1", 8 * DAY, only_new=True):
        try:
            await begin(settings, store, vault, library.say("drill_words", "en"))
        except HotlineError:
            await store.delete(keys.drill_week(name))  # the webhook was away: again in a minute
            raise
