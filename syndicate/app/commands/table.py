"""Every command by name: the one table that the command line and the control socket share."""

from __future__ import annotations

from collections.abc import Mapping

from syndicate.app.commands import articles, auditing, building, feeds, importing, linting, operating, partners, past
from syndicate.app.commands.command import Command

COMMANDS: Mapping[str, Command] = {
    "about": operating.about,
    "alerts.list": operating.list_alerts,
    "alerts.test": operating.test_alerts,
    "articles.copies": articles.copies_left,
    "articles.correct": articles.correct,
    "articles.erase": articles.erase,
    "articles.history": articles.history,
    "articles.list": articles.listing,
    "articles.put": articles.put,
    "articles.release": articles.let_go,
    "articles.restore": articles.restore,
    "articles.retract": articles.withdraw_everywhere,
    "articles.send": articles.send,
    "articles.show": articles.show,
    "articles.withdraw": articles.withdraw,
    "copies.confirm": partners.confirm_copy,
    "copies.list": partners.list_copies,
    "deliveries.list": partners.list_deliveries,
    "deliveries.retry": partners.retry_delivery,
    "deliveries.show": past.show_delivery,
    "feeds.diff": past.diff,
    "feeds.document": past.document,
    "feeds.lint": linting.lint,
    "feeds.build": building.build,
    "feeds.list": feeds.listing,
    "feeds.readers": feeds.list_readers,
    "feeds.show": feeds.show,
    "feeds.show_as_of": past.show,
    "halt": operating.halt,
    "import": importing.import_documents,
    "partners.audit": auditing.audit,
    "partners.list": partners.listing,
    "partners.pause": partners.pause,
    "partners.preview": partners.preview,
    "partners.replay": partners.replay,
    "partners.report": partners.make_report,
    "partners.resume": partners.resume,
    "partners.show": partners.show,
    "partners.show_as_of": past.show_partner,
    "partners.test": partners.test,
    "resume": operating.resume,
    "tokens.create": operating.create_token,
    "tokens.list": operating.list_tokens,
    "tokens.revoke": operating.revoke_token,
    "upstreams.list": partners.list_upstreams,
}
