"""Several weeks of a bank's support desk in one process: what bench-learning plays and measures."""
