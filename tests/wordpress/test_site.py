"""The harness itself: the site is a real one, and what the tests read of it is what it holds."""

from __future__ import annotations

import pytest

from tests.wordpress.site import WordPress

pytestmark = pytest.mark.system


def test_the_site_is_a_real_one_with_an_editor_who_may_publish(wordpress: WordPress) -> None:
    status, me = wordpress.rest("users/me?context=edit")
    assert (status, me["capabilities"]["publish_posts"], me["capabilities"]["upload_files"]) == (200, True, True)
    assert float(wordpress.run("return get_bloginfo('version');")[:3]) >= 6


def test_posts_are_read_back_in_every_state(wordpress: WordPress) -> None:
    wordpress.run("wp_trash_post(wp_insert_post(['post_title' => 'One', 'post_status' => 'publish'])); return 1;")
    wordpress.run("return wp_insert_post(['post_title' => 'Two', 'post_status' => 'draft', 'post_content' => 'x']);")
    assert {post["title"]["raw"] for post in wordpress.posts()} == {"One", "Two"}
    wordpress.empty()
    assert (wordpress.posts(), wordpress.media()) == ([], [])
