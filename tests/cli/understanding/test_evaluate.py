"""`hotline evaluate` with the trained assistant."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

import pytest

from tests.cli.scene import done

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Hotline

pytestmark = pytest.mark.rasa

TEXTS: Final = (
    {"text": "do i have to open the door if ice knocks", "topic": "rights_at_door", "lang": "en"},
    {"text": "necesito un abogado de migracion barato", "topic": "daca", "lang": "es"},
    {"text": "ICE is at 120 Park St, call 860-555-0177", "urgency": "page", "lang": "en"},
    {"text": "will it snow in hartford tomorrow", "urgency": "none", "kind": "weather"},
)


async def test_a_file_is_measured_and_what_went_wrong_is_shown(
    hotline: Hotline, rasa_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RASA_URL", rasa_url)
    (tmp_path / "texts.jsonl").write_text("\n".join(map(json.dumps, TEXTS)), encoding="utf-8")
    report = (await hotline("evaluate", "texts.jsonl", "--json")).json
    assert report["texts"] == len(TEXTS)
    assert report["topics"]["all"]["accuracy"]["of"] == 2
    assert report["topics"]["es"]["accuracy"]["hits"] == 0
    assert report["urgency"]["urgent"]["all"]["page"]["hits"] == 1
    assert report["urgency"]["false_alarms"]["weather"]["page_or_ask"]["hits"] == 0
    assert report["latency_ms"]["whole"]["p50"] > 0
    shown = done(await hotline("evaluate", "texts.jsonl"))
    assert "abogado" in shown
    assert "4 texts" in shown
    assert "0177" not in shown
