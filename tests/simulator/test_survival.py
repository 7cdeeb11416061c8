"""What the network said it has, it has after a kill -9; what it cannot do it says in one sentence."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPException
from typing import TYPE_CHECKING

import pytest
from twilio.base.exceptions import TwilioRestException

from simulator.log.journal import Journal
from simulator.settings import SimulatorError
from tests.simulator.network import RESIDENT, Network, wait_until

if TYPE_CHECKING:
    from pathlib import Path

    from tests.simulator.conftest import Starter


@pytest.mark.fault
def test_everything_accepted_before_a_kill_is_there_after_it(start: Starter) -> None:
    network = start()
    phones = [f"+1860555{n}" for n in range(4000, 4040)]

    def talk(phone: str) -> tuple[str, ...]:
        accepted: list[str] = []
        try:
            for n in range(50):
                answer = network.create(To=phone, Body=f"n{n}")
                accepted.append(answer.json["sid"])
                accepted.append(network.text(phone, f"r{n}").json["sid"])
        except (OSError, HTTPException):  # killed in mid-call
            pass
        return tuple(accepted)

    with ThreadPoolExecutor(8) as pool:
        running = [pool.submit(talk, phone) for phone in phones]
        wait_until(lambda: sum(len(network.phone(phone)) for phone in phones[:8]) > 80, what="some traffic")
        network.kill()
        accepted = [run.result() for run in running]
    network.start()
    assert sum(map(len, accepted)) > 60  # all but the eight under way, at least
    for phone, sids in zip(phones, accepted, strict=True):
        kept = [one["sid"] for one in network.phone(phone)]
        assert kept[: len(sids)] == list(sids)
        assert len(kept) <= len(sids) + 1  # one may have been accepted without an answer
    last = next(sids[0] for sids in accepted if sids)
    assert network.ends(last) == "delivered"


@pytest.mark.fault
def test_messages_on_their_way_and_opt_outs_survive_a_kill(start: Starter) -> None:
    network = start(SIMULATOR_DELIVERY_MS="300")
    network.text(RESIDENT, "STOP")
    sid = network.send(to="+18605554100")
    redacted = network.send("secret", to="+18605554101")
    network.ends(redacted)
    network.client.messages(redacted).update(body="")
    network.send("late", to="+18605554102")
    network.kill()
    network.start()
    assert network.ends(sid) == "delivered"
    assert network.client.messages(redacted).fetch().body == ""
    (late,) = network.client.messages.list(to="+18605554102")
    assert network.ends(str(late.sid)) == "delivered"
    with pytest.raises(TwilioRestException) as caught:
        network.send(to=RESIDENT)
    assert caught.value.code == 21610


def test_a_torn_last_line_is_cut_off(tmp_path: Path) -> None:
    path = tmp_path / "log" / "messages.jsonl"
    journal = Journal(path)
    journal.append({"n": 1})
    journal.append({"n": "ñ\n"})
    journal.close()
    with path.open("ab") as log:
        log.write(b'{"n": 3')
    journal = Journal(path)
    assert list(journal.read()) == [{"n": 1}, {"n": "ñ\n"}]
    journal.append({"n": 4})
    journal.close()
    journal = Journal(path)
    assert [record["n"] for record in journal.read()] == [1, "ñ\n", 4]
    journal.close()
    assert path.stat().st_mode & 0o077 == 0


def test_a_log_that_is_not_ours_is_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "messages.jsonl"
    path.write_bytes(b"[1]\n{}\n")
    journal = Journal(path)
    with pytest.raises(SimulatorError, match=r"Line 1 of .*messages.jsonl is not a JSON object"):
        list(journal.read())
    journal.close()
    assert path.read_bytes() == b"[1]\n{}\n"


def test_two_simulators_do_not_write_one_log(network: Network, tmp_path: Path) -> None:
    assert "Another simulator writes" in refusal(network, SIMULATOR_PORT="18999")
    assert "Cannot listen on 127.0.0.1" in refusal(network, DATA_DIR=str(tmp_path))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SIMULATOR_PORT", "70000"),
        ("SIMULATOR_MPS", "fast"),
        ("TWILIO_AUTH_TOKEN", ""),
        ("TWILIO_ACCOUNT_SID", "AC1"),
        ("HOTLINE_SENDER", "8605550100"),
        ("SIMULATOR_WEBHOOK_URL", "localhost"),
    ],
)
def test_a_wrong_setting_is_named_in_one_sentence(network: Network, name: str, value: str) -> None:
    sentence = refusal(network, **{name: value})
    assert sentence.startswith(f"Setting {name}: ")
    assert sentence.count("\n") == 1


def refusal(network: Network, **variables: str) -> str:
    """What a simulator says that cannot start."""
    done = subprocess.run(
        [sys.executable, "-m", "simulator"],
        env=network.environment | variables,
        cwd=network.folder,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert (done.returncode, done.stdout) == (1, "")
    return done.stderr


def test_ctrl_c_ends_it_although_a_page_is_open(start: Starter) -> None:
    network = start()
    with subprocess.Popen(["curl", "-sN", f"{network.base}/events"], stdout=subprocess.PIPE) as page:
        assert page.stdout
        assert page.stdout.readline().startswith(b"event: ready")
        assert network.stop() == 0
        page.kill()


def test_help_names_every_setting() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "simulator", "--help"], capture_output=True, text=True, timeout=30, check=True
    )
    assert "SIMULATOR_WEBHOOK_URL" in done.stdout
    assert "SIMULATOR_OPT_OUT_REPLIES" in done.stdout


def test_it_imports_nothing_of_the_hotline_nor_twilios_package() -> None:
    code = (
        "import sys, simulator.__main__; "
        "print(sorted({n.split('.')[0] for n in sys.modules} & {'hotline', 'webhook', 'actions', 'twilio'}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=30, check=True
    )
    assert done.stdout.strip() == "[]"
