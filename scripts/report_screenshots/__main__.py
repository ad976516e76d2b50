"""Reports of a sample database, of the demo and of an empty database, and a picture of each in every way it is seen."""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from click.testing import CliRunner

import plainbase
from plainbase.cli import demo
from plainbase.errors import PlainbaseError
from plainbase.platform import report, sample
from report_screenshots import chromium

PHONE, DESK = 390, 1440


async def _reports(folder: Path) -> list[Path]:
    """Write the reports, all but that of the demo."""
    found = [folder / name for name in ("platform.html", "experiment.html", "empty.html", "platform.pdf")]
    async with plainbase.open(f"sqlite:///{folder / 'sample.db'}", migrate=True) as db:
        await sample.load(db, until=datetime.now(UTC))
        await db.refresh_all()
        experiment = next(
            row.experiment_id
            for row in await db.experiment_summary.list(limit=1000)
            if row.evaluations and row.runs > 1
        )
        whole = await report.gather(db)
        await report.write(whole, found[0])
        await report.write(await report.gather(db, experiment), found[1])
        await report.write(whole, found[3])
    async with plainbase.open("sqlite://", migrate=True) as db:
        await report.write(await report.gather(db), found[2])
    return found[:3]


def _demo(folder: Path) -> Path:
    """Run the demo, which keeps what it makes in the folder `demo`."""
    os.chdir(folder)
    ran = CliRunner().invoke(demo.main, [])
    if ran.exit_code:
        sys.exit(f"report-screenshots: {ran.output.strip()}")
    return demo.REPORT.absolute()


def main() -> None:
    """Take the pictures and say where they are; exit code 1 where a page is wider than its window."""
    if len(sys.argv) > 2 or sys.argv[1:2] in (["-h"], ["--help"]):
        sys.exit("usage: scripts/report-screenshots [FOLDER]")
    try:
        with chromium.running() as page:
            folder = Path(sys.argv[1] if sys.argv[1:] else tempfile.mkdtemp(prefix="plainbase-report-")).absolute()
            folder.mkdir(parents=True, exist_ok=True)
            if any(folder.iterdir()):
                sys.exit(f"report-screenshots: {folder} is not empty")
            wide = _pictures(page, [*asyncio.run(_reports(folder)), _demo(folder)], folder)
    except (PlainbaseError, RuntimeError, OSError) as error:
        sys.exit(f"report-screenshots: {error}")
    print(folder)
    if wide:
        sys.exit(f"report-screenshots: wider than the window: {', '.join(wide)}")


def _pictures(page: chromium.Page, files: list[Path], folder: Path) -> list[str]:
    wide = []
    for file in files:
        name = file.parent.name if file.stem == "report" else file.stem
        for width, place in ((PHONE, "phone"), (DESK, "desk")):
            for dark in (False, True):
                page.open(file, width=width, dark=dark)
                picture = folder / f"{name}-{place}-{'dark' if dark else 'light'}.png"
                picture.write_bytes(page.picture())
                if page.wider_than_shown():
                    wide.append(picture.name)
        (folder / f"{name}-printed.pdf").write_bytes(page.printed())
    return wide


if __name__ == "__main__":
    main()
