"""How other libraries do each operation, with the same numbers."""
