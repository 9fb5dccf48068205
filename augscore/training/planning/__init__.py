"""From what was asked of a run to what it will do: one configuration, checked, and its plan."""
