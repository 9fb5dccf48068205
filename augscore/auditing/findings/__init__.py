"""Findings: pure functions of the table of measurements, one file each."""
