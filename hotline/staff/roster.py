"""Staff: who they are, what they speak, who is on call. Handles everywhere, numbers sealed."""

from __future__ import annotations

import json
import re
import time
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Final, Literal

from hotline.privacy.vault import Vault, parse_number
from hotline.refusal import Reason, Refused
from hotline.staff import PARTNER, REPORTER, shifts
from hotline.staff.shifts import Plan
from hotline.store import Commit, Store, keys

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hotline.settings import Settings

type Role = Literal["responder", "organizer", "operator"]
ROLES: Final = ("responder", "organizer", "operator")
RESERVED: Final = frozenset({"line", PARTNER, REPORTER})  # what stands in a handle's place in reports
DEMO_STAFF: Final = (
    ("responder1", "+18605550101", "responder", ("en", "es"), True),
    ("responder2", "+18605550102", "responder", ("es",), True),
    ("organizer1", "+18605550103", "organizer", ("en", "es"), False),
    ("organizer2", "+18605550104", "organizer", ("en", "es"), False),
)


@dataclass(frozen=True)
class Staff:
    """One volunteer.

    Attributes:
        handle: the name everybody sees instead of a number.
        person: pseudonym.
        address: sealed number.
        languages: languages they answer in; the first is the one we text them in.
        zones: zone ids they cover, empty for the whole city.
        oncall: whether pages go to them now.
    """

    handle: str
    role: str
    person: str
    address: str
    languages: tuple[str, ...] = ("en",)
    zones: tuple[str, ...] = ()
    oncall: bool = False

    @property
    def lang(self) -> str:
        """The language we text them in."""
        return self.languages[0] if self.languages else "en"


class Roster:
    """A reading of the whole roster, made for one decision."""

    def __init__(self, staff: Iterable[Staff], plan: Plan | None = None) -> None:
        self.by_handle = {member.handle: member for member in staff}
        self.plan = plan or Plan()

    def member(self, handle: str) -> Staff:
        """Who is called so.

        Raises:
            Refused: nobody is.
        """
        if handle not in self.by_handle:
            raise Refused(Reason.NO_MEMBER, handle=handle)
        return self.by_handle[handle]

    def with_role(self, role: Role) -> list[Staff]:
        """Everybody of a role, by handle."""
        return sorted((m for m in self.by_handle.values() if m.role == role), key=lambda m: m.handle)

    def on_call(self, *, lang: str = "", zone: str = "") -> list[Staff]:
        """Responders on call, those who speak a language or cover a zone when one is named."""
        return [
            member
            for member in self.with_role("responder")
            if member.oncall
            and (not lang or lang in member.languages)
            and (not zone or not member.zones or zone in member.zones)
        ]

    def who(self, target: str, *, lang: str, zone: str) -> list[str]:
        """Handles that a policy step means: ``oncall``, ``oncall:language``, ``everyone`` and so on."""
        groups = {
            "oncall": self.on_call,
            "oncall:language": lambda: self.on_call(lang=lang),
            "oncall:zone": lambda: self.on_call(zone=zone),
            "everyone": lambda: self.with_role("responder"),
            "organizers": lambda: self.with_role("organizer"),
        }
        chosen = groups.get(target)
        return [member.handle for member in chosen()] if chosen else []


async def load_roster(store: Store, now: float | None = None) -> Roster:
    """Read everybody, with who is on call at a moment (seconds since the epoch): by hand or by a shift."""
    pipe = store.pipeline()
    pipe.hgetall(keys.staff)
    pipe.smembers(keys.staff_oncall)
    pipe.hvals(keys.shifts)
    pipe.smembers(keys.shifts_off)
    pipe.hgetall(keys.shifts_swaps)
    pipe.hgetall(keys.shifts_down)
    records, by_hand, *planned = await pipe.execute()
    plan = shifts.plan_from(*planned)
    oncall = by_hand | plan.on_now(now or time.time())
    members = [_from_json(text) for text in records.values()]
    return Roster((replace(member, oncall=member.handle in oncall) for member in members), plan)


async def handle_of(store: Store, person: str) -> str:
    """The handle of a pseudonym, "" when the person is not staff."""
    return str(await store.hget(keys.staff_people, person) or "")


def _from_json(text: str) -> Staff:
    fields = json.loads(text)
    fields["languages"], fields["zones"] = tuple(fields["languages"]), tuple(fields["zones"])
    return Staff(**fields)


def set_on_call(handle: str, *, on: bool, until: float = 0.0) -> Commit:
    """The write that puts somebody on call or takes them off, in a shift until that shift ends."""
    commit = Commit()
    (commit.sadd if on else commit.srem)(keys.staff_oncall, handle)
    if on:
        commit.hdel(keys.shifts_down, handle)
    elif until:
        commit.hset(keys.shifts_down, {handle: until})
    return commit


async def add_staff(
    store: Store,
    vault: Vault,
    *,
    handle: str,
    number: str,
    role: str,
    languages: tuple[str, ...],
    zones: tuple[str, ...] = (),
) -> Staff:
    """Add a volunteer, or change the record of that handle; responders start off call.

    Raises:
        Refused: the handle, number or role cannot be used.
    """
    if not (handle.isascii() and handle.replace("-", "").replace("_", "").isalnum() and len(handle) <= 20):
        raise Refused(Reason.BAD_HANDLE)
    if handle.casefold() in RESERVED:
        raise Refused(Reason.HANDLE_RESERVED, handle=handle)
    if role not in ROLES:
        raise Refused(Reason.ROLE_UNKNOWN, roles=ROLES)
    check_languages(languages)
    address = parse_number(number)
    person = vault.pseudonym(address)
    taken_by = await handle_of(store, person)
    if taken_by and taken_by != handle:
        raise Refused(Reason.NUMBER_TAKEN, handle=taken_by)
    member = Staff(handle, role, person, vault.seal(address), languages or ("en",), zones)
    await _forget_number(store, handle)
    commit = Commit()
    record = asdict(member)
    del record["oncall"]
    commit.hset(keys.staff, {handle: json.dumps(record)})
    commit.hset(keys.staff_people, {person: handle})
    await store.commit(commit)
    return member


def check_languages(languages: Iterable[str]) -> None:
    """Refuse what is no language code.

    Raises:
        Refused: with the remedy.
    """
    if not all(re.fullmatch("[a-z]{2}", language) for language in languages):
        raise Refused(Reason.LANGUAGE_CODE)


async def _forget_number(store: Store, handle: str) -> None:
    text = await store.hget(keys.staff, handle)
    if text is not None:
        await store.hdel(keys.staff_people, _from_json(text).person)


async def remove_staff(store: Store, handle: str) -> None:
    """Block a volunteer's phone: no page, no command, no relay from it any more.

    Raises:
        Refused: there is nobody of that handle.
    """
    everybody = await load_roster(store)
    await store.commit(cut_off(everybody.member(handle), everybody.plan))


def cut_off(member: Staff, plan: Plan) -> Commit:
    """The writes that take a volunteer off the roster and out of every shift."""
    commit = shifts.dropped(one.id for one in plan.shifts if one.handle == member.handle)
    for (shift, day), taker in plan.swaps.items():
        if taker == member.handle:  # whose shift it was has it again, and is reminded
            commit.hdel(keys.shifts_swaps, f"{shift}|{day.isoformat()}")
    commit.hdel(keys.staff_people, member.person)
    commit.hdel(keys.staff, member.handle)
    commit.srem(keys.staff_oncall, member.handle)
    return commit


def without(everybody: Roster, member: Staff) -> Roster:
    """The roster less one."""
    return Roster((one for one in everybody.by_handle.values() if one is not member), everybody.plan)


async def seed_demo(settings: Settings) -> None:
    """The demo's volunteers; the two responders are on call. Does nothing to a roster that has people."""
    store = Store(settings.redis_url, settings.city)
    vault = Vault(settings.secret_keys)
    try:
        if await store.hlen(keys.staff):
            return
        for handle, number, role, languages, oncall in DEMO_STAFF:
            await add_staff(store, vault, handle=handle, number=number, role=role, languages=languages)
            if oncall:
                await store.commit(set_on_call(handle, on=True))
    finally:
        await store.close()
