import asyncio
from dataclasses import replace
from datetime import date

import pytest

from bot.domain.answer import Passage
from bot.domain.article import ArticleKind, Audience, Release, Revision
from bot.domain.errors import NotFound
from bot.domain.trace import Span, Trace
from bot.ports import Store, StoredPassage
from tests.contracts.store_samples import CARD, NOON, TRICKY, after

SPAN = Span("draft", NOON, 12.5, {"q": TRICKY}, ["a", 1, None], "", {"gen_ai.usage.input_tokens": 3})
TRACE = Trace("run-abc", "propose", "esc_1", NOON, (SPAN, replace(SPAN, name="guard", error="x")), 12, 7)
REVISION = Revision(
    "shipping", "h1", "Shipping", "# Shipping\x00", "ops", Audience.INTERNAL, ArticleKind.POLICY, date(2026, 1, 1),
    date(2026, 6, 1), None, ("parcel",), "file.md", "https://example.com",
)  # fmt: skip


def passages(slug: str, digest: str, count: int) -> list[StoredPassage]:
    return [
        StoredPassage(Passage(f"{slug}#{n}", slug, digest, "T", "H", TRICKY[:99], "ops"), n, "mini", bytes([n, 0, 255]))
        for n in range(count)
    ]


async def test_an_effect_is_new_then_begun_then_done(store: Store) -> None:
    assert await store.outbox.begin("card:1") is False
    assert await store.outbox.begin("card:1") is True
    await store.outbox.done("card:1", CARD)
    assert await store.outbox.begin("card:1") == CARD
    await store.outbox.done("card:2", CARD)
    assert await store.outbox.begin("card:2") == CARD


async def test_of_many_who_begin_an_effect_at_once_one_is_first(store: Store) -> None:
    begun = await asyncio.gather(*(store.outbox.begin("card:1") for _ in range(20)))
    assert sorted(map(bool, begun)) == [False] + [True] * 19


async def test_a_trace_is_kept_whole_and_gets_the_spans_it_lacks_when_saved_again(store: Store) -> None:
    await store.traces.save(TRACE)
    assert await store.traces.get("run-abc") == TRACE
    longer = replace(TRACE, spans=(*TRACE.spans, replace(SPAN, name="show")), workflow_release=8)
    await store.traces.save(longer)
    assert await store.traces.get("run-abc") == longer
    await store.traces.save(TRACE)
    assert (await store.traces.get("run-abc")).spans == longer.spans


async def test_a_trace_is_found_by_its_beginning_if_only_one_begins_so(store: Store) -> None:
    await store.traces.save(TRACE)
    await store.traces.save(replace(TRACE, id="run-xyz", started_at=after(1)))
    assert (await store.traces.get("run-a")).id == "run-abc"
    assert (await store.traces.get("esc_1")).id == "run-xyz"
    for unclear in ("run-", "RUN-A", "%", "", "nothing"):
        with pytest.raises(NotFound):
            await store.traces.get(unclear)


async def test_the_newest_traces_come_first_with_their_spans(store: Store) -> None:
    for number in range(4):
        await store.traces.save(replace(TRACE, id=f"run-{number}", started_at=after(number)))
    newest = await store.traces.newest(limit=2)
    assert [trace.id for trace in newest] == ["run-3", "run-2"]
    assert newest[0].spans == TRACE.spans


async def test_a_span_with_what_json_cannot_say_is_saved_all_the_same(store: Store) -> None:
    odd = replace(
        SPAN, input={"score": float("nan"), "list": [float("inf")], "object": object}, output=date(2026, 1, 1)
    )
    await store.traces.save(replace(TRACE, spans=(odd,)))
    span = (await store.traces.get("run-abc")).spans[0]
    assert span.input == {"score": None, "list": [None], "object": str(object)}
    assert span.output == "2026-01-01"


async def test_a_revision_never_changes_and_its_passages_can(store: Store) -> None:
    await store.articles.add(REVISION, passages("shipping", "h1", 3))
    await store.articles.add(replace(REVISION, title="Other"), passages("shipping", "h1", 2))
    manifest = {"shipping": "h1", "unknown": "h9"}
    assert await store.articles.revisions(manifest) == (REVISION,)
    assert await store.articles.passages(manifest) == tuple(passages("shipping", "h1", 2))


async def test_a_manifest_names_one_revision_of_each_article(store: Store) -> None:
    revisions = [replace(REVISION, slug=slug, hash=digest) for slug in ("b", "a") for digest in ("h1", "h2")]
    await store.articles.add_many([(each, passages(each.slug, each.hash, 12)) for each in revisions])
    manifest = {"b": "h1", "a": "h2"}
    assert [(each.slug, each.hash) for each in await store.articles.revisions(manifest)] == [("a", "h2"), ("b", "h1")]
    read = await store.articles.passages(manifest)
    assert read == (*passages("a", "h2", 12), *passages("b", "h1", 12))
    assert await store.articles.passages({}) == ()


async def test_a_library_of_thousands_is_read_and_written_in_pieces(store: Store) -> None:
    items = [(replace(REVISION, slug=f"s{n:04}"), passages(f"s{n:04}", "h1", 1)) for n in range(1200)]
    await store.articles.add_many(items)
    manifest = {revision.slug: "h1" for revision, _ in items}
    assert len(await store.articles.revisions(manifest)) == len(await store.articles.passages(manifest)) == 1200


async def test_releases_count_up_and_the_same_manifest_is_the_same_release(store: Store) -> None:
    assert await store.releases.live("knowledge") == Release("knowledge", 0, {})
    first, new = await store.releases.publish("knowledge", {"a": "1"}, reason="import", at=NOON)
    assert (first, new) == (Release("knowledge", 1, {"a": "1"}, "import"), True)
    assert await store.releases.publish("knowledge", {"a": "1"}, reason="again", at=NOON) == (first, False)
    second, _ = await store.releases.publish("knowledge", {"a": "2"}, reason="fix", at=NOON)
    back, new = await store.releases.publish("knowledge", {"a": "1"}, reason="back", at=NOON)
    assert (second.number, back.number, new) == (2, 3, True)
    assert await store.releases.live("knowledge") == back
    assert await store.releases.live("workflow") == Release("workflow", 0, {})
    assert await store.releases.get("knowledge", 1) == first
    with pytest.raises(NotFound):
        await store.releases.get("knowledge", 9)


async def test_concurrent_releases_have_numbers_of_their_own(store: Store) -> None:
    published = await asyncio.gather(
        *(store.releases.publish("workflow", {"n": str(n)}, reason="", at=NOON) for n in range(15))
    )
    assert sorted(release.number for release, _ in published) == list(range(1, 16))
    same = await asyncio.gather(*(store.releases.publish("workflow", {}, reason="", at=NOON) for _ in range(10)))
    assert sum(new for _, new in same) == 1
