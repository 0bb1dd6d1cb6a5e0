from datetime import date
from pathlib import Path

import pytest

from bot.domain.article import ArticleKind, Audience
from knowledge.documents import Document, Unfit, files_in, read
from tests.unit.knowledge.conftest import write


def read_text(folder: Path, text: str, name: str = "a/some-article.md") -> Document:
    write(folder / name, text)
    return read(folder / name, folder, source="help")


def test_front_matter_becomes_the_revisions_fields(tmp_path: Path) -> None:
    revision = read_text(
        tmp_path,
        "---\ntitle: 'Opened beans: yes'\nowner: '@returns'\neffective: 2026-01-02\nreview_by: 2026-07-01\n"
        "expires: 2026-12-31\naudience: internal\nkind: policy\ntags: [beans, returns, beans]\n"
        "url: https://fernhill.example/beans\n---\n\nText.\n",
    ).revision
    assert (revision.slug, revision.title, revision.owner) == ("a/some-article", "Opened beans: yes", "@returns")
    assert (revision.effective, revision.review_by, revision.expires) == (
        date(2026, 1, 2),
        date(2026, 7, 1),
        date(2026, 12, 31),
    )
    assert (revision.audience, revision.kind) == (Audience.INTERNAL, ArticleKind.POLICY)
    assert (revision.tags, revision.url) == (("beans", "returns"), "https://fernhill.example/beans")
    assert (revision.body, revision.source) == ("Text.\n", "help")


def test_the_title_falls_back_to_the_first_heading_and_then_to_the_files_name(tmp_path: Path) -> None:
    assert read_text(tmp_path, "# How to *return*\n\nText.").revision.title == "How to return"
    assert read_text(tmp_path, "Only text.").revision.title == "Some article"


def test_unknown_keys_are_left_out_and_reported(tmp_path: Path) -> None:
    document = read_text(tmp_path, "---\ntitle: T\nauthor: Ana\n---\nText.")
    assert document.notes == ("`author` is no field of an article and was left out",)


def test_the_hash_follows_every_field_and_the_name(tmp_path: Path) -> None:
    one = read_text(tmp_path, "---\nowner: a\n---\nText.").revision.hash
    assert read_text(tmp_path, "---\nowner: a\n---\r\nText.\r\n").revision.hash == one
    assert read_text(tmp_path, "---\nowner: b\n---\nText.").revision.hash != one
    assert read_text(tmp_path, "---\nowner: a\n---\nText.", name="other.md").revision.hash != one


@pytest.mark.parametrize(
    ("head", "reason"),
    [
        ("effective: 2026-02-30", "`effective` is not a date"),
        ("review_by: next week", "`review_by` is not a date"),
        ("expires: 20260101", "`expires` is not a date"),
        ("effective: 2026-02-01\nexpires: 2026-01-01", "`expires` is before `effective`"),
        ("audience: everybody", "`audience` must be customer or internal"),
        ("kind: poem", "`kind` must be policy or article or runbook"),
        ("url: javascript:alert(1)", "`url` must start with"),
        ("owner: [a, b]", "`owner` in its front matter must be a single value"),
        ("title: 'unclosed", "not valid YAML"),
        ("- a\n- b", "not a list of `name: value` lines"),
        ("a: " + "[" * 9000, "nested too deeply"),
    ],
)
def test_bad_front_matter_names_the_field(tmp_path: Path, head: str, reason: str) -> None:
    with pytest.raises(Unfit, match=reason):
        read_text(tmp_path, f"---\n{head}\n---\nText.")


def test_unclosed_front_matter_is_said(tmp_path: Path) -> None:
    with pytest.raises(Unfit, match="no closing ---"):
        read_text(tmp_path, "---\ntitle: T\n\nText.")


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.md", b"\xff\xfe\x00bad", "not UTF-8"),
        ("a.md", b"", "empty"),
        ("a.md", b"\xef\xbb\xbf \n\x00\n", "empty"),
        ("a.md", b"# Only a heading\n", "no text"),
        ("a.html", b"<html><script>var x = 1</script></html>", "no text"),
        ("a.pdf", b"%PDF", "neither Markdown nor HTML"),
        ("a.md", b"x" * 5_000_001, "larger than 5 MB"),
        ("a.html", b"<a " * 20_000, "a tag that never ends"),
    ],
)
def test_a_file_that_is_no_article_is_unfit_for_a_stated_reason(
    tmp_path: Path, name: str, content: bytes, reason: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(Unfit, match=reason):
        read(tmp_path / name, tmp_path, source="help")


def test_a_link_out_of_the_folder_is_unfit(tmp_path: Path) -> None:
    write(tmp_path / "secret.md", "Secret.")
    (tmp_path / "help").mkdir()
    (tmp_path / "help/a.md").symlink_to(tmp_path / "secret.md")
    assert list(files_in(tmp_path / "help")) == [tmp_path / "help/a.md"]
    with pytest.raises(Unfit, match="outside the folder"):
        read(tmp_path / "help/a.md", tmp_path / "help", source="help")


def test_hidden_files_are_not_looked_at(tmp_path: Path) -> None:
    write(tmp_path / ".git/config.md", "No.")
    write(tmp_path / ".draft.md", "No.")
    write(tmp_path / "yes.md", "Yes.")
    assert list(files_in(tmp_path)) == [tmp_path / "yes.md"]


PAGE = """<!doctype html><html><head><title>Returns &amp; refunds</title>
<meta name="owner" content="@returns"><meta name="effective" content="2026-03-01"><meta name="viewport" content="x">
<style>p { color: red }</style></head><body><nav>Home | Shop</nav><main><h1>Returns &amp; refunds</h1>
<p>Send it back within <strong>30 days</strong>, see <a href="https://fernhill.example/r">the form</a> or
<a href="/relative">here</a>.<!-- comment --><img src="x.png" alt="picture"></p>
<h2>Steps</h2><ol><li>Pack it.</li><li>Print the label:<ul><li>at home</li><li>at the shop</li></ul></li></ol>
<table><tr><th>Zone</th><th>Fee</th></tr><tr><td>A</td><td>4 * 2</td></tr></table>
<p hidden>Secret</p><p>Type <code>a_b</code> &lt;your name&gt; first.<br>1. is no list</p><pre>line 1
line 2</pre><script>evil()</script></main><footer>Imprint</footer></body></html>"""


def test_a_web_page_becomes_markdown_with_its_meta_tags(tmp_path: Path) -> None:
    document = read_text(tmp_path, PAGE, name="page.html")
    assert (document.revision.title, document.revision.owner) == ("Returns & refunds", "@returns")
    assert (document.revision.effective, document.notes) == (date(2026, 3, 1), ())
    body = document.revision.body
    assert body.startswith("# Returns & refunds\n\nSend it back within 30 days, see [the form](<https://")
    assert "1. Pack it.\n2. Print the label:\n\n   - at home\n   - at the shop" in body
    assert "| Zone | Fee |\n| --- | --- |\n| A | 4 \\* 2 |" in body
    assert "line 1\nline 2" in body
    assert not [word for word in ("Home", "Imprint", "evil", "Secret", "comment", "color", "picture") if word in body]


def test_a_very_deeply_nested_page_is_unfit_rather_than_a_crash(tmp_path: Path) -> None:
    with pytest.raises(Unfit, match="nested too deeply"):
        read_text(tmp_path, "<div>" * 20_000 + "text", name="deep.html")
