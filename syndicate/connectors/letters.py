"""The letters that go to one partner: subjects, headers, and which of the forms a mail takes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ByteSize, ConfigDict, Field

from syndicate.connectors.contract import Sending
from syndicate.connectors.documents import Document, Documents
from syndicate.connectors.enclosing import Enclosed
from syndicate.connectors.message import Letter
from syndicate.errors import UnwritableError
from syndicate.model.addresses import MailAddress
from syndicate.model.article import Article
from syndicate.model.delivery import EventType
from syndicate.model.text import Line, RequiredLine, shortened
from syndicate.render.letter import House, Story, digest_html, footer_html, page_html, story_html, withdrawal_html

_WORDS = ("mark", "kicker", "title", "publisher", "source")
_DIGEST_WORDS = ("publisher", "count", "title")
_LONGEST_SUBJECT = 300
_NORMAL_URGENCY = 4
# What these formats hold is what the mail says anyway.
_IN_THE_MAIL = frozenset({"article", "html"})


def _knows(*words: str) -> AfterValidator:
    def check(value: str) -> str:
        if unknown := set(re.findall(r"\{([^}]*)\}", value)) - set(words):
            known = ", ".join(f"{{{word}}}" for word in words)
            raise ValueError(f"knows no {{{min(unknown)}}}; there are {known}")
        return value

    return AfterValidator(check)


def _listed(value: object) -> object:
    return (value,) if isinstance(value, str) else value


class EmailOptions(BaseModel):
    """Who gets articles by mail, and how."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    to: Annotated[
        tuple[MailAddress, ...],
        BeforeValidator(_listed),
        Field(min_length=1, max_length=20, description="one address or a list; each gets its own transmission"),
    ]
    reply_to: Annotated[MailAddress | None, Field(description="where answers go; absent: to the sender of [smtp]")] = (
        None
    )
    digest: Annotated[bool, Field(description="one message for all that is due together, instead of one each")] = False
    subject: Annotated[RequiredLine, _knows(*_WORDS), Field(description="the subject of one article")] = (
        "{mark} {title}"
    )
    digest_subject: Annotated[RequiredLine, _knows(*_DIGEST_WORDS), Field(description="the subject of a digest")] = (
        "{publisher}: {count} articles"
    )
    update_mark: Annotated[Line, Field(description="the {mark} of an update")] = "[Update]"
    correction_mark: Annotated[Line, Field(description="the {mark} of a correction")] = "[Correction]"
    withdrawal_mark: Annotated[Line, Field(description="the {mark} of a withdrawal")] = "[Withdrawn]"
    picture_limit: Annotated[
        ByteSize,
        Field(ge=0, le=50 * 1024**2, description="what all pictures of one message may weigh; others are linked"),
    ] = ByteSize(7 * 1024**2)


class Letters:
    """Writes the letters of one partner; `name` is the partner's."""

    def __init__(self, options: EmailOptions, house: House, documents: Documents, *, name: str) -> None:
        self._options = options
        self._house = house
        self._documents = documents
        self._name = name

    def of(self, sendings: Sequence[Sending], enclosed: Enclosed, *, mid: str) -> Letter:
        """Write one letter of one or more sendings; a withdrawal stands alone."""
        first, *others = sendings
        if others:
            return self._digest(in_order(sendings), enclosed, mid=mid)
        return self._withdrawal(first, mid=mid) if first.article is None else self._story(first, enclosed, mid=mid)

    def why_not(self, sending: Sending) -> UnwritableError | None:
        """Return why a sending cannot be written, so that a digest can go without it."""
        try:
            self._attached((sending,))
        except UnwritableError as error:
            return error
        return None

    def _story(self, sending: Sending, enclosed: Enclosed, *, mid: str) -> Letter:
        article = sending.article
        assert article is not None
        subject = self._subject(sending, article)
        shown = story_html(Story(article, sending.type, enclosed.addresses), self._house)
        plain = story_html(Story(article, sending.type), self._house)
        return self._letter(mid, subject, (shown, plain), enclosed, (sending,))

    def _digest(self, sendings: Sequence[Sending], enclosed: Enclosed, *, mid: str) -> Letter:
        numbered = [(n, each.article, each.type) for n, each in enumerate(sendings, start=1) if each.article]
        words = {"publisher": self._house.publisher.title, "count": str(len(numbered)), "title": numbered[0][1].title}
        subject = filled(self._options.digest_subject, words)
        shown, plain = (
            digest_html(subject, [Story(article, kind, at, f"a{n}") for n, article, kind in numbered], self._house)
            for at in (enclosed.addresses, {})
        )
        return self._letter(mid, subject, (shown, plain), enclosed, sendings)

    def _withdrawal(self, sending: Sending, *, mid: str) -> Letter:
        # The title is what this partner was sent, not what the newsroom says now; nothing else but the note leaves.
        title = sending.remote.get("title") or sending.url or sending.article_id
        html = withdrawal_html(
            title=title,
            url=sending.url,
            article_id=sending.article_id,
            cause=sending.cause,
            note=sending.public_note,
        )
        words = {"mark": self._options.withdrawal_mark, "title": title, "publisher": self._house.publisher.title}
        return self._letter(mid, filled(self._options.subject, words), (html, html), Enclosed(), (sending,))

    def _subject(self, sending: Sending, article: Article) -> str:
        words = {
            "mark": self._marks().get(sending.type, ""),
            "kicker": article.kicker or "",
            "title": article.title,
            "publisher": self._house.publisher.title,
            "source": article.source.name if article.source else "",
        }
        return filled(self._options.subject, words)

    def _marks(self) -> Mapping[EventType, str]:
        return {EventType.UPDATED: self._options.update_mark, EventType.CORRECTED: self._options.correction_mark}

    def _letter(
        self,
        mid: str,
        subject: str,
        forms: tuple[str, str],
        enclosed: Enclosed,
        sendings: Sequence[Sending],
    ) -> Letter:
        footer = footer_html(self._house.publisher, _remarks(enclosed))
        shown, plain = (f"{form}{footer}" for form in forms)
        return Letter(
            id=mid,
            subject=subject,
            html=page_html(subject, shown, language=self._house.publisher.language),
            plain=plain,
            headers=self._headers(sendings, mid=mid),
            pictures=enclosed.files,
            documents=self._attached(sendings),
        )

    def _headers(self, sendings: Sequence[Sending], *, mid: str) -> Mapping[str, str]:
        first, *others = sendings
        headers = {
            # RFC 2919 and RFC 3834: nobody's holiday notice answers.
            "List-Id": f"<{self._name}.syndicate.{mid.rpartition('@')[2].removesuffix('>')}>",
            "Auto-Submitted": "auto-generated",
            "X-Syndicate-Type": "digest" if others else first.type.value,
        }
        return headers if others else {**headers, **_thread(first, mid=mid), **_named(first)}

    def _attached(self, sendings: Sequence[Sending]) -> Mapping[str, Document]:
        profile = self._house.profile
        if profile.format in _IN_THE_MAIL and profile.template is None:
            return {}
        documents = ((each.slug or "article", self._documents.of(each)) for each in sendings)
        return {f"{slug}.{document.suffix}": document for slug, document in documents}


def in_order(sendings: Sequence[Sending]) -> list[Sending]:
    """Put corrections first, then what is most urgent, then what is newest."""
    return sorted(sendings, key=_rank)


def filled(template: str, words: Mapping[str, str]) -> str:
    """Put words into a template; those there are none of leave no gap."""
    text = re.sub(r"\{([^}]*)\}", lambda word: words.get(word[1], ""), template)
    return shortened(text, _LONGEST_SUBJECT)


def _rank(sending: Sending) -> tuple[bool, int, float, str]:
    article = sending.article
    published_at = article.published_at.timestamp() if article and article.published_at else 0.0
    urgency = (article.urgency if article else None) or _NORMAL_URGENCY
    return sending.type is not EventType.CORRECTED, urgency, -published_at, sending.article_id


def _remarks(enclosed: Enclosed) -> Sequence[str]:
    if not enclosed.linked:
        return ()
    return (f"Pictures that are linked, too large for this mail or not to be had when it was sent: {enclosed.linked}.",)


def _thread(sending: Sending, *, mid: str) -> Mapping[str, str]:
    """Let a mail program show what follows below the first message of an article."""
    first = sending.remote.get("thread", mid)
    return {} if first == mid else {"In-Reply-To": first, "References": first}


def _named(sending: Sending) -> Mapping[str, str]:
    urgent = {"Importance": "high"} if sending.type is EventType.RETRACTED else {}
    return urgent | {
        "X-Syndicate-Id": sending.article_id,
        "X-Syndicate-Revision": str(sending.revision),
        "X-Syndicate-Delivery": sending.delivery_id,
    }
