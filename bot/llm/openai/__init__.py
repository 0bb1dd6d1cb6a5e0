"""What Ratchet asks of OpenAI, or of any endpoint that speaks its API. Importing a module of it takes a second."""
