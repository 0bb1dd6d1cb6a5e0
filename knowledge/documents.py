"""Files as article revisions: Markdown with front matter and web pages, and a plain reason for each that is unfit."""

import hashlib
import json
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path
from typing import TypeVar

import yaml

from bot.domain.article import ArticleKind, Audience, Revision
from knowledge.html import read_html
from knowledge.markdown import Shape, blocks

MARKDOWN = frozenset({".md", ".markdown"})
HTML = frozenset({".html", ".htm"})
LARGEST_FILE = 5_000_000
LARGEST_FRONT_MATTER = 20_000
KNOWN_KEYS = frozenset(
    {"title", "owner", "effective", "review_by", "expires", "audience", "kind", "tags", "url"},
)

_Choice = TypeVar("_Choice", Audience, ArticleKind)


LONGEST_TAG = 20_000
"""Characters; the HTML parser's time grows with the square of an unfinished tag's length."""


class Unfit(Exception):
    """A file that is no article; the text is the reason, to be read after the file's name."""


@dataclass(frozen=True, slots=True)
class Document:
    """A file that was read: its path in the folder, the revision in it, and what was left out of it."""

    path: str
    revision: Revision
    notes: tuple[str, ...] = ()


def slug_of(path: Path, folder: Path) -> str:
    """Name an article after its place: the path below the folder, with forward slashes, without the suffix."""
    return unicodedata.normalize("NFC", path.relative_to(folder).with_suffix("").as_posix())


def files_in(folder: Path) -> Iterator[Path]:
    """List a folder's files in a stable order, without hidden ones and without entering hidden folders."""
    for path in sorted(folder.rglob("*")):
        hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
        if not hidden and (path.is_file() or path.is_symlink()) and not path.is_dir():
            yield path


def read(path: Path, folder: Path, *, source: str) -> Document:
    """Read one file of the folder. Raises Unfit with the reason why it cannot be an article."""
    text = _text(path, folder)
    try:
        if path.suffix.lower() in HTML:
            meta, body = read_html(text)
            fields = {key: value for key, value in meta.items() if key in KNOWN_KEYS}
            notes: tuple[str, ...] = ()
        else:
            said, body = _front_matter(text)
            fields, notes = _known(said)
    except RecursionError:
        raise Unfit("it is nested too deeply to be read") from None
    content = blocks(body)
    if all(block.shape is Shape.HEADING for block in content):
        raise Unfit("it has no text")
    heading = next((block.render() for block in content if block.shape is Shape.HEADING), "")
    revision = _revision(slug_of(path, folder), fields, body, heading=heading)
    return Document(path.relative_to(folder).as_posix(), sealed(replace(revision, source=source)), notes)


def sealed(revision: Revision) -> Revision:
    """Give the revision its hash: of its name and everything in it, so that equal hashes are equal articles."""
    content = {key: str(value) for key, value in asdict(replace(revision, hash="")).items()}
    canonical = json.dumps(content, sort_keys=True, ensure_ascii=False)
    return replace(revision, hash=hashlib.sha256(canonical.encode()).hexdigest())


def _text(path: Path, folder: Path) -> str:
    if not path.resolve().is_relative_to(folder.resolve()):
        raise Unfit("it is a link to a place outside the folder")
    if path.suffix.lower() not in MARKDOWN | HTML:
        raise Unfit(f"it is neither Markdown nor HTML (its name ends in {path.suffix or 'no suffix'})")
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise Unfit(f"it is larger than {LARGEST_FILE // 1_000_000} MB")
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unfit(f"it is not UTF-8 text (byte {error.start})") from None
    except OSError as error:
        raise Unfit(f"it cannot be opened ({error.strerror or 'unknown error'})") from None
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in {"Cc", "Cs", "Co"})
    if not text.strip():
        raise Unfit("it is empty")
    if path.suffix.lower() in HTML and _has_endless_tag(text):
        raise Unfit("it has a tag that never ends")
    return text


def _front_matter(text: str) -> tuple[dict[str, object], str]:
    """Split off the YAML between the `---` lines at the top, with every scalar kept as it was written."""
    lines = text.split("\n")
    if lines[0].rstrip() != "---":
        return {}, text
    end = next((i for i, line in enumerate(lines[1:], 1) if line.rstrip() in {"---", "..."}), None)
    if end is None:
        raise Unfit("its front matter has no closing --- line")
    head = "\n".join(lines[1:end])
    if len(head) > LARGEST_FRONT_MATTER:
        raise Unfit(f"its front matter is longer than {LARGEST_FRONT_MATTER} characters")
    try:
        said = yaml.load(head, Loader=yaml.BaseLoader)  # noqa: S506  BaseLoader makes strings, lists and dicts only
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise Unfit(f"its front matter is not valid YAML{f' (line {mark.line + 2})' if mark else ''}") from None
    if said in (None, ""):
        said = {}
    if not isinstance(said, dict):
        raise Unfit("its front matter is not a list of `name: value` lines")
    return {str(key): value for key, value in said.items()}, "\n".join(lines[end + 1 :]).lstrip("\n")


def _known(said: Mapping[str, object]) -> tuple[dict[str, str], tuple[str, ...]]:
    """Keep the fields that articles have, lists joined by commas; say which others were left out."""
    fields: dict[str, str] = {}
    for key in sorted(said.keys() & KNOWN_KEYS):
        value = said[key]
        if isinstance(value, list) and key == "tags" and all(isinstance(item, str) for item in value):
            value = ",".join(value)
        if not isinstance(value, str):
            raise Unfit(f"`{key}` in its front matter must be a single value")
        fields[key] = value.strip()
    notes = tuple(f"`{key}` is no field of an article and was left out" for key in sorted(said.keys() - KNOWN_KEYS))
    return fields, notes


def _revision(slug: str, fields: Mapping[str, str], body: str, *, heading: str) -> Revision:
    effective, review_by, expires = (_date(fields, name) for name in ("effective", "review_by", "expires"))
    if effective and expires and expires < effective:
        raise Unfit("`expires` is before `effective`")
    url = fields.get("url", "")
    if url and not url.lower().startswith(("https://", "http://")):
        raise Unfit("`url` must start with https:// or http://")
    fallback = slug.rsplit("/", 1)[-1].replace("-", " ").replace("_", " ").strip()
    title = " ".join((fields.get("title") or heading or fallback.capitalize()).split())
    return Revision(
        slug=slug,
        hash="",
        title=title,
        body=body.rstrip() + "\n",
        owner=fields.get("owner", ""),
        audience=_choice(Audience, fields, "audience", Audience.CUSTOMER),
        kind=_choice(ArticleKind, fields, "kind", ArticleKind.ARTICLE),
        effective=effective,
        review_by=review_by,
        expires=expires,
        tags=tuple(dict.fromkeys(tag.strip() for tag in fields.get("tags", "").split(",") if tag.strip())),
        url=url,
    )


def _date(fields: Mapping[str, str], name: str) -> date | None:
    value = fields.get(name, "")
    if not value:
        return None
    try:
        day = date.fromisoformat(value)
    except ValueError:
        day = None
    if day is None or day.isoformat() != value:
        raise Unfit(f"`{name}` is not a date like 2026-04-20: {value[:40]}")
    return day


def _choice(choices: type[_Choice], fields: Mapping[str, str], name: str, default: _Choice) -> _Choice:
    value = fields.get(name, "").lower()
    if not value:
        return default
    try:
        return choices(value)
    except ValueError:
        allowed = " or ".join(choice.value for choice in choices)
        raise Unfit(f"`{name}` must be {allowed}, not {value[:40]}") from None


def _has_endless_tag(source: str) -> bool:
    """Whether somewhere a tag is begun and not ended within any length that a tag has."""
    return any("<" in part and len(part) - part.index("<") > LONGEST_TAG for part in source.split(">"))
