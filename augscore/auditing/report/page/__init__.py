"""The HTML page of an audit: one file, one section a module; `document.py` puts them together."""
