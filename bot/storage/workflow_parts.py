"""The texts that workflow releases of one workspace consist of, each once, by its digest."""

from collections.abc import Mapping

from bot.domain.article import digest
from bot.storage.columns import clean
from bot.storage.repository import Repository, whole
from bot.storage.tables import WorkflowPartRow, table

PARTS = table(WorkflowPartRow)


class SqlWorkflowParts(Repository):
    """Keeps the promises of `bot.ports.WorkflowParts`."""

    @whole
    async def keep(self, parts: Mapping[str, str]) -> dict[str, str]:
        texts = {name: clean(text) for name, text in parts.items()}
        manifest = {name: digest(text) for name, text in texts.items()}
        rows = {manifest[name]: self._row(digest=manifest[name], text=text) for name, text in texts.items()}
        if rows:
            async with self._write() as connection:
                in_order = [rows[named] for named in sorted(rows)]  # so that no two writers wait for each other
                await connection.execute(self._insert(PARTS).on_conflict_do_nothing(), in_order)
        return manifest

    async def texts(self, manifest: Mapping[str, str]) -> dict[str, str]:
        wanted = self._select(PARTS).where(PARTS.c.digest.in_(set(manifest.values())))
        async with self._read() as connection:
            kept = {row.digest: row.text for row in await connection.execute(wanted)}
        return {name: kept[named] for name, named in manifest.items() if named in kept}
