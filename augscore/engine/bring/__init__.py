"""Pipelines of other libraries → Policy: converted where that is exact, else run as they are."""
