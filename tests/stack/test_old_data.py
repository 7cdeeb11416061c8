"""The data folder of the demo, filled by an earlier version, is renamed before anything else starts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from redis import Redis

from hotline.settings import load_settings
from hotline.stack import line
from hotline.stack.embedded import EmbeddedRedis

if TYPE_CHECKING:
    from pathlib import Path


async def test_old_names_in_the_data_folder_are_renamed_when_redis_comes_up(tmp_path: Path) -> None:
    with EmbeddedRedis(tmp_path, port=0) as server, Redis.from_url(server.url) as client:
        old: Any = client
        old.set("incidents" + ":last", "7")
        old.set("alive", "1", ex=15)  # of a line that was killed a moment ago
        live = load_settings(_env_file=None, environment="test", redis_url=server.url, data_dir=tmp_path)
        assert await line._serves(live)
        assert old.get("{hartford}" + ":incidents:last") == b"7"
        assert not old.exists("incidents" + ":last")
