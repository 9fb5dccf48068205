"""The libraries that are timed, one file each."""
