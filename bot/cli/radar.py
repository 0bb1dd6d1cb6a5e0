"""What the radar found, as a table."""

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot.cards.radar import headline
from bot.domain.radar import Concern


def told(out: Console, found: Sequence[Concern], title: str) -> None:
    """Print each concern with the words that it is about, its owners and what to do; nothing where there is none."""
    if not found:
        return
    table = Table("what", "articles and their words", "owners", "to do", title=title, title_justify="left")
    for concern in found:
        said = "\n".join(f"{each.slug}: {each.words}" if each.words else each.slug for each in concern.articles)
        owners = "\n".join(owner or "nobody" for owner in concern.owners)
        table.add_row(Text(headline(concern)), Text(said), Text(owners), Text(concern.todo))
    out.print(table)
