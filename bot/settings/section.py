"""What a group of settings is: one prefix, lists by commas, and a sentence for what is missing."""

from typing import Annotated, Any, ClassVar

from pydantic import SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

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


def prefixed(prefix: str) -> SettingsConfigDict:
    """Where a section reads its variables: from the environment, else from `.env`."""
    return SettingsConfigDict(env_prefix=prefix, env_file=".env", extra="ignore", frozen=True)
