"""Who the reader is, what they may see, and which role each page needs: the one place that decides it.

A reader is named by the proxy (`server.trustedUserHeaders`) or by Streamlit's own login where one is set up, else
`local`. Names are given roles in one TOML file, `FENGQIAO_ACCESS` or `access.toml` in the data directory:

    [roles]
    leader = ["*"]                  # everybody who has a name
    analyst = ["zhao", "local"]
    operator = ["sun"]

Without the file, `local` on a board that only this machine can reach has every role, and nobody else has any. A file
that cannot be read gives no role to anybody.
"""

from __future__ import annotations

import ipaddress
import logging
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

import streamlit as st

from pages.components.data import data_folder

Role = Literal["leader", "analyst", "operator"]
ROLES: frozenset[Role] = frozenset(get_args(Role))
LOCAL, EVERYBODY = "local", "*"

# Any one of the roles opens the page. A page that is not here opens for nobody.
NEEDS: Mapping[str, frozenset[Role]] = {
    **dict.fromkeys(
        (
            "overview",
            "disputes",
            "resolution",
            "signals",
            "satisfaction",
            "visits",
            "work",
            "stations",
            "definitions",
            "data_quality",
        ),
        ROLES,
    ),
    "sql_workbench": frozenset({"analyst"}),
}


@dataclass(frozen=True)
class Reader:
    """Who asks: `name` is None where a login is set up and there is none; roles add up."""

    name: str | None
    roles: frozenset[Role] = frozenset()

    def may_open(self, page: str) -> bool:
        """Whether one of the roles opens the page."""
        return bool(self.roles & NEEDS.get(page, frozenset()))

    def visibility(self, page: str) -> Literal["visible", "hidden"]:
        """Of the page in the menu. A hidden page keeps its URL, so that it can say why it does not open."""
        return "visible" if self.may_open(page) else "hidden"


class BadAccessFile(ValueError):
    """The file of roles cannot be read; the message names the file and what is wrong."""


def who() -> Reader:
    """The reader of this run and their roles."""
    name = _name()
    path = access_file()
    try:
        granted = read_access(path)
    except BadAccessFile:
        # The reader is told that nobody is let in; the operator gets the reason.
        logging.getLogger(__name__).exception("no roles for anybody")
        return Reader(name)
    return Reader(name, roles_of(name, granted, is_own_machine=_is_own_machine()))


def access_file() -> Path:
    """Where the roles stand."""
    return Path(os.environ.get("FENGQIAO_ACCESS") or data_folder() / "access.toml")


def read_access(path: Path) -> Mapping[Role, frozenset[str]] | None:
    """The names that each role is given to; None where there is no file.

    Raises BadAccessFile for one that is not as described above: a misspelt role must not pass for an empty one.
    """
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadAccessFile(f"{path}: {error}") from error
    roles = table.get("roles")
    if set(table) != {"roles"} or not isinstance(roles, dict) or set(roles) - ROLES:
        raise BadAccessFile(f"{path}: expected one table [roles] with {', '.join(sorted(ROLES))}")
    for role, names in roles.items():
        if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
            raise BadAccessFile(f"{path}: {role}: expected a list of names")
    return {role: frozenset(names) for role, names in roles.items()}


def roles_of(
    name: str | None, granted: Mapping[Role, frozenset[str]] | None, *, is_own_machine: bool
) -> frozenset[Role]:
    """The roles of a name, by the file or, without one, by where the board can be reached from."""
    if name is None:
        return frozenset()
    if granted is None:
        return ROLES if name == LOCAL and is_own_machine and not _names_readers() else frozenset()
    return frozenset(role for role, names in granted.items() if name in names or EVERYBODY in names)


def must_log_in() -> bool:
    """Whether Streamlit's login is set up and this reader has not passed it."""
    return st.user.get("is_logged_in") is False


def _name() -> str | None:
    keys = _header_keys()
    if keys:
        # The first one that is set up names the reader; a request past the proxy has none.
        return _text(st.user.get(keys[0]))
    if "is_logged_in" in st.user:
        if not st.user.get("is_logged_in"):
            return None
        return next(
            (_text(st.user.get(key)) for key in ("email", "preferred_username", "sub") if st.user.get(key)), None
        )
    return LOCAL


def _text(value: object) -> str | None:
    return value.strip() or None if isinstance(value, str) else None


def _header_keys() -> list[str]:
    mapping = st.get_option("server.trustedUserHeaders")
    return list(mapping.values()) if isinstance(mapping, dict) else []


def _names_readers() -> bool:
    return bool(_header_keys()) or "is_logged_in" in st.user


def _is_own_machine() -> bool:
    address = st.get_option("server.address")
    if address == "localhost":
        return True
    try:
        return ipaddress.ip_address(address or "0.0.0.0").is_loopback
    except ValueError:
        return False
