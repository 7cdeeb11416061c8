"""`python -m hotline.stack.alive NAME`: whether that process of this container is well."""

from __future__ import annotations

import asyncio
import socket
import sys

from hotline.errors import HotlineError
from hotline.settings import load_settings
from hotline.stack.gates import answers_http, answers_redis
from hotline.stack.processes import processes
from hotline.store import tagged


async def is_well(name: str) -> bool:
    """Ask a process of the table, by the settings of this environment.

    Raises:
        HotlineError: a setting is wrong.
    """
    settings = load_settings()
    row = next((row for row in processes(settings, simulator=True) if row.name == name), None)
    if row is None:
        return False
    if row.sign:
        sign = row.sign.format(host=socket.gethostname(), pid="*")
        return await answers_redis(settings.redis_url, tagged(settings.city, sign))
    return await answers_http(row.health_url)


def main() -> int:
    """0 when it is well."""
    try:
        return 0 if asyncio.run(is_well(sys.argv[1])) else 1
    except HotlineError as error:
        sys.stderr.write(f"{error}\n")
        return 1


if __name__ == "__main__":
    sys.exit(main())
