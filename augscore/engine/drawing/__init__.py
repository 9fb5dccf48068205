"""Policy and keys → a draw: one file a kind of node."""
