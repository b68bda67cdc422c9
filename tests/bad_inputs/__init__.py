"""Every way in which real exports go wrong, as files written by code, each with the report it must get."""
