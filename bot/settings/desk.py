"""How the desk works: where its records are, what it knows and says, and how it finds articles."""

from pathlib import Path
from typing import Any, Literal

from pydantic import Field, SecretStr, field_validator

from bot.settings.section import Rooms, Seconds, Section, prefixed

CONTENT = Path(__file__).resolve().parents[2] / "knowledge" / "content"


class Core(Section):
    """Where Ratchet keeps its records and where it listens."""

    model_config = prefixed("RATCHET_")

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

    model_config = prefixed("RATCHET_DESK_")

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


class Search(Section):
    """How articles are found: what compares meanings, and what judges the best of what was found."""

    model_config = prefixed("RATCHET_SEARCH_")

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
