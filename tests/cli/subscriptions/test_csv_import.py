"""Sign-ups from a file: judged line by line, imported whole or not at all; consent records into a file."""

from __future__ import annotations

import csv
import io
import json
import re
import time
from typing import TYPE_CHECKING, Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.content.city import read_city
from hotline.messaging.contacts import opt_out
from hotline.privacy.retention import forget
from hotline.refusal import Refused
from hotline.settings import ROOT
from hotline.store import keys
from hotline.subscriptions import csv_import, subscribers
from tests.cli.scene import NUMBER, done
from tests.stage.dump import about_people

if TYPE_CHECKING:
    from pathlib import Path

    from hotline.privacy.vault import Vault
    from hotline.store import Store
    from tests.cli.conftest import Hotline

HEAD = "number,zones,language,consent,date\n"
GOOD = (
    f"{HEAD}{NUMBER},all,en,Signed the sheet at the June fair,2026-06-06\n"
    '(860) 555-0156,"Frog Hollow; Parkville",ES,Firmó la hoja en la feria de junio,2026-06-06\n'
)
CITY, _ = read_city(ROOT / "content", "hartford")
NOW = 1_790_000_000.0  # 2026-09-21


async def signed_up(store: Store) -> set[str]:
    """Pseudonyms of everybody who gets alerts."""
    return set(await cast("Any", store.redis.smembers(keys.subscribers)))


async def test_a_file_is_tried_first_and_changes_nothing_until_it_is_committed(
    hotline: Hotline, store: Store, tmp_path: Path
) -> None:
    (tmp_path / "june.csv").write_text(GOOD, encoding="utf-8")
    said = done(await hotline("subscribers", "import", "june.csv"))
    assert "Would be added: 2" in said
    assert "add --commit" in said
    assert await about_people(store) == set()
    assert "Added: 2" in done(await hotline("subscribers", "import", "june.csv", "--commit"))
    assert done(await hotline("subscribers", "count")) == "2 people (en 1, es 1).\n"
    assert done(await hotline("subscribers", "count", "--zone", "parkville")) == "2 people (en 1, es 1).\n"
    assert done(await hotline("subscribers", "count", "--zone", "downtown")) == "1 people (en 1).\n"


async def test_an_imported_person_has_the_consent_that_the_file_states(
    hotline: Hotline, store: Store, vault: Vault, tmp_path: Path
) -> None:
    (tmp_path / "june.csv").write_text("\ufeff" + GOOD, encoding="utf-8")
    done(await hotline("subscribers", "import", "june.csv", "--commit"))
    row = await cast("Any", store.redis.hgetall(keys.subscriber(vault.pseudonym("+18605550156"))))
    assert json.loads(row["consent"]) == {
        "shown": "Firmó la hoja en la feria de junio",
        "lang": "es",
        "at": 1780718400.0,  # 2026-06-06 00:00 in Hartford
        "channel": "csv",
    }
    assert vault.open(row["address"]) == "+18605550156"
    assert "5550156" not in repr(row)


BAD = f"""{HEAD}
+18605550151,all,en,Signed the sheet,2026-06-06
12,all,en,Signed the sheet,2026-06-06
+18605550153,Atlantis,fr,yes,soon
+18605550151,all,es,Signed the sheet,2026-06-06
+18605550155,all,en,Told us at 860-555-0155,2999-01-01
+18605550156,all,en
"""


SAID = [
    "Line 4: That is not a phone number. Write it as +18605550111.",
    (
        "Line 5 (number ending in 53): We know no zone like that. See hotline content show zones. "
        "The language is none of en, es, pt, ht. Choose one of them. "
        "The consent must say in 10 to 500 characters how they agreed. Write it out. "
        "That is no date. Write it as 2026-12-24."
    ),
    "Line 6 (number ending in 51): It has the same number as line 3. Leave one out.",
    (
        "Line 7 (number ending in 55): The consent names a number, an address or a status. "
        "Write it without. The day is still to come. Write today or an earlier day."
    ),
    "Line 8: It has 3 columns, not 5. Correct the line.",
]


async def test_every_bad_line_is_named_with_every_reason_and_never_with_its_number(
    hotline: Hotline, store: Store, tmp_path: Path
) -> None:
    (tmp_path / "bad.csv").write_text(BAD, encoding="utf-8")
    for more in ((), ("--commit",)):
        told = await hotline("subscribers", "import", "bad.csv", *more)
        assert told.code == 1
        assert told.out.splitlines()[:5] == SAID
        assert "Without the bad lines 1 would be added" in told.out
        assert told.err == "Nothing was imported: 5 lines are bad. Correct, or add --skip-bad.\n"
        assert not re.search(r"\d{7}", (told.out + told.err).replace("+18605550111", ""))  # the example
    assert await about_people(store) == set()


async def test_bad_lines_are_left_out_only_when_that_is_asked_for(
    hotline: Hotline, store: Store, vault: Vault, tmp_path: Path
) -> None:
    (tmp_path / "bad.csv").write_text(BAD, encoding="utf-8")
    assert "Would be added: 1" in done(await hotline("subscribers", "import", "bad.csv", "--skip-bad"))
    assert await about_people(store) == set()
    said = done(await hotline("subscribers", "import", "bad.csv", "--skip-bad", "--commit"))
    assert "Added: 1" in said
    assert await signed_up(store) == {vault.pseudonym("+18605550151")}


@pytest.mark.parametrize("sender", ["alerts", "hotline"])
async def test_whoever_said_stop_is_never_added_again(
    hotline: Hotline, store: Store, vault: Vault, tmp_path: Path, sender: str
) -> None:
    (tmp_path / "june.csv").write_text(GOOD, encoding="utf-8")
    person = vault.pseudonym(NUMBER)
    await store.commit(opt_out(person, sender))
    said = done(await hotline("subscribers", "import", "june.csv", "--commit"))
    assert "Added: 1; stopped: 1" in said
    assert await signed_up(store) == {vault.pseudonym("+18605550156")}
    assert await cast("Any", store.redis.sismember(keys.optout(sender), person))


async def test_a_stop_between_the_look_and_the_import_holds(
    store: Store, vault: Vault, tmp_path: Path
) -> None:
    (tmp_path / "june.csv").write_text(GOOD, encoding="utf-8")
    sheet = csv_import.read(tmp_path / "june.csv", CITY, NOW)
    plan = await csv_import.plan(store, vault, sheet.good)
    await store.commit(opt_out(vault.pseudonym(NUMBER), "alerts"))
    assert await csv_import.add(store, plan) == 1
    assert await signed_up(store) == {vault.pseudonym("+18605550156")}
    assert not await store.redis.exists(keys.subscriber(vault.pseudonym(NUMBER)))


async def test_whoever_is_signed_up_keeps_the_consent_they_gave_themselves(
    hotline: Hotline, store: Store, vault: Vault, tmp_path: Path
) -> None:
    (tmp_path / "june.csv").write_text(GOOD, encoding="utf-8")
    done(await hotline("subscribers", "add", NUMBER, "--consent", "asked by phone in May", "--lang", "pt"))
    before = await cast("Any", store.redis.hgetall(keys.subscriber(vault.pseudonym(NUMBER))))
    said = done(await hotline("subscribers", "import", "june.csv", "--commit"))
    assert "Added: 1; stopped: 0, left out; signed up already: 1" in said
    assert await cast("Any", store.redis.hgetall(keys.subscriber(vault.pseudonym(NUMBER)))) == before
    again = done(await hotline("subscribers", "import", "june.csv", "--commit"))
    assert "Added: 0" in again


async def test_who_was_imported_can_be_forgotten(
    hotline: Hotline, store: Store, vault: Vault, tmp_path: Path
) -> None:
    (tmp_path / "june.csv").write_text(GOOD, encoding="utf-8")
    done(await hotline("subscribers", "import", "june.csv", "--commit"))
    for number in (NUMBER, "+18605550156"):
        await store.commit(await forget(store, vault.pseudonym(number)))
    assert await about_people(store) == set()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "The first line must name these columns"),
        ("number;zones;language;consent;date\n", "The first line must name these columns"),
        (HEAD.replace("date", "date,name"), "The first line must name these columns"),
        (f'{HEAD}"+18605550155,all', "Line 2 is not CSV"),
        (HEAD + "\n" * (csv_import.MOST_LINES + 1), "more than 5000 lines"),
    ],
)
async def test_a_file_that_is_no_such_table_is_refused_in_a_sentence(
    hotline: Hotline, store: Store, tmp_path: Path, text: str, said: str
) -> None:
    (tmp_path / "odd.csv").write_text(text, encoding="utf-8")
    told = await hotline("subscribers", "import", "odd.csv", "--commit", "--skip-bad")
    assert (told.code, told.out) == (1, "")
    assert said in told.err
    assert await about_people(store) == set()


async def test_a_file_that_is_not_there_is_named(hotline: Hotline, store: Store) -> None:
    told = await hotline("subscribers", "import", "nowhere.csv")
    assert (told.code, told.err) == (1, "There is no file nowhere.csv.\n")
    assert await about_people(store) == set()


@given(
    st.lists(st.lists(st.text(alphabet=st.characters(codec="utf-8"), max_size=30), max_size=6), max_size=6)
)
def test_whatever_a_file_holds_each_line_is_good_or_named(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]]
) -> None:
    written = io.StringIO()
    csv.writer(written).writerows(rows)
    path = tmp_path_factory.mktemp("open") / "any.csv"
    path.write_text(HEAD + written.getvalue(), encoding="utf-8", newline="")
    try:
        sheet = csv_import.read(path, CITY, NOW)
    except Refused:  # a line that is no CSV ends the reading
        return
    kept = [row for row in rows if any(cell.strip() for cell in row)]
    assert len(sheet.good) + len(sheet.bad) == len(kept)
    assert all(line.why for line in sheet.bad)


# -- export


async def exported(hotline: Hotline, path: Path, *more: str) -> list[dict[str, str]]:
    """Rows of an export."""
    done(await hotline("subscribers", "export", path.name, *more))
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


async def test_consent_records_come_out_by_pseudonym(
    hotline: Hotline, store: Store, vault: Vault, tmp_path: Path
) -> None:
    (tmp_path / "june.csv").write_text(GOOD, encoding="utf-8")
    done(await hotline("subscribers", "import", "june.csv", "--commit"))
    rows = await exported(hotline, tmp_path / "out.csv")
    by_person = {row["person"]: row for row in rows}
    assert by_person[vault.pseudonym("+18605550156")] == {
        "person": vault.pseudonym("+18605550156"),
        "zones": "frog_hollow;parkville",
        "language": "es",
        "consent": "Firmó la hoja en la feria de junio",
        "consent_language": "es",
        "at": "2026-06-06T04:00:00+00:00",
        "channel": "csv",
        "kinds": "alert;event;news",
        "night": "",
        "night_at": "",
    }
    assert len(rows) == 2
    assert "55501" not in (tmp_path / "out.csv").read_text(encoding="utf-8")
    assert not await store.redis.exists(keys.exports)


async def test_numbers_come_out_for_a_reason_only_and_that_is_on_record(
    hotline: Hotline, store: Store, vault: Vault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SUDO_USER", "rosa")
    (tmp_path / "june.csv").write_text(GOOD, encoding="utf-8")
    done(await hotline("subscribers", "import", "june.csv", "--commit"))
    rows = await exported(
        hotline, tmp_path / "out.csv", "--with-numbers", "--reason", "audit, ask 860-555-0199 about it"
    )
    assert {row["number"] for row in rows} == {NUMBER, "+18605550156"}
    assert all(vault.pseudonym(row["number"]) == row["person"] for row in rows)
    assert (tmp_path / "out.csv").stat().st_mode & 0o777 == 0o600
    shown = done(await hotline("subscribers", "exports"))
    for words in ("rosa", "audit, ask", "2"):
        assert words in shown
    kept = repr(await store.redis.xrange(keys.exports))
    assert not re.search(r"555.?01\d\d", kept + shown)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (("--with-numbers",), "Numbers leave only with a reason"),
        (("--with-numbers", "--reason", "because"), "Numbers leave only with a reason"),
        (("--reason", "the yearly audit"), "A --reason is for --with-numbers"),
    ],
)
async def test_without_a_reason_no_number_leaves(
    hotline: Hotline, store: Store, tmp_path: Path, more: tuple[str, ...], said: str
) -> None:
    told = await hotline("subscribers", "export", "out.csv", *more)
    assert (told.code, told.out) == (1, "")
    assert said in told.err
    assert not (tmp_path / "out.csv").exists()
    assert await about_people(store) == set()


async def test_an_export_never_writes_over_a_file(hotline: Hotline, store: Store, tmp_path: Path) -> None:
    (tmp_path / "out.csv").write_text("mine", encoding="utf-8")
    told = await hotline("subscribers", "export", "out.csv", "--with-numbers", "--reason", "the yearly audit")
    assert (told.code, told.err) == (1, "out.csv is there already. Name another file.\n")
    assert (tmp_path / "out.csv").read_text(encoding="utf-8") == "mine"
    assert not await store.redis.exists(keys.exports)


async def test_words_of_a_consent_are_never_computed_by_a_spreadsheet(
    hotline: Hotline, store: Store, vault: Vault, tmp_path: Path
) -> None:
    await subscribers.add_by_number(
        store, vault, NUMBER, ("all",), "en", consent="=1+1 said at the fair", now=NOW
    )
    (row,) = await exported(hotline, tmp_path / "out.csv")
    assert row["consent"] == "'=1+1 said at the fair"


# -- words given out at a meeting


@pytest.mark.usefixtures("office")
async def test_a_word_for_a_meeting_is_made_by_an_organizer_and_ends_by_itself(
    hotline: Hotline, store: Store
) -> None:
    made = ("subscribers", "code", "park24", "--by", "organizer1", "--zones", "frog hollow", "--until", "2h")
    assert "PARK24" in done(await hotline(*made))
    found = await subscribers.code(store, "Park24")
    assert found is not None
    assert (found.word, found.zones, found.kinds) == ("PARK24", ("frog_hollow",), subscribers.KINDS)
    assert 0 < found.until - time.time() <= 7200


@pytest.mark.usefixtures("office")
@pytest.mark.parametrize(
    "wrong",
    [
        ("alerts", "--by", "organizer1"),
        ("parar", "--by", "organizer1"),
        ("unsubscribe", "--by", "organizer1"),
        ("ab", "--by", "organizer1"),
        ("123456", "--by", "organizer1"),
        ("park24", "--by", "responder1"),
        ("park24", "--by", "organizer1", "--kinds", "spam"),
        ("park24", "--by", "organizer1", "--zones", "atlantis"),
        ("park24", "--by", "organizer1", "--until", "90d"),
    ],
)
async def test_a_word_that_means_something_already_is_refused(
    hotline: Hotline, store: Store, wrong: tuple[str, ...]
) -> None:
    refused = await hotline("subscribers", "code", *wrong)
    assert (refused.code, refused.err.count("\n")) == (1, 1)
    assert [key async for key in cast("Any", store.redis.scan_iter(keys.signup_code("*")))] == []
