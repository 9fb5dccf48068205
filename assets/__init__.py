"""What ships with augscore: sample pictures and the bundled score model; ASSETS.md says whence."""
