"""The whole demo in this process: both papers' pages, and the stage around them."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import aiohttp
import pytest

from syndicate.demo.greeting import greeting
from syndicate.demo.run import Show, Wishes, showing

LINK = re.compile(r'<(?:a|link|img|script|iframe)\b[^>]*? (?:href|src)="([^"]+)"')


class Visitor:
    """Somebody with a browser in front of a running demo."""

    def __init__(self, show: Show, session: aiohttp.ClientSession) -> None:
        self.show = show
        self.first, self.second = (paper.root for paper in show.papers)
        self.session = session

    async def get(self, url: str) -> tuple[int, str]:
        async with self.session.get(url) as answer:
            return answer.status, await answer.text(errors="replace")

    async def press(self, button: str, article: str = "", origin: str | None = None) -> tuple[int, str]:
        """Press a button of the stage; returns the status and the address it leads to."""
        headers = {"Origin": origin or self.first}
        form = {"article": article}
        url = f"{self.first}/demo/{button}"
        async with self.session.post(url, data=form, headers=headers, allow_redirects=False) as answer:
            return answer.status, answer.headers.get("Location", "")

    async def publish(self) -> str:
        _, where = await self.press("publish")
        return where.partition("article=")[2]

    async def line(self, article: str) -> str:
        return (await self.get(f"{self.first}/demo/line?article={article}"))[1]

    async def sees(self, article: str, *signs: str) -> None:
        async with asyncio.timeout(15):
            line = await self.line(article)
            while not all(sign in line for sign in signs):
                await asyncio.sleep(0.1)
                line = await self.line(article)


@pytest.fixture
async def visitor(tmp_path: Path) -> AsyncIterator[Visitor]:
    wishes = Wishes(data=tmp_path / "data", project=tmp_path, ports=(0, 0), fresh=False)
    async with showing(wishes) as show, aiohttp.ClientSession() as session:
        yield Visitor(show, session)


async def test_no_link_of_either_paper_leads_nowhere(visitor: Visitor) -> None:
    ferry = "the-ferry-that-learned-to-whisper"
    await visitor.sees(ferry, "Both papers show revision 1.")
    open_links, broken, visited = [visitor.first + "/demo", visitor.first + "/", visitor.second + "/"], [], set()
    while open_links:
        url = open_links.pop()
        status, text = await visitor.get(url)
        visited.add(url)
        if status != 200:
            broken.append((status, url))
        found = [urljoin(url, link.partition("#")[0]) for link in LINK.findall(text)] if "<html" in text else []
        ours = [each for each in found if each.startswith((visitor.first, visitor.second))]
        open_links += [each for each in dict.fromkeys(ours) if each not in visited and each not in open_links]
    assert broken == []
    assert len(visited) > 60


async def test_the_front_page_leads_with_the_newest_story_though_an_older_one_was_corrected(visitor: Visitor) -> None:
    await visitor.press("correct", "harbour-cat-retires-more-or-less")
    _, text = await visitor.get(f"{visitor.first}/")
    assert text.index("The ferry that learned to whisper") < text.index("Harbour cat retires")


async def test_only_the_stage_may_show_the_papers_in_frames_and_nobody_the_stage(visitor: Visitor) -> None:
    policies = []
    for url in (f"{visitor.first}/", f"{visitor.second}/", f"{visitor.first}/demo"):
        async with visitor.session.get(url) as answer:
            policies.append(answer.headers["Content-Security-Policy"].rpartition("frame-ancestors ")[2])
    port = urlsplit(visitor.first).port
    own = f"http://127.0.0.1:{port} http://localhost:{port}"
    assert policies == [own, own, "'none'"]


async def test_the_stage_needs_no_inline_script_or_style(visitor: Visitor) -> None:
    async with visitor.session.get(f"{visitor.first}/demo") as answer:
        text, policy = await answer.text(), answer.headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert re.findall(r"<script(?![^>]* src=)|<style| style=| on[a-z]+=", text) == []
    assert f"frame-src {visitor.first} {visitor.second};" in policy


@pytest.mark.parametrize("retracted", [False, True])
async def test_each_press_publishes_another_story(visitor: Visitor, retracted: bool) -> None:
    first = await visitor.publish()
    if retracted:
        await visitor.press("retract", first)
    assert await visitor.publish() not in (first, "")


async def test_another_site_cannot_press_a_button(visitor: Visitor) -> None:
    status, _ = await visitor.press("retract", "the-ferry-that-learned-to-whisper", origin="http://evil.example")
    assert status == 403
    assert (await visitor.get(f"{visitor.first}/articles/the-ferry-that-learned-to-whisper"))[0] == 200


@pytest.mark.parametrize("button", ["correct", "retract", "restore"])
async def test_a_button_that_cannot_do_it_says_why(visitor: Visitor, button: str) -> None:
    async with visitor.session.post(
        f"{visitor.first}/demo/{button}", data={"article": "no-such-story"}, headers={"Origin": visitor.first}
    ) as answer:
        assert answer.status == 409
        assert "no-such-story" in await answer.text()


async def test_a_restored_story_is_back_on_both_papers(visitor: Visitor) -> None:
    ferry = "the-ferry-that-learned-to-whisper"
    await visitor.sees(ferry, "Both papers show")
    await visitor.press("retract", ferry)
    await visitor.sees(ferry, "no copy is left")
    await visitor.press("restore", ferry)
    await visitor.sees(ferry, "Both papers show")
    for paper in (visitor.first, visitor.second):
        assert (await visitor.get(f"{paper}/articles/{ferry}"))[0] == 200


async def test_a_story_withdrawn_while_the_partner_is_away_never_stays_there(visitor: Visitor) -> None:
    ferry = "the-ferry-that-learned-to-whisper"
    await visitor.sees(ferry, "Both papers show")
    await visitor.press("unplug", ferry)
    await visitor.press("retract", ferry)
    await visitor.sees(ferry, "The retraction cannot reach The Meridian", "connection refused")
    await visitor.press("reconnect", ferry)
    await visitor.sees(ferry, "no copy is left")
    assert (await visitor.get(f"{visitor.second}/articles/{ferry}"))[0] == 410


async def test_the_agencys_pictures_stay_with_the_paper_that_holds_the_licence(visitor: Visitor) -> None:
    fog = "one-light-three-coasts-strait-states-agree-on-fog"
    await visitor.sees(fog, "Both papers show")
    pages = [(await visitor.get(f"{paper}/articles/{fog}"))[1] for paper in (visitor.first, visitor.second)]
    assert ["Northlight" in page for page in pages] == [True, False]


async def test_the_greeting_names_what_can_be_opened_and_pasted(visitor: Visitor) -> None:
    text = greeting(visitor.show, program="/opt/bin/syndicate")
    assert f"{visitor.first}/demo" in text
    assert visitor.show.token in text
    assert f"/opt/bin/syndicate --config {visitor.show.homes.folder('harbour') / 'config.toml'}" in text
    for url in set(re.findall(r"(http://[\d.:]+/(?:demo|feeds[\w/.]*)?)[ ,]", text)):
        assert (await visitor.get(url))[0] == 200
