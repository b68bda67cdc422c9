"""The SQL workbench."""

from pages.components import shell

board = shell.open_page("sql_workbench")
