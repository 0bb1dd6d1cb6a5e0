"""The radar tells what needs an owner over a whole release, and leaves alone what only looks like it."""

import time
from dataclasses import replace
from datetime import date, timedelta

import pytest

from bot.domain.article import Revision
from bot.domain.radar import Concern, Kind, concerns, contradicted

TODAY = date(2026, 11, 21)


def article(slug: str, body: str, **more: object) -> Revision:
    about = {"title": slug.replace("-", " ").capitalize(), "owner": f"@{slug}"} | more
    return Revision(slug=slug, hash=slug, body=body, **about)  # type: ignore[arg-type]


POLICY = article("returns-policy", "## Beans\n\nOpened beans can be returned within 30 days.")
BEANS = article("opened-beans", "Opened beans can be returned within 14 days. Keep the bag.")


def of(kind: Kind, *revisions: Revision, **how: object) -> list[Concern]:
    return [found for found in concerns(revisions, TODAY, **how) if found.kind is kind]  # type: ignore[arg-type]


def test_two_articles_that_disagree_are_told_with_their_words_and_owners() -> None:
    (conflict,) = concerns([BEANS, POLICY], TODAY)
    assert conflict.kind is Kind.CONFLICT
    assert conflict.slugs == {"opened-beans", "returns-policy"}
    assert [each.words for each in conflict.articles] == [
        "Opened beans can be returned within 14 days", "Opened beans can be returned within 30 days",
    ]  # fmt: skip
    assert conflict.owners == ("@opened-beans", "@returns-policy")


@pytest.mark.parametrize("dates", [{"expires": date(2026, 10, 1)}, {"effective": date(2027, 1, 1)}])
def test_what_is_not_in_force_contradicts_nothing(dates: dict[str, date]) -> None:
    assert concerns([replace(BEANS, **dates), POLICY], TODAY) == ()  # type: ignore[arg-type]


def test_the_fees_of_products_with_an_article_each_do_not_disagree() -> None:
    gold = article("gold-card-fees", "The monthly fee is 12 EUR.")
    silver = article("silver-card-fees", "The monthly fee is 5 EUR.")
    assert concerns([gold, silver], TODAY) == ()
    named = replace(silver, body="The monthly fee of the gold card is 5 EUR.")
    assert len(concerns([replace(gold, body="The monthly fee of the gold card is 12 EUR."), named], TODAY)) == 1


def test_a_form_that_several_articles_fill_in_is_no_contradiction() -> None:
    titles = {"plan-sharing": 3, "sharing-terms": 6, "what-sharing-means": 12}
    forms = [article(title, f"The plan lasts {months} months and can be shared.") for title, months in titles.items()]
    assert concerns(forms, TODAY) == ()
    assert len(concerns(forms[:2], TODAY)) == 1


def test_articles_that_both_tell_of_both_cases_do_not_disagree() -> None:
    both = "Your liability is 50 EUR.\n\nYour liability is 500 EUR."
    assert concerns([article("cards", both), article("card-theft", both)], TODAY) == ()


def test_no_fee_and_a_fee_of_nothing_are_the_same() -> None:
    one = article("fees", "The bronze plan has no monthly fee.")
    other = article("plans", "The bronze plan has a monthly fee of 0 EUR.")
    assert concerns([one, other], TODAY) == ()


def test_a_past_date_is_told_until_the_article_itself_has_expired() -> None:
    offer = article("offer", "The offer runs until 30 June 2026.")
    (found,) = of(Kind.PAST_DATE, offer)
    assert (found.day, found.articles[0].words) == (date(2026, 6, 30), "The offer runs until 30 June 2026")
    assert of(Kind.PAST_DATE, replace(offer, expires=date(2026, 6, 30))) == []


def test_dates_of_the_article_itself_and_a_missing_owner_are_told() -> None:
    found = concerns([replace(BEANS, review_by=date(2026, 5, 1), expires=date(2026, 12, 1), owner="")], TODAY)
    assert [each.kind for each in found] == [Kind.EXPIRING, Kind.OVERDUE, Kind.OWNERLESS]
    assert of(Kind.EXPIRING, replace(BEANS, expires=date(2026, 12, 1)), within=timedelta(days=5)) == []


def test_an_expired_article_is_only_told_of_while_something_counts_on_it() -> None:
    old = replace(BEANS, expires=date(2026, 10, 31))
    linking = article("help", "Read [how to return](../returns/opened-beans.md#bag) first.")
    assert concerns([old, article("help", "Ask us.")], TODAY) == ()
    assert "“Help” still links to it" in of(Kind.EXPIRED, old, linking)[0].todo
    assert "2 eval cases rest on it alone" in of(Kind.EXPIRED, old, rests_on={"opened-beans": 2})[0].todo


def test_a_fix_says_what_it_would_contradict_and_not_what_was_so_before() -> None:
    fixed = replace(POLICY, body=POLICY.body.replace("30", "14"))
    agreed = replace(BEANS, body=BEANS.body.replace("14", "30"))
    (conflict,) = contradicted(fixed, POLICY, [POLICY, agreed])
    assert [each.slug for each in conflict.articles] == ["returns-policy", "opened-beans"]
    assert list(contradicted(replace(POLICY, body=f"{POLICY.body}\n\nAsk us."), POLICY, [POLICY, BEANS])) == []


def test_a_concern_keeps_its_name_until_its_words_change() -> None:
    one, again = concerns([BEANS, POLICY], TODAY)[0], concerns([POLICY, BEANS], TODAY + timedelta(days=9))[0]
    other = concerns([replace(BEANS, body=BEANS.body.replace("14", "10")), POLICY], TODAY)[0]
    assert one.key == again.key != other.key


def test_four_times_the_articles_do_not_take_sixteen_times_as_long() -> None:
    def seconds(count: int) -> float:
        told = "Item k{0} of row s{0} of {1} ships within {0} days from our store."  # read anew for every count
        many = [article(f"a{number}", told.format(number, count)) for number in range(count)]
        began = time.process_time()
        concerns(many, TODAY)
        return time.process_time() - began

    seconds(20)
    assert seconds(400) < 10 * seconds(100)


def test_any_text_is_looked_at() -> None:
    bodies = ["", "\x00\ud800", "| a | b |\n" * 500, "[x](" * 20_000, "14 days " * 15_000]
    concerns([article(f"a{n}", body) for n, body in enumerate(bodies)], TODAY)
