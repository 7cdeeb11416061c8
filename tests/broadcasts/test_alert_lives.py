"""The life of alerts on a real Redis: any people, races, crashes and clock jumps in any order."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import TYPE_CHECKING, Any, Final, cast

from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from hotline.broadcasts import broadcast as broadcasts
from hotline.broadcasts import closing, freeze
from hotline.broadcasts.drafting import DraftRequest
from hotline.errors import SendError
from hotline.messaging import status_callbacks
from hotline.messaging.contacts import opt_in, opt_out
from hotline.refusal import Refused
from hotline.store import keys
from tests.stage.office import HOUR, Office

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from hotline.broadcasts.broadcast import Broadcast
    from hotline.stack.embedded import EmbeddedRedis

PEOPLE: Final = 7
ENDS: Final = ("sent", "expired", "cancelled", "closed")
SPOKEN: Final = ("organizer1", "organizer2", "responder1", "nobody")
OWN: Final = "They all drove away to the highway."
FATES: Final = ("sent", "delivered", "undelivered", "refused", "retry", "unknown", "lost")

which = st.integers(0, 5)
who = st.sampled_from(SPOKEN)


class AlertLives(RuleBasedStateMachine):
    """Does what organizers, residents, the worker and the carrier may do; Redis is the only state.

    `carried` is what the carrier has: person by person, as often as it was handed over.
    """

    url = ""

    def __init__(self) -> None:
        super().__init__()
        self._runner = asyncio.Runner()
        self.carried: Counter[tuple[str, str]] = Counter()
        self.before: dict[str, Broadcast] = {}
        self.office = self.run(self._open())
        self.people = self.run(self._sign_up())

    def run[T](self, work: Coroutine[Any, Any, T]) -> T:
        return self._runner.run(work)

    async def _open(self) -> Office:
        office = await Office.alone(self.url)
        await office.begin()
        return office

    async def _sign_up(self) -> list[str]:
        found = await self.office.sign_up(PEOPLE - 2)
        return found + await self.office.sign_up(2, lang="es", first=PEOPLE)

    def teardown(self) -> None:
        self.run(self._end())
        self._runner.close()

    async def _end(self) -> None:
        try:
            await self._all_come_to_rest()
        finally:
            await self.office.store.close()

    async def _all_come_to_rest(self) -> None:
        """Thawed and resumed, with a carrier that takes all, each broadcast ends with a full ledger."""
        await self.office.store.commit(freeze.unfreeze("organizer1", self.office.now))
        for _ in range(200):
            for one in await self._all():
                if one.state == "paused":
                    await self._tried(self.office.move(one.id, "resume"))
            await self.office.delivery.feed()
            await self._carry("sent")
            await self._reconcile()
            self.office.now += 30
        for one in await self._all():
            assert one.state in (*ENDS, "draft", "paused"), f"{one.id} is still {one.state}"
            if one.state in ("sent", "expired"):
                assert sum(one.receipts.values()) == one.total or one.state == "expired"

    async def _all(self) -> list[Broadcast]:
        return await broadcasts.recent(self.office.store)

    async def _picked(self, place: int) -> str:
        ids = await self.office.store.redis.zrange(keys.broadcasts_all, 0, -1)
        return str(ids[place % len(ids)]) if ids else "0"

    async def _tried(self, work: Coroutine[Any, Any, object]) -> bool:
        """Whether it was done; refused otherwise."""
        try:
            await work
        except Refused:
            return False
        return True

    # -- organizers

    @rule(lasts=st.sampled_from((60.0, HOUR, 24 * HOUR)), by=who, confirmed=st.booleans())
    def somebody_drafts_an_alert(self, lasts: float, by: str, *, confirmed: bool) -> None:
        self.run(self._draft(lasts, by, confirmed=confirmed))

    async def _draft(self, lasts: float, by: str, *, confirmed: bool) -> None:
        id_ = await self.office.report(*(["confirmed"] if confirmed else []))
        request = DraftRequest(by, "alert", lasts, incident=id_)
        assert await self._tried(self.office.drafted(request)) == (confirmed and by.startswith("organizer"))

    @rule(place=which, by=who)
    def somebody_approves(self, place: int, by: str) -> None:
        self.run(self._approve(place, by))

    async def _approve(self, place: int, by: str) -> None:
        id_ = await self._picked(place)
        before = await broadcasts.load_many(self.office.store, [id_])
        if await self._tried(self.office.approve(id_, by)):
            assert before[0].state == "draft"
            assert by.startswith("organizer")
            assert by != before[0].by, "never by who wrote it"
            assert not await freeze.frozen(self.office.store)

    @rule(place=which)
    def two_approve_at_once(self, place: int) -> None:
        self.run(self._both(place))

    async def _both(self, place: int) -> None:
        id_ = await self._picked(place)
        work = [self._tried(self.office.approve(id_, "organizer2")) for _ in range(2)]
        assert sum(await asyncio.gather(*work)) <= 1

    @rule(place=which, how=st.sampled_from(("pause", "resume", "cancel")))
    def somebody_moves_it(self, place: int, how: str) -> None:
        self.run(self._tried_move(place, how))

    async def _tried_move(self, place: int, how: str) -> None:
        await self._tried(self.office.move(await self._picked(place), how))

    @rule(place=which, reason=st.sampled_from(("left", "false", "unable")))
    def somebody_closes_it(self, place: int, reason: str) -> None:
        self.run(self._close(place, reason))

    async def _close(self, place: int, reason: str) -> None:
        office, id_ = self.office, await self._picked(place)
        await self._tried(
            closing.close(
                office.store,
                office.library,
                office.settings,
                id_,
                now=office.now,
                by="organizer2",
                reason=reason,
            )
        )

    @rule(place=which, by=who)
    def somebody_writes_how_it_ended(self, place: int, by: str) -> None:
        self.run(self._closing_in_own_words(place, by))

    async def _closing_in_own_words(self, place: int, by: str) -> None:
        office, id_ = self.office, await self._picked(place)
        words = {"en": OWN, "es": "Ya se fueron todos por la carretera."}
        await self._tried(
            closing.close(
                office.store, office.library, office.settings, id_, now=office.now, by=by, texts=words
            )
        )  # fmt: skip

    @rule(frozen=st.booleans())
    def somebody_freezes(self, *, frozen: bool) -> None:
        act = freeze.freeze if frozen else freeze.unfreeze
        self.run(self.office.store.commit(act("organizer1", self.office.now)))

    @rule(place=which, state=st.sampled_from(("false_alarm", "ended", "onscene")))
    def the_report_moves_on(self, place: int, state: str) -> None:
        self.run(self._report_moves(place, state))

    async def _report_moves(self, place: int, state: str) -> None:
        ids = await self.office.store.redis.zrange(keys.incidents_open, 0, -1)
        if ids:
            await self.office.told(str(ids[place % len(ids)]), state)

    # -- residents

    @rule(place=st.integers(0, PEOPLE - 1), stop=st.booleans())
    def somebody_stops_or_starts(self, place: int, *, stop: bool) -> None:
        change = opt_out if stop else opt_in
        self.run(self.office.store.commit(change(self.people[place], "alerts")))

    # -- the worker, the carrier, time

    @rule(workers=st.integers(1, 3))
    def workers_feed(self, workers: int) -> None:
        self.run(self._feed(workers))

    async def _feed(self, workers: int) -> None:
        office = self.office
        await closing.hold_unfounded(office.store, office.now)
        each = [office.worker() for _ in range(workers)]
        await asyncio.gather(*[one.feed() for one in each])

    @rule(fate=st.sampled_from(FATES), most=st.integers(1, 4))
    def the_carrier_takes_some(self, fate: str, most: int) -> None:
        self.run(self._carry(fate, most))

    async def _carry(self, fate: str, most: int = 1000) -> None:
        for _ in range(most):
            taken = await self.office.box.take(self.office.now)
            self.office.now += 0.01
            if not taken.id and not taken.dropped:
                return
            if taken.id:
                await self._meets(taken.id, taken.fields["person"], fate)

    async def _meets(self, id_: str, person: str, fate: str) -> None:
        number = id_[1:].partition(":")[0]
        assert not await self.office.store.redis.sismember(keys.optout("alerts"), person), (
            "who stopped is left alone"
        )
        if fate in ("sent", "delivered", "undelivered", "unknown", "lost"):
            self.carried[number, person] += 1
        if fate in ("refused", "retry", "unknown"):
            error = SendError("no", outcome=cast("Any", fate), code=0)
            await self.office.box.failed(id_, error, self.office.now)
        elif fate != "lost":  # the worker died after the call
            await self.office.box.accepted(id_, f"SM{id_}")
        if fate in ("delivered", "undelivered"):
            await status_callbacks.status(self.office.store, id_=id_, sid=f"SM{id_}", state=fate, code="")

    @rule()
    def unsettled_sends_are_looked_up(self) -> None:
        self.run(self._reconcile())

    async def _reconcile(self) -> None:
        """What a sender does with the carrier's list: there it is adopted, else it is queued again."""
        for id_, _ in await self.office.box.unresolved(self.office.now, 0):
            number, _, person = id_[1:].partition(":")
            if self.carried[number, person]:
                await self.office.box.accepted(id_, f"SM{id_}")
            else:
                await self.office.box.requeue(id_)

    @rule(seconds=st.sampled_from((1, 61, 1800, int(HOUR) + 1)))
    def time_passes(self, seconds: int) -> None:
        self.office.now += seconds

    # -- what always holds

    @invariant()
    def all_holds(self) -> None:
        self.run(self._all_holds())

    async def _all_holds(self) -> None:
        assert max(self.carried.values(), default=0) <= 1, "nobody gets one alert twice"
        found = {one.id: one for one in await self._all()}
        for one in found.values():
            ledger = await self.office.ledger(one.id)
            assert dict(Counter(ledger.values())) == one.receipts, "the counts are the ledger's"
            assert len(ledger) <= one.total or one.kind == "closing"
            assert (
                one.state == "draft"
                or one.kind == "closing"
                or one.approved_by not in ("", one.by)
                or (one.state == "cancelled")
            )
            if OWN in one.texts.get("en", "") and one.approved_at:
                assert one.approved_by not in ("", one.by), "free words have two people behind them"
            before = self.before.get(one.id)
            assert not (before and before.state in ("closed", "cancelled") and before.state != one.state) or (
                (before.state, one.state) == ("cancelled", "closed")
            )
            self._closes_its_own(one)
            log = await broadcasts.history(self.office.store, one.id)
            assert [event["what"] for event in log].count("approve") <= 1
        self.before = found

    def _closes_its_own(self, one: Broadcast) -> None:
        """The closing text goes to nobody whom the alert did not reach."""
        if one.closes:
            told_of_it = {person for number, person in self.carried if number == one.closes}
            hears_the_end = {person for number, person in self.carried if number == one.id}
            assert hears_the_end <= told_of_it


def test_any_order_of_events_texts_nobody_twice_and_nobody_who_did_not_ask(
    redis_server: EmbeddedRedis,
) -> None:
    """Approved by two, held by anyone, closed to exactly those who were told."""
    AlertLives.url = redis_server.url
    run_state_machine_as_test(  # pyright: ignore[reportUnknownVariableType] - hypothesis types its machines loosely
        AlertLives,
        settings=hypothesis_settings(
            max_examples=40,
            stateful_step_count=40,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow],
        ),
    )
