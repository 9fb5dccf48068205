"""Loops that train networks: today the score network's own run."""
