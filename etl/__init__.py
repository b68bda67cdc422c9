"""How data gets in: files from the stations become archived, pseudonymous records and then a generation."""
