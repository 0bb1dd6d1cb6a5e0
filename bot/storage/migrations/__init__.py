"""Alembic migrations, applied by `bot.storage.migrate`."""
