"""How data gets in: files from the stations become archived, pseudonymous records and then a generation."""

import os

# Memory that polars is done with goes back at once: kept for a second more, as polars wants it, it comes on top of what
# the engine takes next. Polars reads this once, when it is first imported.
os.environ.setdefault("_RJEM_MALLOC_CONF", "muzzy_decay_ms:0")
