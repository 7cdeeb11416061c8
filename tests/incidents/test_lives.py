"""Many incidents on a real Redis, with any events, races, crashes and clock jumps in any order."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, cast

from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from hotline.conversation.responders.merging import _apart
from hotline.incidents import incident as incidents
from hotline.incidents import no_answer, records, updates, witnesses
from hotline.incidents.states import REPORTED, IncidentState
from hotline.staff.roster import set_on_call
from hotline.store import DAY, MINUTE, Commit, Conflict, Key, keys
from tests.stage.stage import Stage

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from hotline.incidents.incident import Change, Incident
    from hotline.stack.embedded import EmbeddedRedis

HANDLES: Final = ("ana", "ben", "olga")
REPORTERS: Final = tuple("pqrstu")
PLACES: Final = ("120 Park Street", "124 Park Street", "")
WORDS: Final = ("ice is here with two vans", "help ice raid everywhere come quick everybody")
BEGAN: Final = 1_800_000_000.0
MINUTES: Final = 15.0
STRIDE: Final = 10 * MINUTE
JUMPS: Final = (1, 60, 121, 300, 901, 3600, 30_000)

people = st.sampled_from(HANDLES)
deeds = st.sampled_from(("take", "pass", "backup", "words", "merge", "split", "page", "silent", *REPORTED))


@dataclass(frozen=True)
class Deed:
    """What somebody does to a report, its holder if only that one may; `other` is the second of a merge."""

    kind: str
    report: int
    handle: str
    other: int


a_deed = st.builds(Deed, deeds, st.integers(0, 7), people, st.integers(0, 7))


def versions(commit: Commit) -> dict[Key, str]:
    """The reports that a commit was decided from, and the version it saw of each."""
    return {Key(guard[1]): str(guard[3]) for guard in commit.guards if guard[2:3] == ["version"]}


def moved(commit: Commit) -> set[str]:
    """The reports that a commit changes; it may have looked at more."""
    return {str(write[1]) for write in commit.writes if write[0] == "HSET" and "version" in write}


class Lives(RuleBasedStateMachine):
    """Decides as the worker decides; what Redis holds is the only state."""

    url = ""

    def __init__(self) -> None:
        super().__init__()
        self._runner = asyncio.Runner()
        self.stage = self.run(self._open())
        self.store, self.incidents = self.stage.store, self.stage.incidents
        self.found: dict[str, Incident] = {}

    def run[T](self, work: Coroutine[Any, Any, T]) -> T:
        return self._runner.run(work)

    async def _open(self) -> Stage:
        stage = await Stage.alone(self.url)
        stage.now = BEGAN
        for handle in HANDLES:
            await stage.joins(handle, role="organizer" if handle == "olga" else "responder")
        return stage

    def teardown(self) -> None:
        self.run(self._end())
        self._runner.close()

    async def _end(self) -> None:
        try:
            await self._everything_ends_by_itself()
        finally:
            await self.store.close()

    async def _everything_ends_by_itself(self) -> None:
        """With nobody acting any more, every report is closed within a day, having reached people."""
        for _ in range(DAY // STRIDE):
            if not await self.store.redis.zcard(keys.incidents_due):
                break
            self.stage.now += STRIDE
            await self.incidents.tick()
        self.found = {one.id: one for one in await records.load_many(self.store, keys.incidents_all)}
        assert not [one.id for one in self.found.values() if one.live]
        for one in self.found.values():
            event = self.found[one.same_as] if one.same_as else one
            types = {entry["type"] for entry in await self._log(event.id)}
            assert types & {"paged", "claimed"}, f"{one.id} reached nobody"

    async def _log(self, id_: str) -> list[dict[str, Any]]:
        lines = await cast("Any", self.store.redis.lrange(keys.incident_log(id_), 0, -1))
        return [json.loads(line) for line in lines]

    # -- what somebody decides from what is there now

    async def _picked(self, place: int) -> Incident | None:
        ids = await self.store.redis.zrange(keys.incidents_all, 0, -1)
        return await records.load(self.store, str(ids[place % len(ids)])) if ids else None

    async def _decided(self, deed: Deed) -> Commit | None:
        one = await self._picked(deed.report)
        if one is None or not one.live:
            return None
        roster = await self.incidents.roster()
        if deed.kind in ("merge", "split"):
            pair = await self._two(one, deed)
            return await self.incidents.both(*pair, roster) if pair else None
        if deed.kind == "take" and one.same_as:  # who takes a witness's report means the event
            one = await records.load(self.store, one.same_as) or one
        change = self._alone(one, deed)
        return await self.incidents.written(one, change, roster) if change else None

    async def _two(
        self, one: Incident, deed: Deed
    ) -> tuple[Incident, Incident, Change, Change | None] | None:
        if deed.kind == "split":
            if not one.same_as:
                return None
            first = await records.load(self.store, one.same_as)
            return one, first or one, *witnesses.split(one, first, self.stage.now, by=deed.handle)
        first = await self._picked(deed.other)
        if first is None or not first.live or first.id == one.id or _apart(one, first):
            return None
        return one, first, *witnesses.link(one, first, self.stage.now, by=deed.handle)

    def _alone(self, one: Incident, deed: Deed) -> Change | None:
        if deed.kind == "take":
            free = one.live and not one.held and not one.same_as
            change = incidents.claim(one, deed.handle, self.stage.now, MINUTES)
            assert (change is not None) == free, "a claim wins exactly when it is free"
            return change
        if deed.kind == "pass" and one.held:
            return incidents.release(one, self.stage.now, by=one.claimed_by, event="passed")
        if deed.kind in REPORTED and one.held:
            return incidents.report_state(
                one, one.claimed_by, IncidentState(deed.kind), self.stage.now, MINUTES
            )
        return self._more(one, deed)

    def _more(self, one: Incident, deed: Deed) -> Change | None:
        if deed.kind == "backup":
            return incidents.join(one, deed.handle)
        if deed.kind == "words":
            return updates.add_words(one, "they left", place="", zone="", photos=1)
        if deed.kind == "page" and one.tray:
            return witnesses.taken_out(one, self.stage.now, by=deed.handle)
        return no_answer._missing(one, "now", None) if deed.kind == "silent" else None

    async def _committed(self, commit: Commit) -> bool:
        try:
            await self.store.commit(commit)
        except Conflict:
            return False
        return True

    # -- events

    @initialize(places=st.lists(st.sampled_from(PLACES), max_size=4))
    def some_have_reported(self, places: list[str]) -> None:
        for reporter, place in zip(REPORTERS, places, strict=False):
            self.run(self._report(reporter, place, WORDS[0]))
            self.run(self.incidents.tick())

    @rule(
        reporter=st.sampled_from(REPORTERS),
        place=st.sampled_from(PLACES),
        words=st.sampled_from(WORDS),
        seconds=st.sampled_from((0, 5, 1500)),
    )
    def somebody_reports(self, reporter: str, place: str, words: str, seconds: int) -> None:
        self.stage.now += seconds
        self.run(self._report(reporter, place, words))

    async def _report(self, reporter: str, place: str, words: str) -> None:
        id_ = await records.next_id(self.store)
        commit = self.incidents.opening(
            id_, reporter=reporter, text=words, lang="en", place=place, zone="", photos=0
        )
        commit.if_absent(keys.reporter(reporter))
        await self._committed(commit)

    @rule(seconds=st.sampled_from(JUMPS))
    def time_passes(self, seconds: int) -> None:
        self.stage.now += seconds

    @rule()
    def the_worker_comes_by(self) -> None:
        self.run(self.incidents.tick())

    @rule(handle=people, on=st.booleans())
    def the_roster_changes(self, handle: str, on: bool) -> None:  # noqa: FBT001 - hypothesis fills it in
        self.run(self.store.commit(set_on_call(handle, on=on)))

    @rule(deed=a_deed)
    def somebody_acts(self, deed: Deed) -> None:
        self.run(self._act(deed))

    async def _act(self, deed: Deed) -> None:
        commit = await self._decided(deed)
        assert commit is None or await self._committed(commit), "nobody else was there"

    @rule(deed=a_deed)
    def a_commit_is_made_twice(self, deed: Deed) -> None:
        """Its first answer was lost, and the connection tries again."""
        self.run(self._twice(deed))

    async def _twice(self, deed: Deed) -> None:
        commit = await self._decided(deed)
        if commit:
            assert await self._committed(commit)
            assert not await self._committed(commit), "the version guards it"

    @rule(one=a_deed, other=a_deed)
    def two_act_at_once(self, one: Deed, other: Deed) -> None:
        self.run(self._race(one, other))

    async def _race(self, one: Deed, other: Deed) -> None:
        commits = [await self._decided(one), await self._decided(other)]
        both = [commit for commit in commits if commit]
        won = [await self._committed(commit) for commit in both]
        assert not won or won[0]
        if len(both) == 2:
            changed, seen = moved(both[0]), versions(both[1]).keys()
            assert won[1] == changed.isdisjoint(seen), "of two who saw the same only the first one wins"

    @rule(deed=a_deed, seconds=st.sampled_from(JUMPS))
    def somebody_decides_while_a_step_is_made(self, deed: Deed, seconds: int) -> None:
        """Or hangs, and commits when the world has moved on."""
        self.run(self._stale(deed, seconds))

    async def _stale(self, deed: Deed, seconds: int) -> None:
        commit = await self._decided(deed)
        self.stage.now += seconds
        await self.incidents.tick()
        if commit:
            guarded = versions(commit)
            seen = [await cast("Any", self.store.redis.hget(key, "version")) for key in guarded]
            assert await self._committed(commit) == (seen == list(guarded.values()))

    @precondition(lambda self: any(one.live for one in self.found.values()))
    @rule(place=st.integers(0, 7))
    def a_timer_is_lost_and_the_auditor_comes_by(self, place: int) -> None:
        self.run(self._audit(place))

    async def _audit(self, place: int) -> None:
        ids = [one.id for one in self.found.values() if one.live]
        lost = ids[place % len(ids)]
        await self.store.redis.zrem(keys.incidents_due, lost)
        assert await self.incidents.audit() >= 1
        assert await self.store.redis.zscore(keys.incidents_due, lost) is not None

    # -- what always holds

    @invariant()
    def all_holds(self) -> None:
        self.run(self._all_holds())

    async def _all_holds(self) -> None:
        redis = self.store.redis
        self.found = {one.id: one for one in await records.load_many(self.store, keys.incidents_all)}
        timers = dict(cast("Any", await redis.zrange(keys.incidents_due, 0, -1, withscores=True)))
        assert set(await redis.zrange(keys.incidents_open, 0, -1)) == {
            one.id for one in self.found.values() if one.live
        }
        for one in self.found.values():
            self._is_guarded(one, timers.get(one.id))
            self._is_one_event(one, timers.get(one.id))
            self._is_as_logged(one, await self._log(one.id))
        assert await redis.xlen(keys.reports) == sum(one.version for one in self.found.values())

    def _is_guarded(self, one: Incident, timer: float | None) -> None:
        assert bool(one.due) == one.live
        assert (timer is not None) == one.live, "an open report has a next step, a closed one has none"
        assert not one.held or one.claimed_by
        assert one.held or not one.live or not one.claimed_by, "nobody holds what is free"
        assert not one.tray or not (one.held or one.same_as)
        assert len(set(one.run)) == len(one.run), "nobody is paged twice in one run"

    def _is_one_event(self, one: Incident, timer: float | None) -> None:
        """A witness's report has a live first one, or is about to page by itself."""
        assert len(one.children) == len(set(one.children))
        assert one.witnesses == 1 + len(one.children)
        assert not one.live or all(self.found[id_].same_as == one.id for id_ in one.children)
        if one.same_as and one.live:
            first = self.found[one.same_as]
            assert not first.same_as, "the first report is nobody's witness"
            assert one.id in first.children
            assert not one.held
            assert first.live or (timer is not None and timer <= self.stage.now * 1000)

    def _is_as_logged(self, one: Incident, log: list[dict[str, Any]]) -> None:
        assert len(log) == one.version, "one event for each version"
        assert log[-1]["incident"] == one.public() | {
            "text": " / ".join(one.words), "answers": list(one.answers)
        }  # fmt: skip
        holder = ""
        for event in log:
            if event["type"] == "claimed":
                assert not holder, "a second claimant"
                holder = event["by"]
            elif event["type"] in ("passed", "released"):
                assert holder == event["details"]["released_by"]
                holder = ""
            elif event["type"] in (*REPORTED, "news_asked"):
                assert event["type"] == "news_asked" or event["by"] == holder
        assert holder == one.claimed_by


def test_any_events_races_crashes_and_clock_jumps_in_any_order(redis_server: EmbeddedRedis) -> None:
    """Never two claimants, never an open report without a next step, a log that tells the state."""
    Lives.url = redis_server.url
    run_state_machine_as_test(  # pyright: ignore[reportUnknownVariableType] - hypothesis types its machines loosely
        Lives,
        settings=hypothesis_settings(
            max_examples=60,
            stateful_step_count=40,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow],
        ),
    )
