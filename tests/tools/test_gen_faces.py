# SPDX-License-Identifier: Apache-2.0
"""The generated faces are those of their sources, and the check sees whatever is not."""

from __future__ import annotations

import ast
import importlib.util
import shutil
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from types import ModuleType

import pytest

pytest.importorskip("ruff", reason="the tool formats what it makes with ruff")

PROJECT = Path(__file__).resolve().parents[2]
TOOL = PROJECT / "tools" / "gen_faces.py"


def load_tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("gen_faces", TOOL)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


tool = load_tool()
# Most tests change what is on the disk, so that the same text is formatted again and again.
tool._format = cache(tool._format)
PACKAGE = Path("src", "gridwire")
SOURCE, TARGET = (PACKAGE / path for path in tool.FACES[0][:2])


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """The sources and what is generated from them, as they are in the project."""
    for source, target, *_ in (*tool.FACES, *tool.CLIENTS):
        for path in (source, target):
            copy = tmp_path / PACKAGE / path
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(PROJECT / PACKAGE / path, copy)
    return tmp_path


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(TOOL), *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=60,
    )


def problems(checkout: Path, capsys: pytest.CaptureFixture[str]) -> list[str]:
    """What the check says; none when it is green."""
    status = tool.main(["--check", "--root", str(checkout)])
    said = capsys.readouterr()
    assert said.out == ""
    assert status == (1 if said.err else 0)
    return said.err.splitlines()


# -- green ----------------------------------------------------------------------------------------


def test_the_projects_own_faces_are_up_to_date():
    done = run("--check")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_copy_is_up_to_date_too(checkout: Path, capsys: pytest.CaptureFixture[str]):
    assert problems(checkout, capsys) == []


def test_every_face_has_a_banner_that_names_its_source():
    for source, target, *_ in (*tool.FACES, *tool.CLIENTS):
        second = (PROJECT / PACKAGE / target).read_text(encoding="utf-8").splitlines()[1]
        assert second == f"{tool.MARK}gridwire/{source}; do not edit."


# -- red ------------------------------------------------------------------------------------------


def edit(change: Callable[[bytes], bytes]) -> Callable[[Path], object]:
    def apply(checkout: Path) -> None:
        target = checkout / TARGET
        before = target.read_bytes()
        target.write_bytes(change(before))
        assert target.read_bytes() != before

    return apply


EDITS = {
    "one letter": edit(lambda text: text.replace(b"Store a value", b"Store  a value", 1)),
    "another default": edit(lambda text: text.replace(b"= None", b"= 60", 1)),
    "a comment": edit(lambda text: text.replace(b"\n\n\n", b"\n\n\n# by hand\n", 1)),
    "cut short": edit(lambda text: text[: len(text) // 2]),
    "cut by its last byte": edit(lambda text: text[:-1]),
    "empty": edit(lambda text: b""),
    "longer": edit(lambda text: text + b"\n"),
    "longer by a class": edit(lambda text: text + b"\n\nclass More:\n    pass\n"),
    "other line ends": edit(lambda text: text.replace(b"\n", b"\r\n")),
    "without its banner": edit(lambda text: text.replace(tool.MARK.encode(), b"# ", 1)),
    "not text": edit(lambda text: text + b"\xff"),
}


@pytest.mark.parametrize("change", EDITS.values(), ids=EDITS.keys())
def test_a_face_that_was_edited(
    checkout: Path, capsys: pytest.CaptureFixture[str], change: Callable[[Path], object]
):
    change(checkout)
    assert problems(checkout, capsys) == [f"{checkout / TARGET} is not what its source makes"]


def test_a_face_that_is_missing(checkout: Path, capsys: pytest.CaptureFixture[str]):
    (checkout / TARGET).unlink()
    assert problems(checkout, capsys) == [f"{checkout / TARGET} is missing"]


@pytest.mark.parametrize("name", ["hazelcast/proxy/old_map.py", "stray.py", "aerospike/a/b.py"])
def test_a_file_that_nothing_generates(
    checkout: Path, capsys: pytest.CaptureFixture[str], name: str
):
    stray = checkout / PACKAGE / name
    stray.parent.mkdir(parents=True, exist_ok=True)
    stray.write_bytes((checkout / TARGET).read_bytes())
    assert problems(checkout, capsys) == [f"{stray} bears the banner, but nothing generates it"]


def test_a_source_that_went_on_alone(checkout: Path, capsys: pytest.CaptureFixture[str]):
    source = checkout / SOURCE
    text = source.read_text(encoding="utf-8")
    source.write_text(text.replace('"""Get the value of a key.', '"""Fetch the value of a key.'))
    assert problems(checkout, capsys) == [f"{checkout / TARGET} is not what its source makes"]


def test_everything_is_said_at_once(checkout: Path, capsys: pytest.CaptureFixture[str]):
    stray = checkout / PACKAGE / "stray.py"
    shutil.copy(checkout / TARGET, stray)
    (checkout / TARGET).unlink()
    assert len(problems(checkout, capsys)) == 2


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        ("class Map(\n", "SyntaxError"),
        ("x = 1\n", "has not one class"),
        ("class Map:\n    '''A map.'''\n    async def get(self): ...\n", "has no return type"),
    ],
)
@pytest.mark.parametrize("mode", [["--check"], []])
def test_a_source_that_makes_no_sense(checkout: Path, broken: str, reason: str, mode: list[str]):
    (checkout / SOURCE).write_text(broken)
    before = (checkout / TARGET).read_bytes()
    done = run(*mode, "--root", checkout)
    assert done.returncode != 0
    assert reason in done.stderr
    assert (checkout / TARGET).read_bytes() == before


def test_a_source_that_is_missing(checkout: Path):
    (checkout / SOURCE).unlink()
    done = run("--check", "--root", checkout)
    assert done.returncode != 0
    assert str(checkout / SOURCE) in done.stderr


def test_the_check_writes_nothing(checkout: Path, capsys: pytest.CaptureFixture[str]):
    EDITS["longer"](checkout)
    before = {path: path.read_bytes() for path in checkout.rglob("*.py")}
    problems(checkout, capsys)
    assert {path: path.read_bytes() for path in checkout.rglob("*.py")} == before


# -- writing --------------------------------------------------------------------------------------


@pytest.mark.parametrize("change", ["cut short", "other line ends", "empty"])
def test_writing_repairs(checkout: Path, capsys: pytest.CaptureFixture[str], change: str):
    EDITS[change](checkout)
    assert tool.main(["--root", str(checkout)]) == 0
    written = capsys.readouterr().out.splitlines()
    targets = [target for _, target, *_ in (*tool.FACES, *tool.CLIENTS)]
    assert written == [str(checkout / PACKAGE / target) for target in targets]
    assert (checkout / TARGET).read_bytes() == (PROJECT / TARGET).read_bytes()
    assert problems(checkout, capsys) == []


def test_writing_makes_what_is_missing(checkout: Path):
    (checkout / TARGET).unlink()
    assert tool.main(["--root", str(checkout)]) == 0
    assert (checkout / TARGET).read_bytes() == (PROJECT / TARGET).read_bytes()


# -- what is made ---------------------------------------------------------------------------------


def class_of(text: str, name: str) -> ast.ClassDef:
    (found,) = [
        node
        for node in ast.parse(text).body
        if isinstance(node, ast.ClassDef) and node.name == name
    ]
    return found


def methods(node: ast.ClassDef) -> dict[str, ast.FunctionDef | ast.AsyncFunctionDef]:
    return {
        one.name: one
        for one in node.body
        if isinstance(one, (ast.FunctionDef, ast.AsyncFunctionDef))
    }


@pytest.mark.parametrize(("source", "target", "name"), tool.FACES)
def test_each_style_has_every_method_and_no_coroutine(source: str, target: str, name: str):
    origin = methods(class_of((PROJECT / PACKAGE / source).read_text(encoding="utf-8"), name))
    made = (PROJECT / PACKAGE / target).read_text(encoding="utf-8")
    futures = methods(class_of(made, name))
    blocking = methods(class_of(made, f"Blocking{name}"))
    assert set(futures) == {*origin, "blocking"}
    assert set(blocking) == set(origin)
    assert "await" not in made and "async " not in made
    for method, source_node in origin.items():
        if method == "__init__":
            continue
        assert ast.unparse(blocking[method].args) == ast.unparse(source_node.args)
        assert ast.unparse(futures[method].args) == ast.unparse(source_node.args)
        assert ast.get_docstring(futures[method]) == ast.get_docstring(source_node)
        returns = ast.unparse(source_node.returns or ast.Constant(None))
        if isinstance(source_node, ast.AsyncFunctionDef):
            assert ast.unparse(blocking[method].returns or ast.Constant(None)) == returns
            assert ast.unparse(futures[method].returns or ast.Constant(None)) == (
                f"Future[{returns}]"
            )


def rendered(body: str) -> str:
    source = f"""# SPDX-License-Identifier: Apache-2.0
\"\"\"A face.\"\"\"

from __future__ import annotations

from typing import TypeVar

from gridwire.hazelcast.asyncio.map import Map
from gridwire.hazelcast.control.near_engines import NearAsyncioEngine
from gridwire.hazelcast.proxy.context import ProxyContext

__all__ = ["Special"]

K = TypeVar("K")
V = TypeVar("V")


class Special(Map[K, V]):
    \"\"\"A special map.\"\"\"

    def __init__(
        self, service_name: str, name: str, engine: NearAsyncioEngine, context: ProxyContext
    ) -> None:
        super().__init__(service_name, name, engine, context)

{body}
"""
    return tool.render(source, "gridwire/special.py", "Special")


def bases(node: ast.ClassDef) -> list[str]:
    return [ast.unparse(base) for base in node.bases]


def test_a_face_that_extends_another_extends_the_one_of_its_style():
    made = rendered("    async def get(self, key: K) -> V: return await super().get(key)")
    futures, blocking = class_of(made, "Special"), class_of(made, "BlockingSpecial")
    assert bases(futures) == ["Map[K, V]"]
    assert bases(blocking) == ["BlockingMap[K, V]"]
    assert "from gridwire.hazelcast.proxy.map import BlockingMap, Map" in made
    assert "asyncio" not in made.split('"""', 2)[2]
    assert "ImmediateFuture" not in made


def test_engines_are_those_of_the_style():
    made = rendered("    async def get(self, key: K) -> V: return await super().get(key)")
    future_init = methods(class_of(made, "Special"))["__init__"]
    assert "engine: NearFutureEngine" in ast.unparse(future_init.args)
    assert "blocking: NearBlockingEngine" in ast.unparse(future_init.args)
    assert "super().__init__(service_name, name, engine, context, blocking)" in ast.unparse(
        future_init
    )
    blocking_init = methods(class_of(made, "BlockingSpecial"))["__init__"]
    assert "engine: NearBlockingEngine" in ast.unparse(blocking_init.args)


def test_what_is_returned_without_waiting_is_a_future_that_is_done():
    body = """
    async def get(self, key: K) -> V | None:
        if key:
            return found(key)
        return await self._engine.call(key)

    async def nothing(self) -> None:
        return

    def plain(self) -> int:
        return 1
"""
    made = rendered(body)
    futures, blocking = (
        methods(class_of(made, "Special")),
        methods(class_of(made, "BlockingSpecial")),
    )
    assert "return ImmediateFuture(found(key))" in ast.unparse(futures["get"])
    assert "return self._engine.call(key)" in ast.unparse(futures["get"])
    assert "return ImmediateFuture(None)" in ast.unparse(futures["nothing"])
    assert "return found(key)" in ast.unparse(blocking["get"])
    assert ast.unparse(futures["plain"]) == ast.unparse(blocking["plain"])
    assert "from gridwire.hazelcast.future import Future, ImmediateFuture" in made


# -- clients --------------------------------------------------------------------------------------

CLIENT_SOURCE = '''"""The asyncio client."""

from __future__ import annotations

from typing import Any, Self

from gridwire.aerospike.control.asyncio_engine import AsyncioEngine, make_engine

__all__ = ["AsyncClient"]


class AsyncClient:
    """A client of an Aerospike cluster, for asyncio.

    It belongs to the loop on which it connects, and serves any number of tasks at once::

        async with AsyncClient({}) as client:
            await client.connect()
    """

    def __init__(self, engine: AsyncioEngine) -> None:
        self._engine = engine

    async def __aenter__(self) -> Self:
        return self

    async def get(self, key: Any) -> int:
        """Read."""
        return await self._engine.call(key)
'''


def test_a_client_has_a_blocking_style():
    made = tool.render_client(CLIENT_SOURCE, "gridwire/x.py", "AsyncClient", "Client")
    assert "async" not in made.replace("gridwire/x.py", "").lower()
    assert "await" not in made
    node = class_of(made, "Client")
    methods = {one.name: one for one in node.body if isinstance(one, ast.FunctionDef)}
    assert list(methods) == ["__init__", "__enter__", "get"]
    assert ast.unparse(methods["get"].body[-1]) == "return self._engine.call(key)"
    assert "from gridwire.aerospike.control.blocking_engine import BlockingEngine" in made
    assert '__all__ = ["Client"]' in made
    assert "with Client({}) as client:" in made


@pytest.mark.parametrize(
    "change",
    [
        (
            "        return await",
            "        async with self:\n            pass\n        return await",
        ),
        ("from typing", "import asyncio\nfrom typing"),
        ("for asyncio.", "for loops."),
    ],
)
def test_what_a_thread_could_not_do_is_refused(change: tuple[str, str]):
    source = CLIENT_SOURCE.replace(*change)
    assert source != CLIENT_SOURCE
    with pytest.raises(ValueError, match=r"more than await|does not say"):
        tool.render_client(source, "gridwire/x.py", "AsyncClient", "Client")


@pytest.mark.parametrize(("source", "target", "name", "blocking"), tool.CLIENTS)
def test_a_blocking_client_has_every_method(source: str, target: str, name: str, blocking: str):
    theirs = class_of((PROJECT / PACKAGE / source).read_text(encoding="utf-8"), name)
    ours = class_of((PROJECT / PACKAGE / target).read_text(encoding="utf-8"), blocking)
    names = [one.name for one in theirs.body if hasattr(one, "name")]
    renamed = [{"__aenter__": "__enter__", "__aexit__": "__exit__"}.get(one, one) for one in names]
    assert [one.name for one in ours.body if hasattr(one, "name")] == renamed
    assert not any(isinstance(one, ast.AsyncFunctionDef) for one in ast.walk(ours))
