"""Every setting, from the environment or `.env`, checked before anything starts."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from hotline.errors import SettingsError

ROOT = Path(__file__).resolve().parents[1]
DEMO_SECRET = "demo-secret-insecure-on-purpose"  # noqa: S105 - published, refused in production
DEMO_SID = "AC" + "0" * 32
DEMO_CONTACT = "demo@example.org"
DEMO_CANARY = "+18605550190"
DEMO_TOKEN = "demo-token-insecure-on-purpose"  # noqa: S105 - published, refused in production

# Plain letters only: any other would double what HELP costs.
_CONTACT = re.compile(
    r"\+?[0-9][0-9 ()./-]{5,}[0-9]|[\w.+-]+@[\w-]+(\.[\w-]+)+|(https?://)?[\w-]+(\.[\w-]+)+(/[\w./?=&%-]*)?",
    re.ASCII,
)
_LONGEST_CONTACT = 60

LONG_CODE_RATE = 1.0  # segments per second, twilio.com/docs/api/errors/30001
SIMULATOR_RATE = 50.0


class Settings(BaseSettings):
    """Settings of one installation. Defaults are the demo's; production must name its own secrets."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", frozen=True)

    environment: Literal["demo", "test", "production"] = Field(
        "demo", description="`production` refuses demo secrets and the simulator's address."
    )
    city: str = Field(
        "hartford", description="Which city pack in `content/cities` and `content/legal` to load."
    )
    twilio_account_sid: str = Field(DEMO_SID, description="Twilio account, starts with AC.")
    twilio_auth_token: SecretStr = Field(
        SecretStr(DEMO_TOKEN), description="Signs webhooks and opens the API. Empty: every webhook gets 403."
    )
    twilio_api_base_url: str = Field(
        "",
        description="Where messages are sent. Empty: the simulator in demo and test, Twilio in production.",
    )
    hotline_sender: str = Field("+18605550100", description="Number residents and responders text.")
    alerts_sender: str = Field(
        "+18605550199", description="Number alerts come from; never the hotline's own."
    )
    alerts_more_senders: str = Field(
        "",
        description="More numbers alerts come from, comma separated; each person always gets them from "
        "the same one.",
    )
    hotline_contact: str = Field(
        DEMO_CONTACT,
        description="How to reach the people who run the line: a phone number, an e-mail address or a page. "
        "HELP tells it, and carriers ask for it.",
    )
    canary_numbers: str = Field(
        "",
        description="Numbers of our own that get every alert, comma separated, one for each language or "
        "more: what reaches them and was not sent by us raises an alarm. Empty: one in the demo, else none.",
    )
    public_base_url: str = Field(
        "", description="Address Twilio calls, as configured there: signatures are computed over it."
    )
    redis_url: str = Field("", description="Redis or Valkey >= 7. Empty: the embedded server.")
    rasa_url: str = Field(
        "http://127.0.0.1:5005", description="Rasa's REST channel, on an internal address only."
    )
    hotline_secret_key: SecretStr = Field(
        SecretStr(DEMO_SECRET),
        description="Key of pseudonyms and encryption, 16 characters or more. Several, newest first, comma "
        "separated, while rotating: pseudonyms always use the last, encryption the first.",
    )
    hotline_host: str = Field("127.0.0.1", description="Address the public port binds to.")
    hotline_port: int = Field(
        8000, ge=1, le=65535, description="Public port: Twilio routes, health, console."
    )
    hotline_internal_host: str = Field("127.0.0.1", description="Address the internal port binds to.")
    hotline_internal_port: int = Field(
        8010, ge=1, le=65535, description="Internal port: metrics and actions."
    )
    simulator_port: int = Field(8020, ge=1, le=65535, description="The second phone network of the demo.")
    data_dir: Path = Field(ROOT / ".data", description="Embedded Redis, simulator log, metrics, child logs.")
    content_dir: Path = Field(ROOT / "content", description="Every word the public reads.")
    messages_per_second: float | None = Field(
        None,
        gt=0,
        le=5000,
        description="Carrier rate of the hotline sender, segments per second. "
        "Empty: 1, a US long code's rate, in production; 50 with the simulator.",
    )
    alerts_per_second: float | None = Field(
        None,
        gt=0,
        le=5000,
        description="Carrier rate of the alerts sender, segments per second. "
        "Empty: as for MESSAGES_PER_SECOND.",
    )
    campaign_per_second: float | None = Field(
        None,
        gt=0,
        le=50_000,
        description="Segments per second of all alert senders together, as the carriers allow the campaign. "
        "Empty: no further limit.",
    )
    quiet_hours: Literal["", "city", "none"] = Field(
        "",
        description="Whether the night of the city pack holds alerts back: `city` or `none`. "
        "Empty: `none` in the demo, so that a demo at night shows something, else `city`.",
    )
    broadcasts_per_day: int = Field(
        10,
        ge=1,
        le=1000,
        description="Broadcasts that may be approved in one day; closing texts do not count.",
    )
    segment_price: float | None = Field(
        None, gt=0, le=10, description="What the carrier charges for one segment. Empty: no cost is shown."
    )
    dialogue_timeout: float = Field(2.5, gt=0, le=3, description="Seconds a resident's turn waits for Rasa.")
    lease_seconds: float = Field(5.0, ge=1, description="After this a dead worker's turns are taken over.")
    max_tries: int = Field(5, ge=1, description="Tries of one text before it goes to the dead-letter stream.")
    reconcile_after: float | None = Field(
        None,
        ge=0,
        description="Seconds before an unresolved send is looked up in Twilio's message list. "
        "Empty: 90 in production, because the list may lag; 2 with the simulator.",
    )
    claim_minutes: float = Field(15, gt=0, description="A claim without news for this long is asked about.")
    console_password: SecretStr = Field(
        SecretStr(""), description="Password of /console. Empty: console closed."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="Log level.")

    @field_validator(
        "messages_per_second", "alerts_per_second", "campaign_per_second", "segment_price", "reconcile_after",
        mode="before",
    )  # fmt: skip
    @classmethod
    def _empty_is_unset(cls, value: object) -> object:
        return None if value == "" else value

    @field_validator("hotline_sender", "alerts_sender")
    @classmethod
    def _e164(cls, value: str) -> str:
        if not (value.startswith("+") and value[1:].isdigit() and 8 <= len(value) <= 16):
            raise ValueError("write the number as +18605550100")
        return value

    @field_validator("hotline_contact")
    @classmethod
    def _reachable(cls, value: str) -> str:
        if not _CONTACT.fullmatch(value) or len(value) > _LONGEST_CONTACT:
            raise ValueError("write a phone number, an e-mail address or a page, 60 characters at most")
        return value

    @field_validator("alerts_more_senders", "canary_numbers")
    @classmethod
    def _all_e164(cls, value: str) -> str:
        return ",".join(cls._e164(number.strip()) for number in value.split(",") if number.strip())

    @field_validator("twilio_api_base_url", "public_base_url", "redis_url", "rasa_url")
    @classmethod
    def _address(cls, value: str) -> str:
        if value and not urlsplit(value).scheme:
            raise ValueError("write a full address such as http://127.0.0.1:8020")
        return value.rstrip("/")

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.hotline_sender in self.alert_senders:
            raise ValueError(
                "HOTLINE_SENDER and ALERTS_SENDER must differ: STOP on alerts must not cut off help"
            )
        if set(self.canaries) & set(self.own_numbers):
            raise ValueError("CANARY_NUMBERS must not hold a number that people text or alerts come from")
        if min(map(len, self.secret_keys)) < 16:
            raise ValueError("HOTLINE_SECRET_KEY needs 16 characters or more")
        if self.environment == "production":
            _refuse_demo_values(self)
        return self

    @property
    def alert_senders(self) -> tuple[str, ...]:
        """Every number alerts come from, the first one first."""
        more = [number for number in self.alerts_more_senders.split(",") if number]
        return tuple(dict.fromkeys((self.alerts_sender, *more)))

    @property
    def own_numbers(self) -> tuple[str, ...]:
        """Numbers of ours that a text may name."""
        return (self.hotline_sender, *self.alert_senders)

    @property
    def canaries(self) -> tuple[str, ...]:
        """Numbers of our own that only listen."""
        demo = DEMO_CANARY if self.environment == "demo" else ""
        listed = (self.canary_numbers or demo).split(",")
        return tuple(dict.fromkeys(number for number in listed if number))

    @property
    def alerts_rate(self) -> float:
        """Segments per second of all alert senders together."""
        together = self.rate("alerts") * len(self.alert_senders)
        return min(together, self.campaign_per_second or together)

    @property
    def keeps_quiet_hours(self) -> bool:
        """Whether the night of the city pack counts here."""
        return (self.quiet_hours or ("none" if self.environment == "demo" else "city")) == "city"

    def sender_name(self, number: str) -> str:
        """The outbox of a number of ours: ``hotline``, ``alerts``, ``alerts2`` …; "" of any other."""
        names = ("alerts", *(f"alerts{place}" for place in range(2, len(self.alert_senders) + 1)))
        return {self.hotline_sender: "hotline", **dict(zip(self.alert_senders, names, strict=True))}.get(
            number, ""
        )

    def rate(self, sender: str) -> float:
        """Segments per second that the carrier takes from one number of ours, by the name of its outbox."""
        chosen = self.messages_per_second if sender == "hotline" else self.alerts_per_second
        return chosen or (LONG_CODE_RATE if self.environment == "production" else SIMULATOR_RATE)

    @property
    def reconcile_grace(self) -> float:
        """Seconds before an unresolved send is looked up."""
        usual = 90.0 if self.environment == "production" else 2.0
        return usual if self.reconcile_after is None else self.reconcile_after

    @property
    def secret_keys(self) -> list[str]:
        """All secret keys, newest first."""
        return [key.strip() for key in self.hotline_secret_key.get_secret_value().split(",")]

    @property
    def api_base_url(self) -> str:
        """Where the Twilio API is; empty means Twilio itself."""
        if self.twilio_api_base_url or self.environment == "production":
            return self.twilio_api_base_url
        return f"http://127.0.0.1:{self.simulator_port}"

    @property
    def public_url(self) -> str:
        """The address Twilio signs, without a slash at its end."""
        return self.public_base_url or f"http://127.0.0.1:{self.hotline_port}"


def _refuse_demo_values(settings: Settings) -> None:
    published = {
        "TWILIO_ACCOUNT_SID": settings.twilio_account_sid == DEMO_SID,
        "TWILIO_AUTH_TOKEN": settings.twilio_auth_token.get_secret_value() in ("", DEMO_TOKEN),
        "HOTLINE_SECRET_KEY": DEMO_SECRET in settings.secret_keys,
        "PUBLIC_BASE_URL": not settings.public_base_url.startswith("https://"),
        "REDIS_URL": not settings.redis_url,
        "HOTLINE_CONTACT": settings.hotline_contact == DEMO_CONTACT,
        "HOTLINE_SENDER": "55501" in settings.hotline_sender,
        "ALERTS_SENDER": "55501" in settings.alerts_sender,
    }
    bad = [name for name, is_bad in published.items() if is_bad]
    if bad:
        raise ValueError(f"production needs its own {', '.join(bad)}")
    host = urlsplit(settings.twilio_api_base_url).hostname
    if host in ("127.0.0.1", "localhost", "::1", "simulator"):
        raise ValueError("production must not send to the simulator: remove TWILIO_API_BASE_URL")


def load_settings(**overrides: object) -> Settings:
    """Read the settings.

    Raises:
        SettingsError: one sentence naming the setting and the remedy; never its value.
    """
    try:
        return Settings(**overrides)  # pyright: ignore[reportArgumentType] - names are checked by pydantic
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0]).upper() if first["loc"] else ""
        text = str(first["msg"]).removeprefix("Value error, ")
        raise SettingsError(f"Setting {name}: {text}." if name else f"Settings: {text}.") from None


@lru_cache(maxsize=1)
def current_settings() -> Settings:
    """The settings of this process, read once."""
    return load_settings()
