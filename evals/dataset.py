"""Eval cases as YAML files that people review, and back: a file for each intent, a mapping for each case.

    cases:
    - customer: How long does a refund take?     # or `turns:`, a list of customer:, agent: and reviewer: lines
      must_say: [5 to 7 working days]
      sources: [returns/refund-timing]

A case's id is derived from its conversation and not written down. What a file does not say keeps its default.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

import yaml

from bot.domain.chat import Person
from bot.domain.errors import Rejected
from bot.domain.escalation import Author
from bot.domain.quality import CaseTurn, EvalCase, Strength, case_id
from bot.domain.review import FailureMode

STARTER = Path(__file__).parent / "cases"
"""The starter set, about the sample company."""
_NO_INTENT = "other"
_WIDTH = 118

Choice = TypeVar("Choice", bound=StrEnum)


def load_cases(path: Path) -> tuple[EvalCase, ...]:
    """Read the cases of a YAML file, or of every one in a folder, by name.

    Raises Rejected with file and line for what is not a case: an unknown key, a value of another kind, a conversation
    without a customer, the same conversation twice.
    """
    files = sorted(path.glob("*.y*ml")) if path.is_dir() else [path]
    found: dict[str, EvalCase] = {}
    for file in files:
        for case, where in _read(file):
            if case.id in found:
                raise Rejected(f"{where}: this conversation is there twice.")
            found[case.id] = case
    return tuple(found.values())


def save_cases(cases: Iterable[EvalCase], folder: Path) -> tuple[Path, ...]:
    """Write the cases into the folder, a file for each intent (or for two of like names), always in the same way.

    A file there whose cases all stand in other files now, because their intents were set anew, is removed: the folder
    could not be read with the same conversation in two.
    """
    by_file: dict[str, list[EvalCase]] = {}
    for case in (cases := tuple(cases)):
        name = "".join(c if c.isalnum() or c in "-_" else "-" for c in case.intent or _NO_INTENT)[:80].lower()
        by_file.setdefault(name, []).append(case)
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, members in sorted(by_file.items()):
        file = folder / f"{name}.yaml"
        file.write_text(to_yaml(members), encoding="utf-8")
        written.append(file)
    for file in {*folder.glob("*.y*ml")} - {*written}:
        if _stands_in(file, {case.id for case in cases}):
            file.unlink()
    return tuple(written)


def _stands_in(file: Path, written: set[str]) -> bool:
    """Whether every case of the file was written elsewhere."""
    try:
        left = {case.id for case in load_cases(file)}
    except Rejected:
        return False
    return bool(left) and left <= written


def to_yaml(cases: Iterable[EvalCase]) -> str:
    """The text of a file with these cases."""
    content = {"cases": [_with_short_lists(as_values(case)) for case in cases]}
    return yaml.dump(content, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=_WIDTH)


class _Dumper(yaml.SafeDumper):
    """Writes lists of names in one line, and what is there twice twice."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


class _Names(list[str]):
    """A list that is written in one line."""


_Dumper.add_representer(
    _Names, lambda dumper, names: dumper.represent_sequence("tag:yaml.org,2002:seq", names, flow_style=True)
)


def _with_short_lists(values: dict[str, Any]) -> dict[str, Any]:
    return {name: _Names(value) if name in ("sources", "tags") else value for name, value in values.items()}


def as_values(case: EvalCase) -> dict[str, Any]:
    """The case as plain values that `case_from` reads, without what is as by default."""
    if len(case.turns) == 1 and case.turns[0].author is Author.CUSTOMER:
        said: dict[str, Any] = {"customer": case.turns[0].text}
    else:
        said = {"turns": [{turn.author.value: turn.text} for turn in case.turns]}
    rest = {
        "must_say": list(case.must_say),
        "must_not_say": list(case.must_not_say),
        "sources": list(case.sources),
        "reference": case.reference,
        "intent": case.intent,
        "escalates": case.escalates,
        "strength": case.strength.value if case.strength is not Strength.STRONG else "",
        "mode": case.mode.value if case.mode else "",
        "tags": list(case.tags),
        "core": case.core,
        "by": [{"platform": by.platform, "id": by.id, "name": by.name} for by in case.by],
        "escalation": case.escalation,
        "created_at": case.created_at.isoformat() if case.created_at else "",
        "quarantined": case.quarantined,
    }
    return said | {key: value for key, value in rest.items() if value}


class _Unfit(Exception):
    """Why a value cannot be taken, in words that follow its name."""


def _read(file: Path) -> Iterable[tuple[EvalCase, str]]:
    for node in _entries(file):
        where = _at(file, node)
        if not isinstance(node, yaml.MappingNode):
            raise Rejected(f"{where}: a case is a mapping with customer: or turns:.")
        lines = {str(key.value): _at(file, value if str(key.value) in _READERS else key) for key, value in node.value}
        values = {str(key.value): _plain(value, lines[str(key.value)]) for key, value in node.value}
        yield case_from(values, where, lines), where


def case_from(values: Mapping[str, Any], where: str, lines: Mapping[str, str] | None = None) -> EvalCase:
    """Make the case that these values describe. Raises Rejected, saying where: of a key, its line if that is known."""
    read: dict[str, Any] = {}
    for name, value in values.items():
        at = (lines or {}).get(name, where)
        if name not in _READERS:
            raise Rejected(f'{at}: a case has no "{name}"; it has {", ".join(_READERS)}.')
        try:
            read[name] = _READERS[name](value)
        except _Unfit as problem:
            raise Rejected(f"{at}: {name} {problem}") from None
    return _case(read, where)


def _entries(file: Path) -> list[yaml.Node]:
    try:
        root = yaml.compose(file.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    except (yaml.YAMLError, ValueError, RecursionError) as problem:
        said = " ".join(str(problem).split())[:300]
        raise Rejected(f"{file} is not YAML: {said}") from None
    except OSError as problem:
        raise Rejected(f"{file} cannot be read: {problem.strerror}.") from None
    if root is None:
        return []
    keys = [str(key.value) for key, _ in root.value] if isinstance(root, yaml.MappingNode) else []
    if keys != ["cases"] or not isinstance(root.value[0][1], yaml.SequenceNode):
        raise Rejected(f'{_at(file, root)}: a file of cases is one list with the name "cases".')
    return list(root.value[0][1].value)


def _at(file: Path, node: yaml.Node) -> str:
    return f"{file}, line {node.start_mark.line + 1}"


def _plain(node: yaml.Node, where: str) -> Any:
    loader = yaml.SafeLoader("")
    try:
        return loader.construct_object(node, deep=True)
    except (yaml.YAMLError, ValueError, RecursionError):
        raise Rejected(f"{where}: this is not plain YAML.") from None
    finally:
        loader.dispose()


def _case(values: Mapping[str, Any], where: str) -> EvalCase:
    rest = dict(values)
    if "customer" in rest and "turns" in rest:
        raise Rejected(f"{where}: give customer: or turns:, not both.")
    turns = rest.pop("turns", ()) or ((CaseTurn(Author.CUSTOMER, rest.pop("customer")),) if "customer" in rest else ())
    if not any(turn.author is Author.CUSTOMER and turn.text.strip() for turn in turns):
        raise Rejected(f"{where}: a case needs what the customer said, as customer: or in turns:.")
    return EvalCase(id=case_id(turns), turns=turns, **rest)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise _Unfit("must be text; put it in quotes.")
    return value


def _texts(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(each, str) and each.strip() for each in value):
        raise _Unfit("must be a list of texts; put figures in quotes.")
    return tuple(value)


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise _Unfit("must be true or false.")
    return value


def _one_of(choices: type[Choice]) -> Callable[[Any], Choice]:
    def read(value: Any) -> Choice:
        try:
            return choices(value)
        except ValueError:
            raise _Unfit(f"must be one of {', '.join(choice.value for choice in choices)}.") from None

    return read


def _turns(value: Any) -> tuple[CaseTurn, ...]:
    if not isinstance(value, list):
        raise _Unfit("must be a list.")
    made = []
    for turn in value:
        if not isinstance(turn, dict) or len(turn) != 1:
            raise _Unfit("must be a list of lines such as `customer: ...`.")
        ((author, text),) = turn.items()
        made.append(CaseTurn(_one_of(Author)(author), _text(text)))
    return tuple(made)


def _people(value: Any) -> tuple[Person, ...]:
    names = {"platform", "id", "name"}
    if not isinstance(value, list) or not all(isinstance(by, dict) and set(by) <= names for by in value):
        raise _Unfit("must be a list of people, each with platform, id and name.")
    return tuple(Person(_text(by.get("platform")), _text(by.get("id")), _text(by.get("name", ""))) for by in value)


def _moment(value: Any) -> datetime:
    try:
        if isinstance(value, date) and not isinstance(value, datetime):
            return datetime(value.year, value.month, value.day, tzinfo=UTC)
        moment = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    except (TypeError, ValueError):
        raise _Unfit("must be a date and time such as 2026-03-02T12:00:00+00:00.") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


_READERS: Mapping[str, Callable[[Any], Any]] = {
    "customer": _text,
    "turns": _turns,
    "must_say": _texts,
    "must_not_say": _texts,
    "sources": _texts,
    "reference": _text,
    "intent": _text,
    "escalates": _flag,
    "strength": _one_of(Strength),
    "mode": _one_of(FailureMode),
    "tags": _texts,
    "core": _flag,
    "by": _people,
    "escalation": _text,
    "created_at": _moment,
    "quarantined": _text,
}
