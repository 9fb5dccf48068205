"""Estimates with error bars, and tests: over images, never over views."""
