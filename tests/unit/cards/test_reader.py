"""Each reader's own card."""

from bot.cards.elements import Actions, Button, Card, Note
from bot.cards.reader import for_reader
from bot.domain.chat import Role

CARD = Card(
    "a draft",
    (
        Note(("read me",)),
        Actions(
            (Button("a", "Approve", "1", role=Role.SENIOR), Button("b", "Edit", "1")),
            more=(Button("c", "Let it through", "1", role=Role.MANAGER),),
        ),
        Actions((Button("d", "Acknowledge", "1", role=None),)),
    ),
)


def labels(card: Card) -> list[str]:
    bars = [element for element in card.elements if isinstance(element, Actions)]
    return [button.label for bar in bars for button in (*bar.buttons, *bar.more)]


def test_each_role_sees_what_it_may_press() -> None:
    assert labels(for_reader(CARD, Role.REP)) == ["Edit", "Acknowledge"]
    assert labels(for_reader(CARD, Role.SENIOR)) == ["Approve", "Edit", "Acknowledge"]
    assert for_reader(CARD, Role.MANAGER) == CARD


def test_an_outsider_sees_what_everybody_may_press_and_no_empty_bar() -> None:
    seen = for_reader(CARD, None)
    assert labels(seen) == ["Acknowledge"]
    assert len(seen.elements) == 2
    assert seen.elements[0] == CARD.elements[0]
