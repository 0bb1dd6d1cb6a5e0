"""Reads texts without a model: their words, figures, claims, orders and personal data. Pure, total on any text."""
