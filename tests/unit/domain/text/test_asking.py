import pytest

from bot.domain.text.asking import MOST, is_asking, questions


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Where is my parcel? It's been a week. Can you check?", 1),
        ("My machine leaks.", 1),
        ("I want to return my grinder. How long do I have?", 1),
        ("When I press brew it shows E08. When I hold the button nothing happens.", 1),
        ("It arrived broken. How do I return it, and how long does the refund take?", 2),
        ("Please cancel my subscription. Also I need an invoice. By the way, do you ship to Norway?", 3),
        ("Somebody took over my account. Also, what does express shipping cost?", 2),
        ("1. How do I descale?\n2. What does E08 mean?\n3. Where can I buy filters?", 3),
        ("Ich möchte meine Mühle zurückgeben. Wie lange habe ich Zeit und was kostet die Rücksendung?", 2),
        ("Où est mon colis ? Et comment annuler mon abonnement ?", 2),
        ("¿Dónde está mi pedido? Además quiero una factura.", 2),
    ],
)
def test_a_message_is_cut_into_the_things_that_it_asks(text: str, parts: int) -> None:
    assert len(questions(text)) == parts


def test_a_question_keeps_the_story_that_leads_to_it_and_what_follows_the_last() -> None:
    asked = questions("It arrived broken. Who pays for the return? My order is FH-1042391.")
    assert asked == ["It arrived broken. Who pays for the return? My order is FH-1042391."]


def test_no_word_of_a_message_is_lost() -> None:
    text = "Hello there. Where is it? I waited. Please cancel it. Thanks for all!"
    assert " ".join(questions(text)) == text


def test_of_a_long_story_its_beginning_and_its_end_go_with_the_question() -> None:
    story = " ".join(f"Event number{i} happened." for i in range(30))
    asked = questions(f"{story} What now with number5?")
    assert asked == ["Event number0 happened. Event number28 happened. Event number29 happened. What now with number5?"]


def test_beyond_ten_questions_the_rest_stay_with_the_last() -> None:
    asked = questions(" ".join(f"What does code E{i} mean here?" for i in range(15)))
    assert len(asked) == MOST
    assert "E14" in asked[-1]


@pytest.mark.parametrize("text", ["", " ", "\x00", "?" * 50_000, "and how " * 20_000, "please " * 20_000, "\ud800?"])
def test_any_text_is_cut(text: str) -> None:
    assert sum(map(len, questions(text))) <= len(text)


def test_statements_ask_nothing() -> None:
    assert not is_asking("It shows E08 when I press brew.")
    assert not is_asking("Please note that I was away.")
