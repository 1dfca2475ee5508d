"""What import-linter cannot say about the rooms: calls, sizes, names and handlers."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from tests.architecture.source import Module, functions, imported, modules, modules_of

PURE = ("errors", "model", "policy", "render", "parse")
# A pure room is handed the time, chance and new names; it may not fetch them. `uuid5` computes and is free.
IMPURE_CALLS = {
    "datetime.now", "datetime.utcnow", "datetime.today", "date.today",
    "time.time", "time.time_ns", "time.monotonic", "time.perf_counter", "time.sleep",
    "os.urandom", "os.getenv", "uuid.uuid1", "uuid.uuid4", "uuid1", "uuid4", "open",
}  # fmt: skip
IMPURE_MODULES = ("random.", "secrets.")
# Only the means of telling when, never what runs it.
CLOCKWORK = "apscheduler.triggers."
# The contract between actions and connectors; a concrete connector is known to `app` only.
CONNECTOR_CONTRACT = ("syndicate.connectors.contract", "syndicate.connectors.means")
VAGUE_NAMES = {"utils", "util", "helpers", "helper", "common", "manager", "managers", "base", "misc"}
MAX_FILE_LINES = 300
MAX_FUNCTION_LINES = 45
# Files above the limit, each with its reason. Empty, and meant to stay so.
LONG_FILES: dict[str, str] = {}
# Files that may catch everything, each with its reason. A loop that must outlive one bad turn, and no other.
CATCH_ALL = {
    "syndicate/actions/release.py": "an article that cannot be released is set aside, and the others are released",
    "syndicate/actions/send.py": "a connector, perhaps somebody's own, that breaks costs its attempt and no other",
    "syndicate/app/connections.py": "a connector that cannot be closed must not keep a configuration from taking",
    "syndicate/connectors/drops/disk.py": "what breaks in the thread is for whoever waits, and the thread goes on",
    "syndicate/connectors/own.py": "a user's module that breaks is a problem of the configuration and stops nothing",
    "syndicate/worker/alarm.py": "a bug in what is looked at must not end the alarm for good",
    "syndicate/worker/dispatch.py": "a bug in one partner's rows costs its turn and not all deliveries",
    "syndicate/worker/followers.py": "a bug in what follows the store must end neither it nor the service",
    "syndicate/worker/offering.py": "a bug in one article's offer costs its turn and not all offers from then on",
    "syndicate/worker/outcomes.py": "an outcome that cannot be written costs itself and not the others",
    "syndicate/worker/clockwork.py": "a bug in what the clock asks for must not stop it for good",
    "syndicate/web/problems.py": "a bug in one handler costs that request, and is answered and logged as one",
    "syndicate/sandbox/worker.py": "a bug in a job costs that job, and its traceback reaches whoever asked for it",
    "syndicate/store/sqlite.py": "one transaction of a group fails alone: its caller gets the error, the others commit",
}


def dotted(node: ast.expr) -> str:
    """Write `a.b.c` for a name or attribute, else an empty string."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute) and (owner := dotted(node.value)):
        return f"{owner}.{node.attr}"
    return ""


def calls(module: Module) -> list[tuple[str, ast.Call]]:
    return [(dotted(node.func), node) for node in ast.walk(module.tree) if isinstance(node, ast.Call)]


def is_impure(call: str) -> bool:
    short = ".".join(call.split(".")[-2:])
    return call in IMPURE_CALLS or short in IMPURE_CALLS or short.startswith(IMPURE_MODULES)


def is_written_sql(node: ast.expr) -> bool:
    """Tell whether a statement is put together from parts instead of being bound."""
    if isinstance(node, ast.JoinedStr):
        return any(isinstance(part, ast.FormattedValue) for part in node.values)
    if isinstance(node, ast.BinOp):
        return isinstance(node.op, ast.Mod | ast.Add)
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "format"


def catches_everything(handler: ast.ExceptHandler) -> bool:
    """Tell whether a handler swallows any error; one that ends by raising it again only tidies up."""
    last = handler.body[-1]
    if isinstance(last, ast.Raise) and last.exc is None:
        return False
    caught = handler.type
    if caught is None:
        return True
    names = caught.elts if isinstance(caught, ast.Tuple) else [caught]
    return any(dotted(name).rpartition(".")[2] in ("Exception", "BaseException") for name in names)


@pytest.mark.parametrize(
    ("handler", "everything"),
    [("except: pass", True), ("except Exception: pass", True), ("except (OSError, BaseException) as e: e", True),
     ("except BaseException: raise", False), ("except OSError: pass", False)],
)  # fmt: skip
def test_a_handler_that_swallows_everything_is_known_as_such(handler: str, everything: bool) -> None:
    tree = ast.parse(f"try: pass\n{handler}")
    assert [catches_everything(node) for node in ast.walk(tree) if isinstance(node, ast.ExceptHandler)] == [everything]


@pytest.mark.parametrize("call", ["datetime.now", "dt.datetime.now", "uuid.uuid4", "random.random", "open"])
def test_a_call_that_is_not_pure_is_known_as_such(call: str) -> None:
    assert is_impure(call)


def test_pure_rooms_ask_nobody_for_the_time_chance_or_a_file() -> None:
    found = [f"{module.place(node)} {name}" for module in modules_of(*PURE) for name, node in calls(module)
             if is_impure(name)]  # fmt: skip
    assert found == []


def test_policy_takes_only_triggers_from_the_scheduler() -> None:
    found = [f"{module.place(node)} {name}" for module in modules() for name, node in imported(module)
             if module.room in PURE and name.startswith("apscheduler") and not name.startswith(CLOCKWORK)]  # fmt: skip
    assert found == []


def test_actions_know_no_connector_by_name() -> None:
    found = [f"{module.place(node)} {name}" for module in modules_of("actions") for name, node in imported(module)
             if name.startswith("syndicate.connectors") and not name.startswith(CONNECTOR_CONTRACT)]  # fmt: skip
    assert found == []


@pytest.mark.parametrize(
    ("statement", "written"),
    [("f'select {a}'", True), ("'select %s' % a", True), ("'select ' + a", True), ("'s {}'.format(a)", True),
     ("'select :a'", False), ("f'select 1'", False)],
)  # fmt: skip
def test_a_statement_put_together_from_parts_is_known_as_such(statement: str, written: bool) -> None:
    assert is_written_sql(ast.parse(statement, mode="eval").body) is written


def test_the_store_binds_its_values_and_writes_none_into_a_statement() -> None:
    found = [module.place(node) for module in modules_of("store") for name, node in calls(module)
             if name.rpartition(".")[2] in ("text", "execute", "exec_driver_sql", "executescript")
             and node.args and is_written_sql(node.args[0])]  # fmt: skip
    assert found == []


def test_a_module_is_named_for_its_subject() -> None:
    assert [module.name for module in modules() if set(module.path.with_suffix("").parts) & VAGUE_NAMES] == []


def test_a_module_says_what_it_is_for() -> None:
    assert [module.name for module in modules() if not ast.get_docstring(module.tree)] == []


def test_a_file_can_be_read_in_one_sitting() -> None:
    # A migration is written once and read from top to bottom.
    lengths = {each.name: len(each.text.splitlines()) for each in modules() if "/migrations/" not in each.name}
    assert {name: lines for name, lines in lengths.items() if lines > MAX_FILE_LINES and name not in LONG_FILES} == {}


def test_a_function_fits_on_a_screen() -> None:
    found = [f"{module.place(function)} {function.name}" for module in modules() for function in functions(module)
             if function.end_lineno and function.end_lineno - function.lineno >= MAX_FUNCTION_LINES]  # fmt: skip
    assert found == []


def test_only_a_loop_boundary_catches_everything() -> None:
    found = {module.place(node): module.name for module in modules() for node in ast.walk(module.tree)
             if isinstance(node, ast.ExceptHandler) and catches_everything(node)}  # fmt: skip
    assert [place for place, name in found.items() if name not in CATCH_ALL] == []
    assert set(CATCH_ALL) <= set(found.values()), "an exception to the rule that nobody needs any more"


def test_no_folder_of_tests_needs_the_tests_of_another() -> None:
    folder = Path(__file__).resolve().parents[1]
    found = [
        f"{file.relative_to(folder)}: {other}"
        for file in folder.rglob("*.py")
        for other in re.findall(r"^from tests\.(\w+)\.test_\w+ import", file.read_text("utf-8"), re.MULTILINE)
        if other != file.parent.name
    ]
    assert found == []
