"""A trained backbone for other programs: files that load there strictly."""
