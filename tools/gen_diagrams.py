#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Draw docs/images/*.svg from tables of boxes and arrows.

``--check`` writes nothing and fails when a drawing differs from what would be drawn, or when there
is one that nobody draws.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

__all__ = ["DRAWINGS", "main"]

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "images"

# Light boxes on a light ground: readable on pages of either colour.
COLOURS = {
    "face": ("#ede7f6", "#5e35b1"),
    "control": ("#e3f2fd", "#1565c0"),
    "core": ("#e8f5e9", "#2e7d32"),
    "driver": ("#fff3e0", "#e65100"),
    "good": ("#e8f5e9", "#2e7d32"),
    "bad": ("#ffebee", "#c62828"),
    "unknown": ("#fff8e1", "#f9a825"),
    "gone": ("#eeeeee", "#9e9e9e"),
    "plain": ("#ffffff", "#455a64"),
}
LINE_HEIGHT = 18

_HEAD = """\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img"
 width="{width}" height="{height}" font-family="system-ui, sans-serif" font-size="13">
<title>{title}</title>
<defs><marker id="head" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7"
 orient="auto"><path d="M0 0L10 5L0 10z" fill="#455a64"/></marker></defs>
<rect width="100%" height="100%" rx="8" fill="#fafafa"/>"""


@dataclass(frozen=True)
class Box:
    """A box with lines of text; the first one is bold where there are several."""

    x: int
    y: int
    width: int
    height: int
    kind: str
    text: tuple[str, ...]


@dataclass(frozen=True)
class Arrow:
    """A line through some points, with a head at its end and a text near its middle."""

    points: tuple[tuple[int, int], ...]
    text: str = ""
    beside: tuple[int, int] = (8, -6)


@dataclass(frozen=True)
class Drawing:
    """A picture: its title is what a reader hears who does not see it."""

    title: str
    width: int
    height: int
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]


DRAWINGS = {
    "kinds": Drawing(
        "Faces use control and core, control uses core and drivers, drivers use core alone.",
        640,
        330,
        (
            Box(30, 20, 580, 56, "face", ("faces", "public clients, test clusters, command line")),
            Box(30, 120, 400, 56, "control", ("control", "keeps a client connected; every retry")),
            Box(30, 220, 180, 86, "driver", ("drivers", "sockets and loops;", "no protocol")),
            Box(
                260,
                220,
                350,
                86,
                "core",
                ("core", "bytes, tables, decisions;", "time and chance come in as arguments"),
            ),
        ),
        (
            Arrow(((230, 76), (230, 118))),
            Arrow(((520, 76), (520, 218))),
            Arrow(((120, 176), (120, 218))),
            Arrow(((345, 176), (345, 218))),
            Arrow(((210, 263), (258, 263))),
        ),
    ),
    "outcomes": Drawing(
        "Not all bytes left: NOT_SENT. A server says that it did nothing: REJECTED. Else UNKNOWN.",
        720,
        360,
        (
            Box(
                20,
                20,
                250,
                50,
                "plain",
                ("A write failed. Had all of its", "bytes left this process?"),
            ),
            Box(
                20,
                150,
                250,
                50,
                "plain",
                ("Did a server answer, and", "does its answer mean 'not done'?"),
            ),
            Box(470, 12, 230, 66, "good", ("NOT_SENT", "nobody can have done it;", "do it again")),
            Box(
                470,
                142,
                230,
                66,
                "bad",
                ("REJECTED", "it was not done; do it again", "once the reason is gone"),
            ),
            Box(
                20,
                280,
                250,
                66,
                "unknown",
                ("UNKNOWN", "it may have been done,", "now, later or never"),
            ),
            Box(470, 280, 230, 66, "plain", ("twice does no harm: do it again", "else read first")),
        ),
        (
            Arrow(((270, 45), (468, 45)), "no", (-10, -6)),
            Arrow(((145, 70), (145, 148)), "yes, or who knows"),
            Arrow(((270, 175), (468, 175)), "yes", (-10, -6)),
            Arrow(((145, 200), (145, 278)), "no"),
            Arrow(((270, 313), (468, 313))),
        ),
    ),
    "pipeline": Drawing(
        "Requests a, b and c leave on one connection. b is cancelled; its place stays as a"
        " tombstone that takes its answer, so that c gets its own.",
        720,
        250,
        (
            Box(20, 20, 120, 40, "plain", ("caller of a",)),
            Box(20, 80, 120, 40, "gone", ("caller of b, gone",)),
            Box(20, 140, 120, 40, "plain", ("caller of c",)),
            Box(250, 20, 150, 40, "good", ("place 1: a",)),
            Box(250, 80, 150, 40, "gone", ("place 2: tombstone",)),
            Box(250, 140, 150, 40, "good", ("place 3: c",)),
            Box(520, 20, 180, 40, "plain", ("first answer",)),
            Box(520, 80, 180, 40, "plain", ("second answer",)),
            Box(520, 140, 180, 40, "plain", ("third answer",)),
            Box(250, 196, 150, 40, "driver", ("one connection",)),
        ),
        (
            Arrow(((250, 40), (142, 40))),
            Arrow(((250, 160), (142, 160))),
            Arrow(((520, 40), (402, 40))),
            Arrow(((520, 100), (402, 100)), "swallowed", (-22, -6)),
            Arrow(((520, 160), (402, 160))),
        ),
    ),
    "call": Drawing(
        "A call goes down from the face through operation, engine, session and stream, and its"
        " answer comes up the same way; retries branch off into one coroutine.",
        720,
        430,
        (
            Box(30, 20, 260, 46, "face", ("face", "scores.get('ann')")),
            Box(30, 96, 260, 46, "core", ("operation", "a Request: bytes, route, decoder")),
            Box(30, 172, 260, 46, "control", ("engine", "which connection; first attempt")),
            Box(30, 248, 260, 46, "core", ("session", "correlation id, table of calls")),
            Box(30, 324, 260, 46, "driver", ("stream", "joins writes, reads the socket")),
            Box(30, 390, 260, 30, "plain", ("cluster",)),
            Box(
                420,
                150,
                270,
                90,
                "control",
                ("invocation", "waits, tries again, gives up:", "one coroutine for every style"),
            ),
            Box(420, 324, 270, 46, "face", ("caller", "decodes the answer in its own place")),
        ),
        (
            Arrow(((160, 66), (160, 94))),
            Arrow(((160, 142), (160, 170))),
            Arrow(((160, 218), (160, 246))),
            Arrow(((160, 294), (160, 322))),
            Arrow(((160, 370), (160, 388))),
            Arrow(((290, 195), (418, 195)), "when it fails", (-36, -6)),
            Arrow(((290, 347), (418, 347)), "the answer", (-36, -6)),
            Arrow(((420, 225), (370, 225), (370, 271), (292, 271))),
        ),
    ),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Draw or compare; the exit status.

    Args:
        arguments: of the command line; `None` means those of the process.
    """
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare instead of writing")
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where the drawings are")
    options = parser.parse_args(arguments)
    wanted = {f"{name}.svg": _svg(drawing).encode() for name, drawing in DRAWINGS.items()}
    if not options.check:
        options.folder.mkdir(parents=True, exist_ok=True)
        for name, content in wanted.items():
            options.folder.joinpath(name).write_bytes(content)
        print(f"drew {', '.join(wanted)}")
        return 0
    found = {path.name: path.read_bytes() for path in options.folder.glob("*.svg")}
    stale = sorted(name for name in {*wanted, *found} if wanted.get(name) != found.get(name))
    for name in stale:
        print(f"{options.folder / name} is stale; run tools/gen_diagrams.py", file=sys.stderr)
    return 1 if stale else 0


def _svg(drawing: Drawing) -> str:
    lines = [_HEAD.format(width=drawing.width, height=drawing.height, title=escape(drawing.title))]
    for arrow in drawing.arrows:
        lines += _arrow(arrow)
    for box in drawing.boxes:
        lines += _box(box)
    return "\n".join([*lines, "</svg>", ""])


def _box(box: Box) -> Iterator[str]:
    fill, stroke = COLOURS[box.kind]
    yield (
        f'<rect x="{box.x}" y="{box.y}" width="{box.width}" height="{box.height}" rx="6"'
        f' fill="{fill}" stroke="{stroke}" stroke-width="1.5"/>'
    )
    middle = box.x + box.width // 2
    top = box.y + (box.height - LINE_HEIGHT * len(box.text)) // 2 + 13
    has_title = box.kind != "plain" and len(box.text) > 1
    for number, text in enumerate(box.text):
        weight = ' font-weight="bold"' if has_title and number == 0 else ""
        y = top + number * LINE_HEIGHT
        yield (
            f'<text x="{middle}" y="{y}" text-anchor="middle" fill="#212121"{weight}>'
            f"{escape(text)}</text>"
        )


def _arrow(arrow: Arrow) -> Iterator[str]:
    points = " ".join(f"{x},{y}" for x, y in arrow.points)
    yield (
        f'<polyline points="{points}" fill="none" stroke="#455a64" stroke-width="1.5"'
        ' marker-end="url(#head)"/>'
    )
    if arrow.text:
        (x1, y1), (x2, y2) = arrow.points[0], arrow.points[-1]
        x, y = (x1 + x2) // 2 + arrow.beside[0], (y1 + y2) // 2 + arrow.beside[1]
        said = escape(arrow.text)
        yield f'<text x="{x}" y="{y}" fill="#455a64" font-style="italic">{said}</text>'


if __name__ == "__main__":
    sys.exit(main())
