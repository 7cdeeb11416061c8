"""The simulator's settings, from the environment or `.env`."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT: Final = Path(__file__).resolve().parents[1]
DEMO_SID: Final = "AC" + "0" * 32
DEMO_TOKEN: Final = "demo-token-insecure-on-purpose"  # noqa: S105 - published, opens nothing but this simulator
INBOUND_PATH: Final = "/twilio/inbound"


class SimulatorError(Exception):
    """The simulator cannot start; the text is one sentence with the remedy."""


class Settings(BaseSettings):
    """Settings of one simulated network. A setting shared with the hotline has the same name and default."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", frozen=True)

    simulator_host: str = Field("127.0.0.1", description="Address to listen on.")
    simulator_port: int = Field(8020, ge=1, le=65535, description="Port to listen on.")
    twilio_account_sid: str = Field(DEMO_SID, description="The only account of this network.")
    twilio_auth_token: SecretStr = Field(
        SecretStr(DEMO_TOKEN), description="Opens the API and signs webhooks; the same as the hotline's."
    )
    simulator_webhook_url: str = Field(
        "",
        description="Where inbound texts are posted. Empty: /twilio/inbound on HOTLINE_PORT of this machine.",
    )
    simulator_signed_url: str = Field(
        "",
        description="The address that is signed, when it differs (a proxy). Empty: /twilio/inbound under "
        "PUBLIC_BASE_URL, or the webhook's own address. Status callbacks that point to the signed origin are "
        "posted to the webhook's origin.",
    )
    hotline_port: int = Field(8000, ge=1, le=65535, description="The hotline's public port.")
    public_base_url: str = Field("", description="The hotline's public address, when it has one.")
    hotline_sender: str = Field("+18605550100", description="Number that people text.")
    alerts_sender: str = Field("+18605550199", description="Number that alerts come from.")
    simulator_page: str = Field(
        "111000000000222", description="Id of the account's page, where people write on Messenger."
    )
    simulator_canaries: str = Field(
        "",
        description="Numbers of the account that only listen, comma separated: a text delivered to one is "
        "posted to the webhook as an inbound text. `make demo` names those of CANARY_NUMBERS.",
    )
    data_dir: Path = Field(ROOT / ".data", description="Folder of the message log.")
    simulator_mps: float = Field(
        0, ge=0, description="Messages per second and sender before the answer is 429. 0: no limit."
    )
    simulator_latency_ms: int = Field(
        0, ge=0, le=60_000, description="Time every API answer takes, at least."
    )
    simulator_delivery_ms: int = Field(
        150, ge=0, le=600_000, description="Time from queued to sent, and again from sent to delivered."
    )
    simulator_opt_out_replies: bool = Field(
        default=False,
        description="Send Twilio's standard replies to STOP, START and HELP, as an account without Advanced "
        "Opt-Out does. Off, as in an account that answers for itself.",
    )

    @field_validator("twilio_account_sid")
    @classmethod
    def _account(cls, value: str) -> str:
        if not re.fullmatch(r"AC[0-9a-fA-F]{32}", value):
            raise ValueError("write AC and 32 hexadecimal digits")
        return value

    @field_validator("twilio_auth_token")
    @classmethod
    def _token(cls, value: SecretStr) -> SecretStr:
        if not value.get_secret_value():
            raise ValueError("nothing can be signed with an empty token")
        return value

    @field_validator("hotline_sender", "alerts_sender")
    @classmethod
    def _e164(cls, value: str) -> str:
        if not re.fullmatch(r"\+[1-9]\d{6,14}", value):
            raise ValueError("write the number as +18605550100")
        return value

    @field_validator("simulator_canaries")
    @classmethod
    def _all_e164(cls, value: str) -> str:
        return ",".join(cls._e164(number.strip()) for number in value.split(",") if number.strip())

    @field_validator("simulator_webhook_url", "simulator_signed_url", "public_base_url")
    @classmethod
    def _address(cls, value: str) -> str:
        if value and not (urlsplit(value).scheme in ("http", "https") and urlsplit(value).hostname):
            raise ValueError("write a full address such as http://127.0.0.1:8000/twilio/inbound")
        return value

    @property
    def webhook_url(self) -> str:
        """Where inbound texts are posted."""
        return self.simulator_webhook_url or f"http://127.0.0.1:{self.hotline_port}{INBOUND_PATH}"

    @property
    def canaries(self) -> tuple[str, ...]:
        """Numbers of the account that only listen."""
        return tuple(number for number in self.simulator_canaries.split(",") if number)

    @property
    def own_url(self) -> str:
        """Where this network's API answers."""
        return f"http://127.0.0.1:{self.simulator_port}"

    @property
    def signed_url(self) -> str:
        """The address that is signed for inbound texts."""
        public = self.public_base_url and self.public_base_url.rstrip("/") + INBOUND_PATH
        return self.simulator_signed_url or public or self.webhook_url

    @property
    def token(self) -> str:
        """The auth token in clear."""
        return self.twilio_auth_token.get_secret_value()

    @property
    def journal(self) -> Path:
        """The message log: JSON lines."""
        return self.data_dir / "simulator" / "messages.jsonl"


def load_settings(**overrides: object) -> Settings:
    """Read the settings.

    Raises:
        SimulatorError: one sentence naming the setting and the remedy; never its value.
    """
    try:
        return Settings(**overrides)  # pyright: ignore[reportArgumentType] - names are checked by pydantic
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0]).upper() if first["loc"] else "?"
        raise SimulatorError(f"Setting {name}: {first['msg'].removeprefix('Value error, ')}.") from None
