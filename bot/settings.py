"""The only reader of the environment. Every setting is `RATCHET_<SECTION>_<NAME>`; secrets print as ***.

A section that is absent switches its feature off. A section that is half there stops start-up, naming what is missing.
"""

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bot.domain.errors import Misconfigured

CONTENT = Path(__file__).resolve().parent.parent / "knowledge" / "content"

Names = Annotated[tuple[str, ...], NoDecode]
Secrets = Annotated[tuple[SecretStr, ...], NoDecode]
Seconds = Annotated[tuple[float, ...], NoDecode]
Amounts = Annotated[tuple[tuple[str, float], ...], NoDecode]
Rooms = Annotated[tuple[tuple[str, str], ...], NoDecode]


class Section(BaseSettings):
    """A group of settings with one prefix. `required` must be given together or not at all; groups are alternatives."""

    required: ClassVar[tuple[tuple[str, ...], ...]] = ()

    @field_validator("*", mode="before")
    @classmethod
    def _split(cls, value: Any, info: Any) -> Any:
        annotation = cls.model_fields[info.field_name].annotation
        if isinstance(value, str) and annotation in (tuple[str, ...], tuple[SecretStr, ...], tuple[float, ...]):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @property
    def present(self) -> bool:
        """Whether anything of what the section needs was given."""
        return any(getattr(self, name) for group in self.required for name in group)

    def missing(self) -> list[str]:
        """The environment variables that a half-given section still needs."""
        if not self.present or any(all(getattr(self, name) for name in group) for group in self.required):
            return []
        fullest = max(self.required, key=lambda group: sum(bool(getattr(self, name)) for name in group))
        prefix = self.model_config.get("env_prefix", "")
        return [f"{prefix}{name}".upper() for name in fullest if not getattr(self, name)]


def _section(prefix: str) -> SettingsConfigDict:
    return SettingsConfigDict(env_prefix=prefix, env_file=".env", extra="ignore", frozen=True)


class Core(Section):
    """Where Ratchet keeps its records and where it listens."""

    model_config = _section("RATCHET_")

    workspace: str = Field("main", description="Name of the workspace that all records belong to")
    database_url: str = Field("", description="sqlite+aiosqlite:///... or postgresql+psycopg://...; default: a file")
    data_dir: Path = Field(Path("var"), description="Folder for the SQLite files when no database URL is given")
    cache_dir: Path = Field(Path("~/.cache/ratchet"), description="Folder for what takes seconds to compute again")
    host: str = Field("127.0.0.1", description="Address to listen on")
    port: int = Field(3000, description="Port to listen on")
    process: str = Field("", description="Name of this process among several; unique, and the same after a restart")
    log_level: str = Field("info", description="debug, info, warning or error")

    @property
    def cache(self) -> Path:
        """The cache folder; beside the records for a user without a home."""
        try:
            return self.cache_dir.expanduser()
        except RuntimeError:
            return self.data_dir / "cache"

    @property
    def store_url(self) -> str:
        """The database of our own records."""
        return self.database_url or f"sqlite+aiosqlite:///{self.data_dir / 'ratchet.db'}"

    @property
    def engine_url(self) -> str:
        """The database of the durable engine: its own file on SQLite, its own schema on PostgreSQL."""
        if self.store_url.startswith("postgresql"):
            return self.store_url
        path = self.store_url.removeprefix("sqlite+aiosqlite:///")
        return f"sqlite:///{path.removesuffix('.db')}-runs.db"


class Desk(Section):
    """How the team works: its taxonomy, its voice, how long to wait while a customer is still typing."""

    model_config = _section("RATCHET_DESK_")

    taxonomy: Path = Field(CONTENT / "taxonomy.yaml", description="The team's intents, risks, rooms and examples")
    tone: Path = Field(CONTENT / "tone.yaml", description="Example phrases for sentiment and urgency")
    voice: Path = Field(CONTENT / "voice.yaml", description="Greeting, closing, allowed link hosts")
    region: str = Field("", description="Country (ISO 3166, such as US or DE) of national phone numbers and date order")
    owners: Rooms = Field(
        (),
        description="Rooms of the articles' owners, where an owner is no room: Returns team=#returns,Risk desk=#risk",
    )
    burst_seconds: float = Field(2.0, ge=0, le=60, description="Messages this close together are one escalation")
    retry_seconds: Seconds = Field((2, 10, 60, 300, 1800), description="Waits between tries to deliver a reply")
    precedent_days: int = Field(
        180, ge=0, le=3650, description="Days that an approved answer is shown with the same question; 0: never"
    )

    @field_validator("owners", mode="before")
    @classmethod
    def _rooms(cls, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        pairs = [part.partition("=") for part in value.split(",") if part.strip()]
        if not all(owner.strip() and room.strip() for owner, _, room in pairs):
            raise ValueError("write each owner with its room, as in Returns team=#returns,Risk desk=#risk")
        return tuple((owner.strip(), room.strip()) for owner, _, room in pairs)


class Slack(Section):
    """The Slack workspace where the team works."""

    model_config = _section("RATCHET_SLACK_")
    required: ClassVar = (("bot_token", "signing_secret"), ("bot_token", "app_token"))

    bot_token: SecretStr = Field(SecretStr(""), description="Bot token, xoxb-...")
    signing_secret: SecretStr = Field(SecretStr(""), description="Signing secret, for events over HTTP")
    app_token: SecretStr = Field(SecretStr(""), description="App-level token, xapp-..., for Socket Mode")
    base_url: str = Field("https://slack.com/api/", description="Web API address; the sandbox has its own")
    rooms: Names = Field((), description="Rooms to watch, by name (#escalations) or id, comma separated")
    relay_bots: Names = Field((), description="Ids of bots that post customers' messages under the customer's name")
    home_room: str = Field("", description="Room for escalations from elsewhere whose intent names no room")
    reps: Names = Field((), description="Who may decide: user ids, group ids or @group handles")
    seniors: Names = Field((), description="Who may approve high risk too")
    managers: Names = Field((), description="Who may do everything")
    pace_seconds: float = Field(1.0, ge=0, description="Least time between two posts to one room")


class Team(Section):
    """When the team works: what business hours, weeks and schedules go by."""

    model_config = _section("RATCHET_TEAM_")

    time_zone: str = Field("UTC", description="The team's time zone, such as Europe/Berlin")
    hours: str = Field("mon-fri 09:00-17:00", description="When it works there: mon-fri 09:00-17:30, sat 10:00-14:00")
    holidays: Names = Field((), description="Days on which it does not: 2026-12-25,2027-01-01; or a file, a day a line")


class OnCall(Section):
    """Who hears of a new problem at once, and where."""

    model_config = _section("RATCHET_ONCALL_")

    group: str = Field("", description="User group of who is on call: its @handle or id; or instead")
    rota: Path | None = Field(None, description="A YAML file that says who is on call when")
    room: str = Field("", description="Room for alerts; default: the home room")
    quiet_hours: str = Field(
        "", description="When nobody shall be woken: 22:00-07:00, or with days as the team's hours"
    )


class Webhook(Section):
    """The signed HTTP door for customer systems."""

    model_config = _section("RATCHET_WEBHOOK_")
    required: ClassVar = (("secrets",),)

    secrets: Secrets = Field(
        (), description="Standard Webhooks secrets (whsec_...); several while one is being replaced"
    )
    reply_secret: SecretStr = Field(SecretStr(""), description="Secret that signs our replies; default: the first one")
    reply_hosts: Names = Field((), description="Hosts that replies may be sent to; required to deliver any reply")
    timeout_seconds: float = Field(10.0, gt=0, description="How long a reply URL may take")


class OpenAI(Section):
    """The language model. Without it drafts are put together from the articles' own sentences."""

    model_config = _section("RATCHET_OPENAI_")
    required: ClassVar = (("api_key", "model"),)

    api_key: SecretStr = Field(SecretStr(""), description="API key")
    model: str = Field("", description="Model name; there is no default because models retire")
    base_url: str = Field("https://api.openai.com/v1", description="Any compatible endpoint")
    deadline_seconds: float = Field(20.0, gt=0, description="Time for the whole call, retries included")
    first_words_seconds: float = Field(10.0, gt=0, description="Time until the model begins to write")
    max_retries: int = Field(2, ge=0, description="Retries on 429 and 5xx, within the deadline")
    output_tokens: int = Field(2000, ge=100, description="Most tokens of a reply, a model's reasoning included")
    input_price: float = Field(0.0, ge=0, allow_inf_nan=False, description="Price of a million input tokens")
    output_price: float = Field(0.0, ge=0, allow_inf_nan=False, description="Price of a million output tokens")
    currency: str = Field("USD", max_length=12, description="What the prices and budgets are in")
    daily_budget: float | None = Field(
        None,
        ge=0,
        allow_inf_nan=False,
        description="Most that all drafts of a day (UTC) may cost; with both prices 1 it counts in millions of tokens",
    )
    room_budgets: Amounts = Field(
        (), description="The same for single rooms, by name (as the taxonomy's owners) or id: #billing=2,#shipping=1"
    )
    cache_days: float = Field(
        7.0, ge=0, le=365, description="How long a reply is used again for the identical request; 0 never"
    )
    judge_model: str = Field("", description="Model that judges answers to eval cases by a rubric; default: none does")
    judge_rubric: Path | None = Field(None, description="The judge's rubric; default: evals/rubric.yaml")

    @field_validator("room_budgets", mode="before")
    @classmethod
    def _amounts(cls, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        pairs = [part.rpartition("=") for part in value.split(",") if part.strip()]
        try:
            amounts = tuple((room.strip(), float(amount)) for room, _, amount in pairs)
        except ValueError:
            amounts = ()
        if len(amounts) != len(pairs) or not all(room and 0 <= amount < math.inf for room, amount in amounts):
            raise ValueError("write each room with its amount, as in #billing=2,#shipping=1")
        return amounts

    def missing(self) -> list[str]:
        """A budget needs prices as well."""
        limited = self.present and (self.daily_budget is not None or bool(self.room_budgets))
        unpriced = [name for name in ("input_price", "output_price") if limited and not getattr(self, name)]
        return [*super().missing(), *(f"RATCHET_OPENAI_{name.upper()}" for name in unpriced)]


class Search(Section):
    """How articles are found: what compares meanings, and what judges the best of what was found."""

    model_config = _section("RATCHET_SEARCH_")

    embedder: Literal["minilm", "static", "openai"] = Field(
        "minilm",
        description="What compares meanings: minilm (with static beside it), static (finds a little less, indexes 100 "
        "times as fast) or openai; a switch indexes the articles again by itself",
    )
    embedder_model: str = Field("", description="Model of the embedder openai")
    embedder_url: str = Field("", description="Its endpoint; default: RATCHET_OPENAI_BASE_URL")
    embedder_key: SecretStr = Field(SecretStr(""), description="Its key; default: RATCHET_OPENAI_API_KEY")
    reranker_url: str = Field("", description="Address of a /rerank call (Cohere, Jina, vLLM, Infinity); default: none")
    reranker_model: str = Field("", description="Model that it names, where the endpoint has several")
    reranker_key: SecretStr = Field(SecretStr(""), description="Its key")
    deadline_seconds: float = Field(5.0, gt=0, description="How long either may take; without it search goes on")

    def missing(self) -> list[str]:
        """The embedder openai needs a model; a reranker's key or model needs its address."""
        needed = ["embedder_model"] if self.embedder == "openai" else []
        needed += ["reranker_url"] if self.reranker_model or self.reranker_key.get_secret_value() else []
        return [f"RATCHET_SEARCH_{name.upper()}" for name in needed if not getattr(self, name)]


SECTIONS: dict[str, type[Section]] = {
    "core": Core,
    "desk": Desk,
    "slack": Slack,
    "team": Team,
    "oncall": OnCall,
    "webhook": Webhook,
    "openai": OpenAI,
    "search": Search,
}


def _variable(kind: type[Section], location: tuple[int | str, ...]) -> str:
    return f"{kind.model_config.get('env_prefix', '')}{location[0] if location else ''}".upper()


class Settings:
    """All sections, read once. Overrides come as {"slack": {"rooms": ("#a",)}} and win over the environment."""

    def __init__(self, **overrides: Mapping[str, Any]) -> None:
        """Read everything; raises Misconfigured naming each bad or missing variable."""
        problems: list[str] = []
        sections: dict[str, Any] = {}
        for name, kind in SECTIONS.items():
            try:
                sections[name] = kind(**overrides.get(name, {}))
            except ValidationError as error:
                problems += [f"{_variable(kind, item['loc'])}: {item['msg']}" for item in error.errors()]
        for section in sections.values():
            problems += [f"{name} is missing" for name in section.missing()]
        if problems:
            raise Misconfigured("Settings are incomplete: " + "; ".join(sorted(problems)) + ".")
        self.core: Core = sections["core"]
        self.desk: Desk = sections["desk"]
        self.slack: Slack = sections["slack"]
        self.team: Team = sections["team"]
        self.oncall: OnCall = sections["oncall"]
        self.webhook: Webhook = sections["webhook"]
        self.openai: OpenAI = sections["openai"]
        self.search: Search = sections["search"]
