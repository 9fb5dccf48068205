"""Measurements → what an audit says: numbers, examples, differences."""
