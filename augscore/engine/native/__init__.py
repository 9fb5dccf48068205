"""A small C library for the CPU, built with the package where there is a compiler."""
