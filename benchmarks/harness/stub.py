"""A carrier in a process of its own that takes every text and answers after a set time, as over a network."""

from __future__ import annotations

import argparse
import asyncio
from itertools import count
from typing import Final

from aiohttp import web

API: Final = "/2010-04-01/Accounts/{account}/Messages.json"


def app(milliseconds: float) -> web.Application:
    """The server: create and health."""
    numbers = count()

    async def create(request: web.Request) -> web.Response:
        form = await request.post()
        await asyncio.sleep(milliseconds / 1000)
        sid = f"SM{next(numbers):032x}"
        fields = {"sid": sid, "status": "queued", "to": str(form["To"]), "body": str(form["Body"])}
        return web.json_response(fields, status=201)

    async def health(_: web.Request) -> web.Response:
        return web.json_response({"status": "ok"})

    made = web.Application()
    made.router.add_post(API, create)
    made.router.add_get("/health", health)
    return made


def main(arguments: list[str] | None = None) -> None:
    """Serve until ended."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--ms", type=float, default=0.0)
    chosen = parser.parse_args(arguments)
    web.run_app(app(chosen.ms), host="127.0.0.1", port=chosen.port, print=None, access_log=None)


if __name__ == "__main__":
    main()
