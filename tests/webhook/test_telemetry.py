"""FastAPI can hand traces of requests and errors to collectors. Ours never does, whatever surrounds it."""

from __future__ import annotations

import subprocess
import sys
from typing import Final

PROGRAM: Final = """
import asyncio
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from hotline.settings import load_settings
from webhook.app import create_app

kept, provider = InMemorySpanExporter(), TracerProvider()
provider.add_span_processor(SimpleSpanProcessor(kept))
trace.set_tracer_provider(provider)

async def receive(): return {"type": "http.request", "body": b"", "more_body": False}
async def send(message): pass

scope = {
    "type": "http", "method": "GET", "path": "/+18605550111", "query_string": b"", "headers": [],
    "scheme": "http", "server": ("x", 1), "client": ("x", 1), "root_path": "", "http_version": "1.1",
}
asyncio.run(create_app(load_settings(_env_file=None, environment="test"))(scope, receive, send))
print(len(kept.get_finished_spans()), "spans")
"""


def test_no_request_is_traced_even_where_the_environment_asks_for_it() -> None:
    ran = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)
    assert ran.stdout == "0 spans\n"
