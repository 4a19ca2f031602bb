"""What the tests of repair do to dead events, over HTTP and in the database."""

import json
from uuid import uuid4

from impl.platforms.errors import UnusableDelivery
from impl.platforms.stripe import Stripe, samples

DEAD = "/api/events/dead"


class OlderStripe(Stripe):
    """The processor as an older release of ours knew it."""

    def read(self, notification):
        """Refuses what the reader of today understands."""
        raise UnusableDelivery("unknown_provider_event", "too new for us", "/type")


OLDER_STRIPE = OlderStripe()


async def retry(site, dead_id, **body):
    return await site.ask("POST", f"{DEAD}/{dead_id}/retry", role="manager", body=body or None)


async def state(owner, dead_id):
    return await owner.fetchrow("SELECT * FROM dead_events WHERE id = $1", dead_id)


async def bury_touch(site, **changes):
    answer = await site.send(site.touch(**changes))
    return answer.json()["results"][0]["dead_event_id"]


def charge(item=None, **event):
    return stripe("charge.succeeded", {"id": f"ch_{uuid4().hex}"} | (item or {}), **event)


def stripe(topic, item, **event):
    """The body of a delivery of Stripe."""
    return json.dumps(samples.load(topic, event={"id": f"evt_{uuid4().hex}"} | event, item=item)).encode()
