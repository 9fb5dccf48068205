"""Who judges: tables of human opinions, each with the stimuli that it is about."""
