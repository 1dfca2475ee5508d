"""What to change when a WordPress site refuses, by its own word for it."""

from __future__ import annotations

_CREDENTIALS = (
    "user and application password do not fit; make a new one under Users, Profile, Application Passwords,"
    " and see that the site's proxy passes Authorization on and tells WordPress of https"
)
_ROLE = "the account's role may not do that; the role Author writes and publishes posts and uploads pictures"
_POST = f"{_ROLE}; posts of other authors, such as one that editors there gave away, need the role Editor"
_ADVICE = {
    "rest_not_logged_in": _CREDENTIALS,
    "rest_forbidden": _CREDENTIALS,
    "incorrect_password": _CREDENTIALS,
    "invalid_username": _CREDENTIALS,
    "invalid_email": _CREDENTIALS,
    "application_passwords_disabled": "the site has application passwords turned off; a security plugin may do that",
    "application_passwords_disabled_for_user": "the site allows this account no application passwords",
    "rest_cannot_create": _ROLE,
    "rest_cannot_publish": f"{_ROLE}; or set status to pending",
    "rest_cannot_edit": _POST,
    "rest_cannot_delete": _POST,
    "rest_forbidden_context": _POST,
    "rest_forbidden_status": _ROLE,
    "rest_cannot_assign_term": f"{_ROLE}; or set terms to none",
    "rest_cannot_edit_others": "posting in others' names needs the role Editor; or set author to account",
    "rest_invalid_author": "that user cannot be an author; or set author to account",
    "rest_no_route": "the site has no such part of the API; a plugin may have turned it off",
    "rest_disabled": "a plugin has turned the site's API off",
    "rest_upload_file_too_big": "the picture is larger than the site takes",
}


# What the account may not do with this post says nothing of what it may do with others.
_ABOUT_ONE_POST = frozenset({"rest_cannot_edit", "rest_cannot_delete", "rest_forbidden_context", "rest_cannot_read"})


def is_about_one_post(code: str) -> bool:
    """Tell whether a refusal is about this post, such as one that editors there gave to another author."""
    return code in _ABOUT_ONE_POST


def advice(code: str) -> str:
    """Return what to change, as the end of a sentence; empty for what nobody here can mend."""
    return f": {_ADVICE[code]}" if code in _ADVICE else ""
