"""A judge that is no person: within one image, more of an operation should read as more."""
