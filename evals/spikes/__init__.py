"""Whether a count over time is beyond what its own past explains, and whether anybody should be woken for it."""
