"""The rules of an incident, with any events in any order: one holder, always a next step, an honest log."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from hotline.incidents import deduplication, escalation, records, updates
from hotline.incidents import incident as incidents
from hotline.incidents.incident import Change, Incident
from hotline.incidents.states import REPORTED, IncidentState
from hotline.staff.roster import Roster, Staff

HANDLES = ("ana", "ben", "cleo")
POLICY = (
    {"who": "oncall:language", "after_seconds": 0},
    {"who": "oncall", "after_seconds": 60},
    {"who": "everyone", "after_seconds": 180},
    {"who": "organizers", "after_seconds": 300},
)


def a_roster(*on_call: str) -> Roster:
    responders = [
        Staff(
            name,
            "responder",
            f"p-{name}",
            "sealed",
            languages=("es",) if name == "ana" else ("en",),
            oncall=name in on_call,
        )
        for name in HANDLES
    ]
    return Roster([*responders, Staff("olga", "organizer", "p-olga", "sealed")])


def an_incident(now: float = 1000.0) -> Incident:
    return Incident("7", reporter="r", lang="es", opened_at=now, began=now, due=now, policy=POLICY)


def told(change: Change, key: str) -> list[str]:
    return [notice.to for notice in change.notices if notice.key == key]


def test_everybody_the_first_step_means_is_paged() -> None:
    change = escalation.advance(an_incident(), a_roster("ana", "ben"), 1000)
    assert told(change, "page") == ["ana"]
    assert change.after.due == 1060


def test_a_step_that_means_nobody_is_skipped_at_once() -> None:
    change = escalation.advance(an_incident(), a_roster("ben"), 1000)
    assert told(change, "page") == ["ben"], "ben speaks no Spanish: the next step goes in place of that one"
    assert change.after.due == 1120, "and the step after it 120 seconds later, as the policy says"
    nobody = escalation.advance(an_incident(), a_roster(), 1000)
    assert told(nobody, "page") == ["ana", "ben", "cleo"], "nobody is on call: everybody is texted at once"
    assert told(nobody, "nobody_on_call") == ["olga"], "and it is said"


def test_organizers_hear_whether_nobody_is_on_call_or_nobody_took_it() -> None:
    roster = a_roster("ana", "ben", "cleo")
    one, changes = an_incident(), list[Change]()
    while one.rounds == 0:
        changes.append(escalation.advance(one, roster, one.due))
        one = changes[-1].after
    assert [told(change, "nobody_on_call") for change in changes] == [[]] * len(changes)
    assert told(changes[-1], "nobody_took") == ["olga"]
    assert told(changes[-1], "raid_nobody") == ["reporter"]


PARTNERED = (*POLICY, {"who": "partner", "after_seconds": 420})


def run_through(one: Incident, roster: Roster) -> list[Change]:
    """The steps of one run of the policy with nobody taking it."""
    changes, rounds = list[Change](), one.rounds
    while one.rounds == rounds:
        changes.append(escalation.advance(one, roster, one.due))
        one = changes[-1].after
    return changes


def test_the_partner_is_texted_in_its_step_once_and_that_nobody_took_it_is_still_said() -> None:
    one = replace(an_incident(), policy=PARTNERED)
    first = run_through(one, a_roster("ana"))
    assert [told(change, "page_partner") for change in first] == [[], [], [], ["partner"]]
    assert first[-1].after.rounds == 1
    last = first[-1]
    assert told(last, "raid_nobody") == ["reporter"]
    assert told(last, "nobody_took") == ["olga"]
    assert "partner" not in last.after.paged, "told, not paged: it reads no updates and cannot claim"
    again = run_through(last.after, a_roster("ana"))
    assert not any(told(change, "page_partner") for change in again), "a partner is not texted every round"
    claimed = incidents.claim(again[-1].after, "ana", 9000, 15)
    assert claimed
    assert told(claimed, "partner_taken") == ["partner"]


def test_a_drill_never_texts_the_partner() -> None:
    one = replace(an_incident(), policy=PARTNERED, drill=True)
    assert not any(told(change, "page_partner") for change in run_through(one, a_roster("ana")))


def test_that_nobody_is_on_call_is_said_to_the_organizers_and_to_the_reporter() -> None:
    alone = Roster([Staff("olga", "organizer", "p-olga", "sealed")])
    due = escalation.advance(an_incident(), alone, 1000)
    last = escalation.advance(due.after, alone, due.after.due)
    notices = due.notices + last.notices
    assert [n.to for n in notices if n.key == "raid_nobody"] == ["reporter"]
    assert "olga" in [n.to for n in notices if n.key == "nobody_on_call"]


def test_who_is_paged_once_is_not_paged_again_in_the_same_run() -> None:
    first = escalation.advance(an_incident(), a_roster("ana", "ben"), 1000)
    second = escalation.advance(first.after, a_roster("ana", "ben"), 1060)
    assert told(second, "page") == ["ben"]


def test_a_holder_is_asked_for_news_and_loses_it_by_silence() -> None:
    paged = escalation.advance(an_incident(), a_roster("ana", "ben"), 1000).after
    held = incidents.claim(paged, "ana", 1010, minutes=15)
    assert held
    asked = escalation.advance(held.after, a_roster("ana"), held.after.due)
    assert told(asked, "page_news") == ["ana"]
    released = escalation.advance(asked.after, a_roster("ana"), asked.after.due)
    assert released.event == "released"
    assert released.after.state == "paging"
    assert released.after.due == asked.after.due, "paged again at once"


def test_who_let_it_go_is_not_the_first_to_be_paged_again() -> None:
    paged = escalation.advance(an_incident(), a_roster("ana", "ben"), 1000).after
    held = incidents.claim(paged, "ana", 1010, minutes=15)
    assert held
    passed = incidents.release(held.after, 1020, by="ana", event="passed")
    again = escalation.advance(passed.after, a_roster("ana", "ben"), 1020)
    assert "ana" not in told(again, "page_reopened")


def test_who_lets_go_late_sets_the_whole_policy_off_again() -> None:
    """Not only the reminders of a report that ran through all its rounds."""
    tired = replace(an_incident(), state="paging", rounds=escalation.ROUNDS, paged=HANDLES)
    held = incidents.claim(tired, "ana", 1010, minutes=15)
    assert held
    passed = incidents.release(held.after, 1020, by="ana", event="passed").after
    assert told(escalation.advance(passed, a_roster("ben"), 1020), "page_reopened") == ["ben"]


def test_giving_up_tells_everybody_who_knew_of_it() -> None:
    tired = replace(an_incident(), state="paging", rounds=escalation.ROUNDS, paged=("ana", "ben"))
    change = escalation.advance(tired, a_roster(), 1000 + escalation.GIVE_UP + 1)
    assert change.event == "expired"
    assert told(change, "page_closed") == ["ana", "ben", "olga"]
    assert told(change, "raid_unable") == ["reporter"]


def test_a_report_that_has_witnesses_already_becomes_nobodys_witness() -> None:
    """A human may merge into it before the line looks at it; a witness of a witness hears nothing."""
    first = replace(an_incident(), place="120 Park Street", looked_at=True, state="paging")
    second = replace(first, id="8", reporter="s", state="opened", looked_at=False)
    assert deduplication.sort(second, [first]) == deduplication.Sorted("witness", of="7")
    assert deduplication.sort(replace(second, children=("9",)), [first]) == deduplication.Sorted("page")


def test_a_closing_verdict_ends_the_timers_and_tells_the_reporter() -> None:
    held = incidents.claim(an_incident(), "ana", 1010, minutes=15)
    assert held
    closed = incidents.report_state(held.after, "ana", IncidentState.FALSE_ALARM, 1020, 15)
    assert not closed.after.live
    assert closed.after.due == 0
    assert told(closed, "raid_false") == ["reporter"]


class IncidentLife(RuleBasedStateMachine):
    """Random claims, passes, verdicts, details and clock jumps, decided as the service decides them."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 1000.0
        self.on_call: tuple[str, ...] = ("ana",)
        self.one = an_incident(self.now)
        self.holders: list[str] = []
        self.events: list[str] = ["opened"]

    def apply(self, change: Change | None) -> None:
        if change:
            self.one = replace(change.after, version=self.one.version + 1)
            self.events.append(change.event)

    @rule(who=st.lists(st.sampled_from(HANDLES), unique=True))
    def roster_changes(self, who: list[str]) -> None:
        self.on_call = tuple(who)

    @rule(seconds=st.sampled_from([1, 30, 60, 300, 900, 4000, 30000]))
    def time_passes(self, seconds: int) -> None:
        self.now += seconds

    @precondition(lambda self: self.one.live and self.one.due <= self.now)
    @rule()
    def timer_fires(self) -> None:
        self.apply(escalation.advance(self.one, a_roster(*self.on_call), self.now))

    @rule(handle=st.sampled_from(HANDLES))
    def somebody_claims(self, handle: str) -> None:
        before = self.one
        change = incidents.claim(self.one, handle, self.now, minutes=15)
        assert (change is not None) == (before.live and not before.held), (
            "a claim wins exactly when it is free"
        )
        self.apply(change)

    @precondition(lambda self: self.one.held)
    @rule()
    def holder_passes(self) -> None:
        self.apply(incidents.release(self.one, self.now, by=self.one.claimed_by, event="passed"))

    @precondition(lambda self: self.one.held)
    @rule(state=st.sampled_from(REPORTED))
    def holder_reports(self, state: IncidentState) -> None:
        self.apply(incidents.report_state(self.one, self.one.claimed_by, state, self.now, 15))

    @precondition(lambda self: self.one.live)
    @rule(text=st.text(max_size=20), photos=st.integers(0, 2))
    def reporter_adds(self, text: str, photos: int) -> None:
        words = self.one.words
        self.apply(updates.add_words(self.one, text, place="", zone="", photos=photos))
        assert self.one.words[: len(words)] == words, "what was reported is never lost"

    @invariant()
    def an_open_incident_has_a_next_step(self) -> None:
        assert self.one.due > 0 if self.one.live else self.one.due == 0

    @invariant()
    def it_is_held_by_exactly_one_or_by_nobody(self) -> None:
        assert bool(self.one.claimed_by) == self.one.held or not self.one.live

    @invariant()
    def the_log_has_one_event_for_each_version(self) -> None:
        assert len(self.events) == self.one.version + 1

    @invariant()
    def it_survives_being_written_and_read(self) -> None:
        assert records.from_fields(records._fields(self.one)) == self.one


IncidentLife.TestCase.settings = hypothesis_settings(max_examples=60, stateful_step_count=40, deadline=None)
TestIncidentLife = IncidentLife.TestCase
