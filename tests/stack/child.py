"""A child for supervisor tests: does as it is told by its arguments."""

from __future__ import annotations

import argparse
import http.server
import os
import signal
import subprocess
import sys
import time
from pathlib import Path


class Health(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
        """Say nothing."""


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=0, help="answer 200 there")
    parser.add_argument("--lives", type=Path, help="append our process id at every start")
    parser.add_argument("--ignore-term", action="store_true")
    parser.add_argument("--grandchild", action="store_true", help="start one that ignores SIGTERM")
    parser.add_argument("--fail", type=int, help="end at once with this code")
    given = parser.parse_args()
    if given.ignore_term:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    pids = [os.getpid()]
    if given.grandchild:
        me = [sys.executable, __file__, "--ignore-term"]
        pids.append(subprocess.Popen(me).pid)
    if given.lives:
        with given.lives.open("a") as file:
            file.write(" ".join(map(str, pids)) + "\n")
    if given.fail is not None:
        sys.exit(given.fail)
    if given.port:
        http.server.HTTPServer(("127.0.0.1", given.port), Health).serve_forever()
    time.sleep(600)


if __name__ == "__main__":
    main()
