"""Who an element is about: its own ids, completed from the `contacts` that stand beside it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from flows.receiving.events import Json, Person
from flows.receiving.shapes import one_of, text_of, user_id_of, wa_id_of


def person_of(holder: Json, number: str, user_id: str) -> Person:
    """The person named in `holder` under these two names; either may be absent or hold a business-scoped id."""
    if not isinstance(holder, dict):
        return Person()
    # Once a customer has a username, the place of the number may hold the business-scoped id instead.
    return Person(
        wa_id=wa_id_of(holder.get(number)),
        user_id=user_id_of(holder.get(user_id)) or user_id_of(holder.get(number)),
    )


def contact_of(element: dict[str, Json]) -> Person:
    """One entry of a `contacts` array beside messages or statuses."""
    profile = element.get("profile")
    return replace(
        person_of(element, "wa_id", "user_id"),
        name=text_of(profile, "name"),
        username=one_of(profile, "username") or text_of(element, "username"),
    )


class Contacts:
    """The contacts of one change, to be matched with the people of its elements."""

    def __init__(self, contacts: Iterable[Person], people: Iterable[Person]) -> None:
        listed = list(contacts)
        self._by_wa_id = {contact.wa_id: contact for contact in listed if contact.wa_id}
        self._by_user_id = {contact.user_id: contact for contact in listed if contact.user_id}
        # WhatsApp's id and the number that somebody writes from need not be equal, so an only contact belongs
        # to an only person even then. With several people a guess could join two customers: no guess.
        self._only = listed[0] if len(listed) == 1 and len(set(people)) == 1 else None

    def complete(self, person: Person) -> Person:
        """`person` with what the matching contact adds: the other id, the name, the username."""
        contact = next(self._matches(person), None)
        if contact is None:
            return person
        return Person(
            wa_id=person.wa_id or contact.wa_id,
            user_id=person.user_id or contact.user_id,
            name=contact.name,
            username=contact.username,
        )

    def _matches(self, person: Person) -> Iterator[Person]:
        if person.user_id in self._by_user_id:
            yield self._by_user_id[person.user_id]
        if person.wa_id in self._by_wa_id:
            yield self._by_wa_id[person.wa_id]
        if self._only is not None:
            yield self._only
