"""What the numbers are: SQL models, the builder that runs them, and the readers of what it built."""
