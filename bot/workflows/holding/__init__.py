"""A holding reply: one text for all who ask about what an alert is about."""
