"""The README's table of settings, made from the code; run this module to write it."""

from pathlib import Path

from pydantic import SecretStr

from bot.settings import CONTENT, SECTIONS

ROOT = Path(__file__).resolve().parents[2]
START, END = "<!-- settings -->\n", "<!-- /settings -->"


def settings_table() -> str:
    """Every variable with its default and what it is, a row each."""
    rows = ["| variable | default | what it is |", "|---|---|---|"]
    for section in SECTIONS.values():
        prefix = str(section.model_config.get("env_prefix", ""))
        for name, field in section.model_fields.items():
            rows.append(f"| `{prefix}{name.upper()}` | {_shown(field.default)} | {field.description} |")
    return "\n".join(rows) + "\n"


def _shown(default: object) -> str:
    if isinstance(default, SecretStr) or default in ("", (), None):
        return ""
    if isinstance(default, Path) and default.is_relative_to(CONTENT):
        return f"`{default.relative_to(ROOT)}`"
    return f"`{default}`"


if __name__ == "__main__":
    readme = ROOT / "README.md"
    text = readme.read_text(encoding="utf-8")
    before, after = text.split(START)[0], text.split(END)[1]
    readme.write_text(before + START + settings_table() + END + after, encoding="utf-8")
