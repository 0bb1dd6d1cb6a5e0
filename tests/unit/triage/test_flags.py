from datetime import UTC, datetime

import pytest

from bot.domain.escalation import Author, Customer, Escalation, Turn
from bot.triage.flags import flags

AT = datetime(2026, 11, 18, 10, tzinfo=UTC)
WHO = {"c": Author.CUSTOMER, "a": Author.AGENT, "r": Author.REVIEWER}


def conversation(*turns: str) -> Escalation:
    told = tuple(Turn(str(i), WHO[turn[0]], turn[3:], AT) for i, turn in enumerate(turns))
    return Escalation("esc_1", "webhook", "1", Customer("c"), told, AT)


def test_the_second_time_a_customer_was_misunderstood_is_told() -> None:
    asked = ("c: Does the lamp run on 110 V?", "a: It has two years of warranty.", "c: That's not what I asked.")
    assert flags(conversation(*asked)) == ()
    assert flags(conversation(*asked, "a: Two years.", "c: You still didn't answer my question.")) == (
        "The customer says for the second time that they were misunderstood.",
    )


def test_the_same_question_for_the_third_time_is_told() -> None:
    answered = ("c: How can I export my invoices?", "a: They come by e-mail.")
    assert flags(conversation(*answered, "c: how can I export my invoices")) == ()
    assert flags(conversation(*answered, "c: how can I export my invoices", answered[1], answered[0])) == (
        "The customer asks the same for the third time, after answers to it.",
    )


def test_a_message_sent_twice_before_any_answer_is_no_misunderstanding() -> None:
    assert flags(conversation(*["c: How can I export my invoices?"] * 4)) == ()


def test_anger_that_grows_is_told_and_anger_that_cools_is_not() -> None:
    calm, hot = "c: Any news about the sofa, please?", "c: You are liars and thieves, this is outrageous!"
    assert flags(conversation(calm, "a: Not yet.", hot)) == (
        "The customer is getting angrier from message to message.",
    )
    assert flags(conversation(hot, "a: Sorry, it is on its way.", "c: All right, thanks.")) == ()
    assert flags(conversation(hot)) == ()


@pytest.mark.parametrize(
    "text",
    [
        "Can I talk to a real person please?", "get me a human", "agent!!", "Please connect me to your supervisor.",
        "Ich möchte mit einem Mitarbeiter sprechen.",
        "Je veux parler à un conseiller.", "Quiero hablar con una persona.",
        "Ik wil met een medewerker spreken, graag een medewerker spreken",
    ],
)  # fmt: skip
def test_the_wish_for_a_person_is_told(text: str) -> None:
    assert flags(conversation(f"c: {text}")) == ("The customer asks for a person.",)


@pytest.mark.parametrize(
    "text",
    [
        "Does a human check the photos?", "Can I become a sales agent?", "I spoke to a person in your shop.",
        "Thanks. As I said, no hurry.", "Who is the person responsible for data protection?",
        "I made a transfer to someone, where is it?", "The handle broke again.",
        "Do I have to talk to someone to close it?",
    ],
)  # fmt: skip
def test_one_weak_sign_raises_nothing(text: str) -> None:
    assert flags(conversation(f"c: {text}")) == ()


def test_what_reviewers_and_agents_say_raises_nothing() -> None:
    assert (
        flags(conversation("c: Hello", "a: You didn't answer my question. As I said, get a manager.", "r: Wrong again"))
        == ()
    )


@pytest.mark.parametrize("part", ["not ", "\n", "again, ", "speak to ", "\ud800", "i "])
def test_any_conversation_is_read(part: str) -> None:
    began = datetime.now(UTC)
    assert flags(conversation(*[f"c: {part * 20_000}"] * 30)) == ()
    assert (datetime.now(UTC) - began).total_seconds() < 10


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ("This is the FOURTH time I write!!! Where is my parcel?", "FOURTH time I write"),
        ("I have contacted you several times about the refund.", "I have contacted you several times"),
        ("Das ist das dritte Mal, dass ich Ihnen schreibe.", "dritte Mal, dass ich Ihnen schreibe"),
    ],
)
def test_who_had_to_write_again_is_flagged_in_their_own_words(text: str, quoted: str) -> None:
    assert flags(conversation(f"c: {text}")) == (f"The customer wrote about this before: “{quoted}”.",)


@pytest.mark.parametrize("text", ["For the third time this week the pump starts.", "I called a taxi three times."])
def test_what_happened_again_is_no_letter(text: str) -> None:
    assert flags(conversation(f"c: {text}")) == ()
