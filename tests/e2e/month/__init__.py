"""A month of a support team in the sandbox, played by the real bot under a clock that the play moves."""
