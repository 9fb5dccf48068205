"""Policies as YAML or JSON: text → data with places → typed document → Policy, and back."""
