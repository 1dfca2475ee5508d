"""A WordPress as the newsroom's CMS: what its editors do arrives at a real service, whatever happens on the way."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.shop import ROOT, Shop, a_shop
from tests.pictures import a_jpeg
from tests.wordpress.program import a_program
from tests.wordpress.site import WordPress

pytestmark = pytest.mark.system

PLUGIN = ROOT / "wordpress" / "syndicate-newsroom"
NAME = "syndicate-newsroom/syndicate-newsroom.php"


@pytest.fixture(scope="module")
def newsroom(the_wordpress: WordPress) -> Iterator[WordPress]:
    """Install the plugin, for the tests of this file only."""
    copy = the_wordpress.root / "wp-content" / "plugins" / PLUGIN.name
    shutil.copytree(PLUGIN, copy)
    the_wordpress.run(f"return activate_plugin('{NAME}');")
    yield the_wordpress
    the_wordpress.run(f"deactivate_plugins('{NAME}'); return uninstall_plugin('{NAME}');")
    shutil.rmtree(copy)


class Desk:
    """A newsroom's WordPress and the service it hands its stories to."""

    def __init__(self, site: WordPress, shop: Shop) -> None:
        self.site = site
        self.shop = shop
        self.program = a_program(shop)

    def connect(self) -> None:
        address = f"http://127.0.0.1:{self.shop.port}"
        posted = f"['address' => '{address}', 'token' => '{self.program.token}']"
        self.site.run(f"Syndicate\\Newsroom\\save_settings({posted}); return 1;")

    def write(self, **post: Any) -> int:
        """Publish a story as an editor does; returns its number."""
        base = {"title": "New ferry sails on time", "content": "<p>It left at nine.</p>", "status": "publish"}
        status, answer = self.site.rest("posts", "POST", base | post)
        assert status == 201, answer
        number: int = answer["id"]
        return number

    def change(self, number: int, **post: Any) -> None:
        status, answer = self.site.rest(f"posts/{number}", "POST", post)
        assert status == 200, answer

    def trash(self, number: int) -> None:
        assert self.site.rest(f"posts/{number}", "DELETE")[0] == 200

    def untrash(self, number: int) -> None:
        self.site.run(f"wp_untrash_post({number}); wp_publish_post({number}); return 1;")

    def articles(self) -> list[dict[str, Any]]:
        """Return what the service holds."""
        return self.program.items("/articles")

    def article(self) -> dict[str, Any]:
        [article] = self.articles()
        return article

    def history(self) -> list[str]:
        return [entry["kind"] for entry in reversed(self.program.items("/journal"))]

    def queue(self) -> list[dict[str, str]]:
        rows: list[dict[str, str]] = self.site.run(
            "global $wpdb; return $wpdb->get_results('SELECT * FROM ' . Syndicate\\Newsroom\\table(), ARRAY_A);"
        )
        return rows

    def retry_now(self) -> None:
        self.site.run("Syndicate\\Newsroom\\try_again(); return 1;")
        self.site.run_due_events()


@pytest.fixture
def desk(newsroom: WordPress, wordpress: WordPress, tmp_path: Path) -> Desk:
    wordpress.run("global $wpdb; return $wpdb->query('DELETE FROM ' . Syndicate\\Newsroom\\table());")
    desk = Desk(newsroom, a_shop(tmp_path / "shop"))
    desk.connect()
    return desk


def test_a_story_is_published_changed_withdrawn_and_brought_back(desk: Desk) -> None:
    with desk.shop.serving():
        number = desk.write(excerpt="The first crossing.")
        desk.site.run_due_events()
        first = desk.article()
        assert (first["title"], first["summary"], first["status"]) == (
            "New ferry sails on time", "The first crossing.", "published",
        )  # fmt: skip
        desk.change(number, title="New ferry sails late")
        desk.site.run_due_events()
        assert (desk.article()["title"], desk.article()["id"]) == ("New ferry sails late", first["id"])
        desk.trash(number)
        desk.site.run_due_events()
        assert desk.article()["status"] == "retracted"
        desk.untrash(number)
        desk.site.run_due_events()
        assert desk.article()["status"] == "published"
        assert desk.history()[:4] == ["published", "updated", "retracted", "restored"]


def test_what_happens_while_the_service_is_down_arrives_when_it_is_up_and_only_the_newest(desk: Desk) -> None:
    kept, gone, never = desk.write(title="Kept"), desk.write(title="Gone"), desk.write(title="Never seen")
    with desk.shop.serving():
        desk.trash(never)
        desk.site.run_due_events()
        assert {each["title"] for each in desk.articles()} == {"Kept", "Gone"}
    for title in ("Kept 1", "Kept 2", "Kept 3"):
        desk.change(kept, title=title)
    desk.site.run(f"wp_delete_post({gone}, true); return 1;")
    desk.site.run_due_events()
    assert [row["post_id"] for row in desk.queue() if row["tries"] == "1"] == [str(gone)]
    with desk.shop.serving():
        desk.retry_now()
        found = {each["title"]: (each["status"], each["revision"]) for each in desk.articles()}
        assert found == {"Kept 3": ("published", 2), "Gone": ("retracted", 2)}
        assert [row for row in desk.queue() if row["error"]] == []


def test_pictures_come_with_their_words_and_the_featured_one_leads(desk: Desk) -> None:
    lead = desk.site.upload("lead.jpg", a_jpeg(1200, 800, "navy"))
    shown = desk.site.upload("shown.jpg", a_jpeg(900, 600, "teal"))
    desk.site.rest(f"media/{lead['id']}", "POST", {"caption": "The ferry", "alt_text": "A white ferry"})
    desk.site.run(f"return update_post_meta({lead['id']}, Syndicate\\Newsroom\\CREDIT, 'Sam Lund');")
    block = (
        f'<!-- wp:image {{"id":{shown["id"]}}} --><figure class="wp-block-image"><img src="{shown["source_url"]}"'
        f' alt="A quay" class="wp-image-{shown["id"]}"/><figcaption>The quay at <em>noon</em></figcaption></figure>'
        "<!-- /wp:image -->"
    )
    paragraph = "<!-- wp:paragraph --><p>It left at nine.</p><!-- /wp:paragraph -->"
    with desk.shop.serving():
        desk.write(content=paragraph + block + paragraph, featured_media=lead["id"])
        desk.site.run_due_events()
        article = desk.article()
    first, second = article["images"]
    assert first["url"] == lead["source_url"]
    assert (first["caption"], first["credit"], first["alt"]) == ("The ferry", "Sam Lund", "A white ferry")
    assert (first["type"], first["width"], first["height"]) == ("image/jpeg", 1200, 800)
    assert (second["url"], second["caption"], second["alt"]) == (shown["source_url"], "The quay at noon", "A quay")
    assert article["body_html"].count("<img") == 1
    assert f'<img src="{shown["source_url"]}"' in article["body_html"]
    assert "figure" not in article["body_html"]


def test_pictures_of_classic_captions_galleries_and_other_sizes_are_those_of_the_library(desk: Desk) -> None:
    one, two, three = (desk.site.upload(f"{name}.jpg", a_jpeg(900, 600)) for name in ("one", "two", "three"))
    smaller = one["media_details"]["sizes"]["medium"]["source_url"]
    classic = f'[caption width="300"]<img src="{smaller}" width="300" /> Words below[/caption]'
    gallery = "".join(
        f'<figure class="wp-block-image"><img src="{each["source_url"]}" data-id="{each["id"]}" /></figure>'
        for each in (two, three, two)
    )
    content = f'<p>Text.</p>{classic}<figure class="wp-block-gallery has-nested-images">{gallery}</figure>'
    with desk.shop.serving():
        desk.write(content=content)
        desk.site.run_due_events()
        article = desk.article()
    assert [image["url"] for image in article["images"]] == [each["source_url"] for each in (one, two, three)]
    assert article["images"][0]["caption"] == "Words below"
    assert article["body_html"].count("<img") == 3


def test_authors_terms_times_language_and_address_are_the_posts(desk: Desk) -> None:
    terms = {"name": "Harbour & Sea"}
    category, tag = (desk.site.rest(kind, "POST", terms)[1]["id"] for kind in ("categories", "tags"))
    with desk.shop.serving():
        number = desk.write(categories=[category], tags=[tag], date="2026-03-04T09:50:00", title="“Ferries” & more")
        desk.site.run_due_events()
        article = desk.article()
    assert article["title"] == "“Ferries” & more"
    assert article["authors"] == [{"name": "Gazette syndication desk"}]
    assert [each["term"] for each in article["categories"]] == ["Harbour & Sea"]
    assert article["keywords"] == ["Harbour & Sea"]
    assert article["published_at"] == "2026-03-04T09:50:00-05:00[America/New_York]"
    assert article["language"] == "en-US"
    assert article["url"] == desk.site.rest(f"posts/{number}")[1]["link"]


def test_a_correction_and_the_note_of_a_withdrawal_are_what_the_editor_wrote(desk: Desk) -> None:
    with desk.shop.serving():
        number = desk.write()
        desk.site.run_due_events()
        desk.change(number, meta={"_syndicate_correction": "It left at ten."})
        desk.site.run_due_events()
        assert desk.history() == ["published", "corrected"]
        assert [each["note"] for each in desk.article()["corrections"]] == ["It left at ten."]
        desk.site.run(f"return update_post_meta({number}, '_syndicate_public_note', 'It never sailed.');")
        desk.trash(number)
        desk.site.run_due_events()
        assert desk.article()["status"] == "retracted"
        assert b"It never sailed." in desk.shop.read(f"/articles/{desk.article()['slug']}")


@pytest.mark.parametrize("state", [{"status": "draft"}, {"status": "private"}, {"password": "sesame"}])
def test_what_readers_of_the_site_cannot_read_is_withdrawn_and_never_sent(desk: Desk, state: dict[str, str]) -> None:
    with desk.shop.serving():
        number = desk.write()
        desk.write(title="Never", **state)
        desk.site.run_due_events()
        assert desk.article()["status"] == "published"
        desk.change(number, **state)
        desk.site.run_due_events()
        assert desk.article()["status"] == "retracted"


def test_what_an_operator_retracted_does_not_come_back_by_an_edit(desk: Desk) -> None:
    with desk.shop.serving():
        number = desk.write()
        desk.site.run_due_events()
        desk.shop.run("articles", "retract", desk.article()["id"], "--reason", "court order")
        desk.change(number, title="Changed")
        desk.site.run_due_events()
        assert desk.article()["status"] == "retracted"
        [row] = desk.queue()
        assert (row["refused"], row["error"].startswith("409")) == ("1", True)


def test_a_change_that_no_hook_told_of_is_found_by_looking(desk: Desk) -> None:
    with desk.shop.serving():
        kept, gone = desk.write(title="Kept"), desk.write(title="Gone")
        desk.site.run_due_events()
        desk.site.run(
            "global $wpdb;"
            "$later = ['post_modified' => current_time('mysql'),"
            "'post_modified_gmt' => gmdate('Y-m-d H:i:s', time() + 1)];"
            f"$wpdb->update($wpdb->posts, ['post_title' => 'By hand'] + $later, ['ID' => {kept}]);"
            f"$wpdb->delete($wpdb->posts, ['ID' => {gone}]); return 1;"
        )
        desk.retry_now()
        assert {each["title"]: each["status"] for each in desk.articles()} == {
            "By hand": "published",
            "Gone": "retracted",
        }


def test_what_is_refused_waits_for_its_next_change_and_holds_up_nothing(desk: Desk) -> None:
    with desk.shop.serving():
        number = desk.write(title="x" * 5000)
        desk.write(title="Other")
        desk.site.run_due_events()
        assert desk.article()["title"] == "Other"
        [refused] = [row for row in desk.queue() if row["refused"] == "1"]
        assert "title" in refused["error"]
        desk.change(number, title="Shorter")
        desk.site.run_due_events()
        assert {each["title"] for each in desk.articles()} == {"Shorter", "Other"}


def test_a_copy_of_the_site_and_an_address_without_tls_send_nothing(desk: Desk) -> None:
    with desk.shop.serving():
        desk.write()
        desk.site.run("return update_option('syndicate_home', 'https://www.gazette.example');")
        desk.site.run_due_events()
        assert desk.articles() == []
        desk.connect()
        desk.site.run("return update_option('syndicate_address', 'http://service.example');")
        desk.site.run_due_events()
        assert [row["tries"] for row in desk.queue()] == ["0"]
        assert desk.site.run("return Syndicate\\Newsroom\\why_not();") == "The token goes over https only."


def test_the_settings_page_tells_what_waits_and_never_the_token(desk: Desk) -> None:
    desk.write(title="Waiting <b>story</b>")
    desk.site.run_due_events()
    page = desk.site.run("ob_start(); Syndicate\\Newsroom\\show_settings(); return ob_get_clean();")
    assert "waiting" in page
    assert "cURL error" in page
    assert desk.site.run("return Syndicate\\Newsroom\\token();") not in page


def test_what_another_newsrooms_service_posted_here_is_not_sent_on_as_ours(desk: Desk) -> None:
    copy = "<!-- wp:html -->\n<!-- syndicate-6516c5087b74e183bdb2 --><p>Theirs.</p>\n<!-- /wp:html -->"
    with desk.shop.serving():
        desk.write(title="Theirs", content=copy)
        desk.write(title="Ours")
        desk.site.run("Syndicate\\Newsroom\\mark_all(); return 1;")
        desk.site.run_due_events()
        assert [article["title"] for article in desk.articles()] == ["Ours"]
        assert len(desk.queue()) == 1


def test_every_published_story_is_sent_when_asked_for_and_nothing_else(desk: Desk) -> None:
    with desk.shop.serving():
        for title, status in (("One", "publish"), ("Two", "publish"), ("Draft", "draft")):
            desk.write(title=title, status=status)
        desk.site.run("global $wpdb; return $wpdb->query('DELETE FROM ' . Syndicate\\Newsroom\\table());")
        desk.site.run("return update_option('syndicate_since', '2100-01-01 00:00:00');")
        desk.retry_now()
        assert desk.articles() == []
        desk.site.run("Syndicate\\Newsroom\\mark_all(); return 1;")
        desk.site.run_due_events()
        assert {article["title"] for article in desk.articles()} == {"One", "Two"}
