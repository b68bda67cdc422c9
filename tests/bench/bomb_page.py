"""A page with a table and a figure, and, with `?bomb=…` in its URL, one that asks the sandbox something endless."""

import os

import streamlit as st

from warehouse.sandbox import NoAnswer, run_sql

BOMBS = {
    "cross": "select count(*) from mart.dispute a, mart.dispute b where a.id * b.id % 7 = 3",
    "memory": "select list(i) from range(1000000000) t(i)",
}
st.set_page_config(page_title="bomb")
bomb = st.query_params.get("bomb")
if bomb in BOMBS:
    try:
        run_sql(os.environ["BOMB_DATABASE"], BOMBS[bomb], schemas=("mart",))
        st.write("answered")
    except NoAnswer as error:
        st.write(error.code)
else:
    st.metric("disputes", 1_000_000)
    st.dataframe({"station": [f"S{number}" for number in range(200)], "count": list(range(200))})
