"""One file a migration, numbered; a migration that was released is never changed."""
