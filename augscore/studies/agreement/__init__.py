"""Do outside judges confirm the reading? Stimuli made again, readings beside opinions."""
