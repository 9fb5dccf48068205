"""A policy on images → the table of measurements."""
