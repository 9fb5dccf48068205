"""Experiments that the project answers for: each a grid of runs, resumable, one row a run."""
