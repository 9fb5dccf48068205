"""A judge that is no person: what hurts the accuracy of a fixed classifier."""
