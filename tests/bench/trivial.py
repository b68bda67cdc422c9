"""A Streamlit app to measure the board against: its menu is as long, each page is a title, a sentence and a line."""

import os

import polars as pl
import streamlit as st


def show() -> None:
    """The whole page."""
    st.title("A title")
    st.write("One sentence above one line of twelve points.")
    st.line_chart(pl.DataFrame({"month": list(range(1, 13)), "value": [n * n % 13 for n in range(1, 13)]}), x="month")


names = os.environ["TRIVIAL_PAGES"].split(",")
pages = [st.Page(show, title=name, url_path=name, default=not place) for place, name in enumerate(names)]
st.navigation({"": pages[:-1], "Last": pages[-1:]}, position="top").run()
