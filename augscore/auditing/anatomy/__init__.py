"""A policy taken apart: its operations, their magnitudes, and where they stand in its file."""
