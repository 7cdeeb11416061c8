"""One network for most tests of this folder; a test that needs another kind starts its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import pytest

from tests.simulator.network import Network, Receiver

if TYPE_CHECKING:
    from collections.abc import Generator


class Starter(Protocol):
    """Starts a network with further settings."""

    def __call__(self, **variables: str) -> Network: ...


@pytest.fixture(scope="session")
def account_server() -> Generator[Receiver]:
    """The account's server of the session."""
    with Receiver() as receiver:
        yield receiver


@pytest.fixture(scope="session")
def shared_network(account_server: Receiver, tmp_path_factory: pytest.TempPathFactory) -> Generator[Network]:
    """A network that tests share; each uses phones of its own where it matters."""
    with Network(tmp_path_factory.mktemp("network"), account_server.url()) as network:
        yield network


@pytest.fixture
def receiver(account_server: Receiver) -> Receiver:
    """The account's server, nothing received yet."""
    account_server.clear()
    return account_server


@pytest.fixture
def network(shared_network: Network, receiver: Receiver) -> Network:
    """The shared network, no faults, beside an account's server that has received nothing."""
    assert not receiver.hits
    shared_network.call("DELETE", "/_faults")
    return shared_network


@pytest.fixture
def start(receiver: Receiver, tmp_path_factory: pytest.TempPathFactory) -> Generator[Starter]:
    """Start networks of one's own; all are stopped at the end."""
    started: list[Network] = []

    def starter(**variables: str) -> Network:
        network = Network(tmp_path_factory.mktemp("own"), receiver.url(), **variables)
        network.__enter__()
        started.append(network)
        return network

    yield starter
    for network in started:
        network.__exit__()
