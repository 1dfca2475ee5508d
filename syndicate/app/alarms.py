"""What tells operators: the channels of [alerts], and the alarm that uses them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from syndicate.actions.alerts import Channel
from syndicate.actions.office import Office
from syndicate.connectors.alert_channels import MailChannel, WebhookChannel
from syndicate.connectors.means import Means
from syndicate.policy.alerting import Thresholds
from syndicate.settings.loading import Loaded
from syndicate.worker.alarm import Alarm


def channels_of(loaded: Loaded, means: Means) -> tuple[Channel, ...]:
    """Return the ways to operators that are configured; of several addresses of a webhook the newest counts."""
    found: list[Channel] = []
    alerts = loaded.settings.alerts
    if alerts.webhook:
        url = loaded.secrets.option("alerts", "webhook")[0].strip()
        found.append(WebhookChannel(url, means.client, means.clock))
    if alerts.email is not None and means.mailer is not None:
        found.append(MailChannel(alerts.email, means.mailer))
    return tuple(found)


def thresholds_of(loaded: Loaded) -> Thresholds:
    """Return when something is worth telling."""
    alerts = loaded.settings.alerts
    return Thresholds(
        failing_after=alerts.failing_after,
        unacknowledged_after=alerts.unacknowledged_after,
        waiting_after=alerts.waiting_after,
        quiet_after=alerts.quiet_after,
    )


@asynccontextmanager
async def alarmed(office: Office, loaded: Callable[[], Loaded], means: Means) -> AsyncIterator[None]:
    """Tell operators what is wrong until the block ends; `loaded` is the configuration in force."""
    alarm = Alarm(office, lambda: thresholds_of(loaded()), channels_of(loaded(), means))
    task = asyncio.create_task(alarm.run(), name="alarm")
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
