"""One audit told in several forms: page, comment, annotations, JUnit, pictures."""
