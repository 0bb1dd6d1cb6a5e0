import pytest

from bot.triage.language import LanguageDetector

DETECTOR = LanguageDetector()


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("hola", "es"),
        ("Bonjour", "fr"),
        ("ciao", "it"),
        ("dziękuję", "pl"),
        ("не работает", "ru"),
        ("де моє замовлення", "uk"),
        ("شكرا", "ar"),
        ("ה-login לא עובד", "he"),
        ("app 打不开了", "zh"),
        ("मेरा ऑर्डर कहाँ है", "hi"),
        ("ORDER NOT RECEIVED", "en"),
    ],
)
def test_a_word_or_two_are_enough_where_they_are_of_one_language(text: str, language: str) -> None:
    assert DETECTOR.detect(text)[0] == language


@pytest.mark.parametrize(
    "text", ["Hallo", "iPhone 13 Pro Max", "FH-1042391", "Otto Meier", "https://shop.example/kasse", "asdf"]
)
def test_what_several_languages_share_is_undetermined(text: str) -> None:
    assert DETECTOR.detect(text)[0] == "und"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ('La app dice "Something went wrong, try again later" y no puedo entrar', "es"),
        ('The app says "Ein unerwarteter Fehler ist aufgetreten", what now?', "en"),
        ("```\nException in thread main: cannot be invoked because it is null\n```\nWas bedeutet das?", "de"),
        ('Traceback (most recent call last):\n  File "main.py", line 3\nPourquoi est-ce que ça ne marche pas ?', "fr"),
        ("see https://shop.example/de/kasse/bestellung-abschliessen it is broken", "en"),
        ("Habe das Update installed, jetzt crasht die App beim Start", "de"),
    ],
)
def test_code_links_and_quoted_messages_have_no_say(text: str, language: str) -> None:
    assert DETECTOR.detect(text)[0] == language


@pytest.mark.parametrize("text", ["", "\x00", "\ud800", "\n" * 100_000, "`" * 100_000, "a" * 100_000, '"a' * 50_000])
def test_any_text_is_answered(text: str) -> None:
    language, probability = DETECTOR.detect(text)
    assert language
    assert 0 <= probability <= 1
