"""Reports of a broken ordinance as advocates work with them: read, answered, closed, exported."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import pytest

from hotline.casework import violations
from hotline.casework.violations import COLUMNS, Violation, as_csv
from hotline.messaging.contacts import Person, save_person
from hotline.refusal import Reason, Refused
from hotline.staff.roster import Roster
from hotline.store import keys
from tests.stage.dump import everything

if TYPE_CHECKING:
    from hotline.content import Library
    from hotline.privacy.vault import Vault
    from hotline.store import Store

NOW: Final = 1_800_000_000.0
PHONE: Final = "+18605550111"
ONE: Final = Violation("7", NOW, "en", "they asked, call 860-555-0177", "monday", "park st", "frog_hollow")


async def kept(store: Store, vault: Vault, library: Library, one: Violation) -> None:
    await store.commit(violations.opened(one, Roster([]), library, vault))


async def test_a_report_is_read_as_it_was_kept_and_masked_whoever_brings_it(
    store: Store, vault: Vault, library: Library
) -> None:
    await kept(store, vault, library, ONE)
    for written in ("7", "V7", " v7 "):
        assert await violations.load(store, written) == replace(ONE, what="they asked, call [number]")
    assert "0177" not in str(await everything(store))


async def test_a_report_that_is_closed_stays_without_its_reporter(
    store: Store, vault: Vault, library: Library
) -> None:
    await kept(store, vault, library, replace(ONE, reporter=vault.pseudonym(PHONE), contact="yes"))
    await violations.close(store, "7")
    one = await violations.load(store, "7")
    assert (one.state, one.reporter, one.where) == ("closed", "", "park st")
    with pytest.raises(Refused, match=Reason.NO_CONTACT):
        await violations.reply(store, vault, library, id_="7", text="hello", now=NOW)


async def test_an_advocate_texts_back_to_who_said_yes(store: Store, vault: Vault, library: Library) -> None:
    person = Person(vault.pseudonym(PHONE), vault.seal(PHONE), "es")
    await kept(store, vault, library, replace(ONE, reporter=person.id, contact="yes"))
    await store.commit(save_person(person))
    await violations.reply(store, vault, library, id_="V7", text=" We can meet on Monday. ", now=NOW)
    (key,) = await store.redis.keys(keys.out("*"))
    assert await store.redis.hget(key, "person") == person.id
    body = vault.open(str(await store.redis.hget(key, "body")))
    assert body == "De una persona: We can meet on Monday."


@pytest.mark.parametrize(("contact", "text"), [("no", "hello"), ("", "hello"), ("yes", "  ")])
async def test_nobody_is_texted_without_a_yes_or_without_words(
    store: Store, vault: Vault, library: Library, contact: str, text: str
) -> None:
    person = Person(vault.pseudonym(PHONE), vault.seal(PHONE), "es")
    await store.commit(save_person(person))
    await kept(store, vault, library, ONE)
    if contact == "yes":
        await store.commit(violations.noted("7", contact="yes", reporter=person.id))
    with pytest.raises(Refused):
        await violations.reply(store, vault, library, id_="7", text=text, now=NOW)
    assert await store.redis.keys(keys.out("*")) == []


async def test_an_unknown_number_is_refused(store: Store) -> None:
    for id_ in ("9", "", "*", "last"):
        with pytest.raises(Refused, match=Reason.NO_VIOLATION):
            await violations.load(store, id_)


async def test_a_report_whose_lifetime_ended_is_listed_no_more(
    store: Store, vault: Vault, library: Library
) -> None:
    await kept(store, vault, library, ONE)
    await kept(store, vault, library, replace(ONE, id="8"))
    await store.redis.delete(keys.violation("7"))
    assert [one.id for one in await violations.load_all(store)] == ["8"]


async def test_numbers_are_never_given_twice(store: Store) -> None:
    assert [await violations.next_id(store) for _ in range(3)] == ["1", "2", "3"]


def test_the_table_holds_what_may_be_published_and_no_way_to_the_reporter() -> None:
    rows = list(
        csv.reader(io.StringIO(as_csv([replace(ONE, what='"no", he said\nand left', reporter="p" * 26)])))
    )
    assert rows[0] == list(COLUMNS)
    assert dict(zip(rows[0], rows[1], strict=True))["what"] == '"no", he said\nand left'
    assert "p" * 26 not in str(rows)
    assert "reporter" not in rows[0]


@pytest.mark.parametrize("cell", ["=HYPERLINK(1)", "+1", "-1", "@a", "\tx"])
def test_no_cell_of_the_table_is_run_by_a_spreadsheet(cell: str) -> None:
    rows = list(csv.reader(io.StringIO(as_csv([replace(ONE, where=cell)]))))
    assert rows[1][COLUMNS.index("where")] == f"'{cell}"
