"""Puts the parts of one network together."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from starlette.applications import Starlette

from simulator.api.messages import MessagesApi
from simulator.log.ledger import Ledger
from simulator.network.caller import Caller
from simulator.network.canaries import Canaries
from simulator.network.delivery import Delivery
from simulator.network.faults import Mischief
from simulator.network.inbound import Inbound
from simulator.network.limits import RateLimit
from simulator.phones import page
from simulator.phones.api import Complaint, PhonesApi, complain
from simulator.phones.feed import Feed

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from simulator.log.journal import Journal
    from simulator.settings import Settings


def build(settings: Settings, journal: Journal) -> Starlette:
    """The application of one network.

    Args:
        settings: what it is like.
        journal: an open log; what it holds is read now.

    Raises:
        SimulatorError: the log cannot be read.
    """
    feed, mischief = Feed(), Mischief(settings.simulator_latency_ms)
    ledger = Ledger(journal, feed)

    @asynccontextmanager
    async def running(app: Starlette) -> AsyncGenerator[None]:
        caller = Caller(settings)
        canaries = Canaries(settings, ledger, caller)
        delivery = Delivery(settings, ledger, mischief, caller, canaries)
        inbound = Inbound(settings, ledger, delivery, caller)
        rate = RateLimit(settings.simulator_mps)
        app.router.routes.extend(MessagesApi(settings, ledger, delivery, mischief, rate).routes())
        app.router.routes.extend(PhonesApi(ledger, inbound, feed, mischief).routes())
        delivery.resume()
        try:
            yield
        finally:
            await delivery.close()
            await canaries.close()
            await caller.close()

    return Starlette(routes=page.routes(), lifespan=running, exception_handlers={Complaint: complain})
