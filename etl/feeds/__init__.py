"""The canonical record of each feed: the one list of what a source may deliver and what is archived of it."""

from __future__ import annotations

from etl.feeds import activity, incident, mediation, satisfaction, visit
from etl.feeds.field import Feed, Field
from etl.feeds.reference import ANNOTATION, ORG, POPULATION, VISIT_TARGET

# Organisations come first: every other feed names its unit by their codes and names. Files are loaded in this order,
# so that the lists and remarks at the end may name what the records before them registered.
FEEDS: dict[str, Feed] = {
    feed.name: feed
    for feed in (
        ORG,
        incident.FEED,
        mediation.FEED,
        visit.FEED,
        satisfaction.FEED,
        activity.FEED,
        POPULATION,
        VISIT_TARGET,
        ANNOTATION,
    )
}

__all__ = ["FEEDS", "Feed", "Field"]
