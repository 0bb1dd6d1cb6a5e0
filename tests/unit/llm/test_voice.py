from pathlib import Path

import pytest

from bot.domain.errors import Misconfigured
from bot.domain.text.names import addressee
from bot.llm.voice import Length, Voice, Wording, load_voice

CONTENT = Path(__file__).parents[3] / "knowledge" / "content"


def test_a_reply_is_framed_in_its_own_language() -> None:
    voice = load_voice(CONTENT / "voice.yaml")
    assert voice.framed("Es dauert 5 Tage.", name="Jürgen Eichwald", language="de") == (
        "Guten Tag Jürgen Eichwald,\n\nEs dauert 5 Tage.\n\n"
        "Wenn noch etwas offen ist, antworten Sie einfach auf diese Nachricht.\nIhr Fernhill-Team"
    )
    assert voice.framed("It takes 5 days.", name="", language="fr").startswith("Hello,\n\nIt takes 5 days.\n\nIf ")


def test_a_voice_without_words_adds_none() -> None:
    assert Voice().framed("It takes 5 days.", name="Ana") == "It takes 5 days."
    assert Voice(Wording("Hello {name},")).framed("Yes.", name="") == "Yes."


@pytest.mark.parametrize(
    ("name", "greeted"),
    [
        ("Hanna Vos", "Hanna Vos"),
        ("Hanna Vos (Helpdesk)", "Hanna Vos"),
        ("  Ana\n Ruiz ", "Ana Ruiz"),
        ("Jean-Luc d’Arc", "Jean-Luc d’Arc"),
        ("J. Smith", "J. Smith"),
        ("李雷", "李雷"),
        *((other, "") for other in (
            "", "a.b@c.example", "Customer 4711", "Fernhill Helpdesk", "guest", "hanna.vos", "<!channel>", "😀",
            "*Ana*", "x" * 80, "Web visitor",
        )),
    ],
)  # fmt: skip
def test_only_a_persons_name_is_greeted(name: str, greeted: str) -> None:
    assert addressee(name) == greeted


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("greeting: 'Hi {first},'", "may contain {name} and no other braces"),
        ("greetings: Hi", "greetings"),
        ("greeting: [", "is not YAML"),
    ],
)
def test_a_wrong_voice_file_is_refused_by_name(tmp_path: Path, text: str, named: str) -> None:
    path = tmp_path / "voice.yaml"
    path.write_text(text)
    with pytest.raises(Misconfigured) as caught:
        load_voice(path)
    assert named in str(caught.value)


def test_a_missing_voice_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match=r"voice\.yaml cannot be read"):
        load_voice(tmp_path / "voice.yaml")


def test_the_sample_voice_has_a_tone_a_length_and_a_pair_that_teaches_it() -> None:
    voice = load_voice(CONTENT / "voice.yaml")
    assert voice.tone == ("friendly", "plain", "to the point")
    assert voice.length is Length.MEDIUM
    assert [bool(example.customer and example.reply) for example in voice.examples] == [True]


def test_the_examples_keep_what_the_voice_forbids() -> None:
    voice = load_voice(CONTENT / "voice.yaml")
    for example in voice.examples:
        assert not [phrase for phrase in voice.banned_phrases if phrase.casefold() in example.reply.casefold()]
        assert "http" not in example.reply


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("length: epic", "length"),
        ("examples:\n  - customer: Hi", "examples.0.reply"),
        ("examples:\n  - {customer: Hi, reply: Fine, note: x}", "examples.0.note"),
        ("tone: friendly", "tone"),
    ],
)
def test_a_wrong_key_of_the_voice_is_named(tmp_path: Path, text: str, named: str) -> None:
    path = tmp_path / "voice.yaml"
    path.write_text(text)
    with pytest.raises(Misconfigured, match=named.replace(".", r"\.")):
        load_voice(path)
