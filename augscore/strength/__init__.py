"""Readings: what the score network sees → numbers with units."""
