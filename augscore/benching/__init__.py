"""How fast the engine is and how exact, beside what others do on the same machine."""
