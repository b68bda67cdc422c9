"""Readers as a proxy names them, on a running board: who gets in, who is told why not, and what the menu holds."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.served.server import Server, serve
from tests.served.session import PageRun, open_session

HEADER = "X-Forwarded-User"


@pytest.fixture(scope="module")
def board(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The small bureau behind a proxy that names its readers."""
    folder = tmp_path_factory.mktemp("access")
    roles = folder / "roles.toml"
    roles.write_text('[roles]\nleader = ["li"]\nanalyst = ["zhao"]\n', encoding="utf-8")
    environment = {
        "FENGQIAO_DATA": str(built),
        "FENGQIAO_ACCESS": str(roles),
        "STREAMLIT_SERVER_TRUSTED_USER_HEADERS": json.dumps({HEADER: "user"}),
    }
    with serve(folder / "log", environment=environment) as server:
        yield server


def visit(board: Server, name: str | None, page: str) -> PageRun:
    with open_session(board.port, headers={HEADER: name} if name else None) as session:
        return session.run(page)


@pytest.mark.parametrize(
    ("name", "page", "expected"),
    [
        ("zhao", "sql_workbench", "还没有运行过查询。"),
        ("zhao", "", "接报纠纷警情47起"),
        ("li", "", "接报纠纷警情47起"),
        ("li", "sql_workbench", "这一页需要角色“分析”，“li”没有。"),
        ("sun", "", "“sun”还没有任何角色"),
        # Whoever comes past the proxy is nobody, and not `local`.
        (None, "", "不知道您是谁"),
        ("local", "", "“local”还没有任何角色"),
    ],
)
def test_a_reader_sees_what_their_roles_allow(name: str | None, page: str, expected: str, board: Server) -> None:
    run = visit(board, name, page)
    assert run.problems == []
    assert any(expected in text for text in run.texts())


def test_the_menu_holds_only_what_opens(board: Server) -> None:
    def menu(name: str) -> list[str]:
        navigation = next(
            message.navigation for message in visit(board, name, "").messages if message.HasField("navigation")
        )
        return [page.url_pathname for page in navigation.app_pages if not page.is_hidden]

    assert "sql_workbench" in menu("zhao")
    assert "sql_workbench" not in menu("li")
    assert menu("sun") == []
