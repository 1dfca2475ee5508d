"""`syndicate demo` as a newcomer meets it: the real process, its two papers, its stage, and Ctrl-C."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from syndicate.demo.ports import listen
from tests.journeys.demo import ARRIVE_SECONDS, a_demo, exchange, until

CATCH_UP_SECONDS = 8.0


def refuses_connections(url: str) -> bool:
    try:
        exchange("GET", url)
    except ConnectionRefusedError:
        return True
    return False


def test_a_story_goes_out_is_corrected_behind_a_partners_back_and_withdrawn_everywhere(tmp_path: Path) -> None:
    with a_demo(tmp_path, "--port", "0", "--second-port", "0") as demo:
        slug = demo.press("publish").partition("article=")[2]
        ours, theirs = (f"{paper}/articles/{slug}" for paper in (demo.first, demo.second))
        assert demo.get(ours)[0] == 200
        until(lambda: demo.get(theirs)[0] == 200, ARRIVE_SECONDS)
        assert re.search(r"Posted on: <a [^>]*>Harbour Daily</a>", demo.get(theirs)[1])

        demo.press("unplug", slug)
        assert refuses_connections(theirs)
        demo.press("correct", slug)
        # The third try would come half a minute later: what arrives soon was sent because of the reconnection.
        until(lambda: "2 attempts so far: connection refused" in demo.line(slug), ARRIVE_SECONDS)
        assert '<b class="badge waiting">waiting</b> <span>corrected, revision 2' in demo.line(slug)
        assert "This story has been corrected" in demo.get(ours)[1]

        demo.press("reconnect", slug)
        until(lambda: "This story has been corrected" in demo.get(theirs)[1], CATCH_UP_SECONDS)

        demo.press("retract", slug)
        assert demo.get(ours)[0] == 410
        until(lambda: demo.get(theirs)[0] == 410, ARRIVE_SECONDS)
        assert "no copy is left" in demo.line(slug)
        assert "deleted-entry" in demo.get(f"{demo.first}/feeds/latest.atom")[1]
        assert demo.stop() == 0
        assert demo.text.endswith("Stopped.\n")


@pytest.mark.system
def test_what_the_demo_prints_to_paste_works_when_it_is_pasted(tmp_path: Path) -> None:
    with a_demo(tmp_path, "--port", "0", "--second-port", "0") as demo:
        calls = re.findall(r"^  (curl (?:.*\\\n)*.*)$", demo.text, re.MULTILINE)
        statuses = [pasted(f"{call} --silent --output /dev/null --write-out '%{{http_code}}'") for call in calls]
        assert statuses == ["201", "200", "200"]
        history, copies = re.findall(r"^  (\S.* --config .*)$", demo.text, re.MULTILINE)
        assert "restored" in pasted(history)
        until(lambda: "hello-from-the-command-line" in pasted(copies), ARRIVE_SECONDS)
        assert demo.stop() == 0


def pasted(command: str) -> str:
    paths = {"PYTHONPATH": str(Path(__file__).resolve().parents[2])}
    env = os.environ | paths
    return subprocess.run(
        command, shell=True, check=True, stdout=subprocess.PIPE, text=True, timeout=30, env=env
    ).stdout


def test_a_busy_port_is_named_and_the_demo_is_kept_for_the_next_start(tmp_path: Path) -> None:
    with listen(0) as busy:
        taken = busy.getsockname()[1]
        with a_demo(tmp_path, "--port", str(taken), "--second-port", "0") as demo:
            assert f"Port {taken} is busy; taking {urlsplit(demo.first).port} instead." in demo.text
            assert demo.get(f"{demo.first}/")[0] == 200
            slug = demo.press("publish").partition("article=")[2]
            ports = [str(urlsplit(paper).port) for paper in (demo.first, demo.second)]
            assert demo.stop() == 0
    options = ("--port", ports[0], "--second-port", ports[1])
    with a_demo(tmp_path, *options) as again:
        assert again.get(f"{again.first}/articles/{slug}")[0] == 200
        assert again.stop() == 0
    with a_demo(tmp_path, *options, "--fresh") as anew:
        assert anew.get(f"{anew.first}/articles/{slug}")[0] == 404
        assert anew.stop() == 0
