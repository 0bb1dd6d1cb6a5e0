from bot.domain.answer import Draft, DraftAuthor


def test_any_text_has_a_hash_to_bind_an_approval_to() -> None:
    drafts = [Draft(text, text, (), 0.5, DraftAuthor.PERSON) for text in ("", "\ud800", "\udc00 \x00", "ü 🙂")]
    assert len({draft.hash for draft in drafts}) == len(drafts)
