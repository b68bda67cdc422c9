"""Rules that hold for the repository as a whole, whoever writes the next file."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parent.parent
TOP_LEVEL = {
    ".ci",
    ".gitignore",
    ".streamlit",
    "LICENSE",
    "README.md",
    "app.py",
    "data",
    "docs",
    "etl",
    "pages",
    "pyproject.toml",
    "requirements.lock",
    "run",
    "tests",
    "warehouse",
}
# In pieces, so that this file does not hold what it looks for.
REGISTRY = re.compile("|".join(["index" + "-url", "find" + "-links", r"pypi\.org", r"://\S+/(?:simple|packages)/"]))
MACHINE_PATH = re.compile(r"(?<![\w.~*-])/(?:work|root|home|Users)/")


def git(*arguments: str, check: bool = True) -> list[str]:
    """The lines that a git command prints about this checkout."""
    done = subprocess.run(["git", "-C", str(ROOT), *arguments], capture_output=True, text=True, check=check)
    return done.stdout.splitlines()


def files(pattern: str = "*") -> list[Path]:
    """What a commit of everything would hold, by glob over the whole path."""
    names = git("-c", "core.quotepath=off", "ls-files", "--cached", "--others", "--exclude-standard")
    return [path for path in map(Path, names) if path.match(pattern) and (ROOT / path).is_file()]


def read(path: Path) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def lines_that_match(pattern: re.Pattern[str]) -> list[str]:
    found = []
    for path in files():
        content = (ROOT / path).read_bytes()
        if b"\0" in content:
            continue
        for number, line in enumerate(content.decode("utf-8").splitlines(), start=1):
            if pattern.search(line):
                found.append(f"{path}:{number}: {line[:120]}")
    return found


def longer_than(limit: int, paths: list[Path]) -> list[str]:
    lengths = {path: len(read(path).splitlines()) for path in paths}
    return [f"{path}: {length} lines" for path, length in lengths.items() if length > limit]


def sql_models() -> list[Path]:
    return [path for path in files("*.sql") if path.is_relative_to("warehouse/models")]


def page_scripts() -> list[Path]:
    return [path for path in files("*.py") if path.parent == Path("pages") and path.name != "__init__.py"]


def test_no_file_names_a_package_registry() -> None:
    assert lines_that_match(REGISTRY) == []


def test_no_file_names_a_folder_of_somebodys_machine() -> None:
    assert lines_that_match(MACHINE_PATH) == []


def test_the_top_level_is_the_fixed_one() -> None:
    assert {path.parts[0] for path in files()} == TOP_LEVEL


def test_git_ignores_everything_under_data_except_the_reference_tables() -> None:
    private = ["data/inbox/a.csv", "data/archive/incident/b.parquet", "data/current", "data/demo/truth.json"]
    shared = ["data/reference/dispute_type.csv"]
    assert git("check-ignore", "--no-index", *private, *shared, check=False) == private


def test_pages_stay_short() -> None:
    assert page_scripts()
    assert longer_than(80, page_scripts()) == []
    assert longer_than(40, [Path("app.py")]) == []


def test_sql_models_stay_short_and_begin_with_their_grain_in_chinese() -> None:
    assert sql_models()
    assert longer_than(80, sql_models()) == []
    without = [str(path) for path in sql_models() if not re.match(r"-- .*[\u4e00-\u9fff]", read(path))]
    assert without == []


def test_every_python_module_says_what_it_is_for() -> None:
    modules = [path for path in files("*.py") if read(path).strip()]
    assert [str(path) for path in modules if not ast.get_docstring(ast.parse(read(path)))] == []


def test_only_one_module_of_the_board_caches() -> None:
    board = [path for path in files("*.py") if path.parts[0] in {"app.py", "pages"}]
    caching = {str(path) for path in board if re.search(r"\bcache_(data|resource)\b", read(path))}
    assert caching <= {"pages/components/data.py"}


def test_no_thread_of_polars_calls_python() -> None:
    # Such a thread waits for the interpreter's lock, which whoever waits for that thread may hold (`to_pandas` does):
    # then the whole board stands still. docs/decisions.md, section 64.
    code = [path for path in files("*.py") if path.parts[0] in {"etl", "pages", "warehouse"}]
    assert [str(path) for path in code if re.search(r"\bmap_(elements|batches|groups|rows)\b", read(path))] == []


def is_module(name: str) -> bool:
    path = ROOT.joinpath(*name.split("."))
    return path.with_suffix(".py").is_file() or (path / "__init__.py").is_file()


def imported_by(path: Path) -> set[str]:
    """Our own modules that a file names in its imports."""
    names = set()
    for node in ast.walk(ast.parse(read(path))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return {name for name in names if name.split(".")[0] in {"pages", "warehouse"} and is_module(name)}


def test_no_page_pays_for_the_import_of_scipy_stats_or_statsmodels() -> None:
    modules = sorted(set().union(*map(imported_by, [Path("app.py"), *page_scripts()])))
    assert modules
    program = f"import sys\nfor name in {modules}: __import__(name)\nprint(*sys.modules, sep='\\n')"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert {"scipy.stats", "statsmodels"} & set(done.stdout.splitlines()) == set()


def declared_requirements() -> list[Requirement]:
    project = tomllib.loads(read(Path("pyproject.toml")))["project"]
    extras = project["optional-dependencies"].values()
    return [Requirement(text) for group in (project["dependencies"], *extras) for text in group]


def locked_versions() -> dict[str, str]:
    return dict(re.findall(r"^([a-z0-9-]+)==([^ ;]+)", read(Path("requirements.lock")), re.MULTILINE))


@pytest.mark.parametrize("requirement", declared_requirements(), ids=lambda requirement: requirement.name)
def test_the_lock_holds_what_pyproject_asks_for(requirement: Requirement) -> None:
    assert requirement.specifier.contains(locked_versions()[requirement.name])


def test_every_locked_package_is_pinned_by_hash() -> None:
    entries = re.split(r"\n(?=[a-z0-9])", read(Path("requirements.lock")))[1:]
    assert len(entries) == len(locked_versions())
    assert [entry.split("\n")[0] for entry in entries if "--hash=sha256:" not in entry] == []


def streamlit_config() -> dict[str, object]:
    """.streamlit/config.toml as dotted option names."""

    def flatten(prefix: str, table: dict[str, object]) -> dict[str, object]:
        flat: dict[str, object] = {}
        for key, value in table.items():
            flat |= flatten(f"{prefix}{key}.", value) if isinstance(value, dict) else {prefix + key: value}
        return flat

    return flatten("", tomllib.loads(read(Path(".streamlit/config.toml"))))


def test_streamlit_knows_every_option_we_set() -> None:
    # It passes over a name it does not know, so a misspelt safety switch would stay open unseen.
    from streamlit import config

    assert set(streamlit_config()) - set(config.get_config_options()) == set()


def contrast(first: str, second: str) -> float:
    """Contrast ratio of two sRGB colours after WCAG 2.2, "relative luminance"."""

    def luminance(colour: str) -> float:
        shares = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
        linear = [share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    dark, light = sorted((luminance(first), luminance(second)))
    return (light + 0.05) / (dark + 0.05)


def test_contrast_of_black_on_white_is_twenty_one() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_colours_of_the_theme_can_be_read(mode: str) -> None:
    options = streamlit_config().items()
    theme = {name.rsplit(".", 1)[1]: str(value) for name, value in options if f"theme.{mode}." in name}
    ground = theme["backgroundColor"]
    text = {name: contrast(value, ground) for name, value in theme.items() if name.lower().endswith("textcolor")}
    tinted = {
        name: contrast(theme[name.replace("Background", "Text")], value)
        for name, value in theme.items()
        if name.endswith("BackgroundColor") and name.replace("Background", "Text") in theme
    }
    marks = {name: contrast(theme[name], ground) for name in ("primaryColor", "blueColor", "orangeColor", "grayColor")}
    button = {"white letters on a button": contrast("#FFFFFF", theme["primaryColor"])}
    letters = text | tinted | button | {"linkColor": contrast(theme["linkColor"], ground)}
    assert {name: ratio for name, ratio in letters.items() if ratio < 4.5} == {}
    assert {name: ratio for name, ratio in marks.items() if ratio < 3} == {}


def test_run_names_its_commands_without_setting_anything_up() -> None:
    done = subprocess.run([str(ROOT / "run"), "help"], capture_output=True, text=True, check=True)
    assert re.findall(r"^\./run (\w+)", done.stdout, re.MULTILINE) == ["demo", "test", "bench", "lint"]


def test_run_refuses_a_command_it_does_not_know() -> None:
    done = subprocess.run([str(ROOT / "run"), "dance"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
