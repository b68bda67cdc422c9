"""SQL workbench: any question to the warehouse, with its tables, examples and what was asked before at hand."""

import streamlit as st

from pages.components import cards, shell
from pages.components.sql_workbench import Workbench

board = shell.open_page("sql_workbench")
if board:
    workbench = Workbench(board)
    cards.sentence(workbench.promise())
    editor, library = st.columns([2, 1], gap="medium")
    with editor:
        workbench.edit()
        workbench.show()
    with library:
        workbench.library()
