"""What we compare the webhook with: the plainest FastAPI endpoint that reads a text and stores nothing."""

from __future__ import annotations

import argparse
from typing import Annotated

import uvicorn
from fastapi import FastAPI, Form, Response

app = FastAPI()


@app.post("/twilio/inbound")
async def inbound(
    sender: Annotated[str, Form(alias="From")], body: Annotated[str, Form(alias="Body")] = ""
) -> Response:
    """Read two fields and answer. No signature, no store, no rules."""
    del sender, body
    return Response('<?xml version="1.0" encoding="UTF-8"?><Response/>', media_type="text/xml")


@app.get("/health")
async def health() -> dict[str, str]:
    """Whether it answers."""
    return {"status": "ok"}


def main(arguments: list[str] | None = None) -> None:
    """Serve with the very options of `hotline webhook` (a test holds the two together)."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    uvicorn.run(
        app,
        host="127.0.0.1",
        port=parser.parse_args(arguments).port,
        log_level="warning",
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=10,
        timeout_keep_alive=130,
    )


if __name__ == "__main__":
    main()
