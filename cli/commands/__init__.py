"""One file a command; each imports only click and the standard library until it runs."""
