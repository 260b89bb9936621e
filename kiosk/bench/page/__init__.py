"""The bench: a local web page with everything a person does around a terminal, except touch it."""
