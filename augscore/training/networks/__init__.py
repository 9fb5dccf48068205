"""Backbones, heads, their momentum copies, queues."""
