"""The review list as an analyst reads and signs it."""

from collections.abc import Iterator
from datetime import date

from cvg_warehouse.ingest.combining import combine
from cvg_warehouse.ingest.links import Link, pairs_of, review_id
from cvg_warehouse.ingest.quarantine import Quarantine
from cvg_warehouse.ingest.store import Store
from cvg_warehouse.terminal import Refusal

ALL = "all"
REASONS = {
    "same_identity": "one name, first name and birth date under several numbers",
    "same_identifier": "one number for several names or birth dates",
    "same_number_before": "one number at several worksites before the migration",
}


def listed(store: Store) -> Iterator[str]:
    """A line for each open entry and for each decision, and one for how many there are."""
    entries = store.open_review()
    for found in entries:
        where, who = ", ".join(found.worksites), ", ".join(found.people)
        yield f"{review_id(found)}  {REASONS[found.reason]}: {where} ({who})"
    for link in store.links:
        verdict = "one person" if link.is_one_person else "different people"
        pair = " and ".join(dict.fromkeys((link.first, link.second)))
        yield f"signed    {verdict}: {pair}, by {link.signed_by} on {link.signed_on}"
    one = sum(link.is_one_person for link in store.links)
    yield (
        f"{len(entries):,} to review; signed: {one:,} pairs are one person, "
        f"{len(store.links) - one:,} are not"
    )


def signed(
    store: Store, key: bytes, one: list[str], apart: list[str], undo: list[str], by: str
) -> int:
    """Write these decisions into the exports; how many entries they are about.

    Raises Refusal where one of the ids is not on the review list, or nothing is signed on a
    pseudonym.
    """
    open_entries = {review_id(found): found for found in store.open_review()}
    if one == [ALL]:
        one = [name for name, e in open_entries.items() if e.reason == "same_identity"]
    unknown = [name for name in (*one, *apart) if name not in open_entries]
    if unknown:
        raise Refusal(f"{unknown[0]}: not on the review list; cvg link without an option shows it")
    both = set(one) & set(apart)
    if both:
        raise Refusal(f"{both.pop()}: cannot be one person and different people")
    kept = [link for link in store.links if not {link.first, link.second} & set(undo)]
    if undo and len(kept) == len(store.links):
        raise Refusal("nothing is signed on this pseudonym")
    taken_back = len(store.links) - len(kept)
    today = date.today().isoformat()
    new = [
        Link(*pair, name in one, by, today)
        for name in (*one, *apart)
        for pair in pairs_of(open_entries[name].people)
    ]
    replaced = {(link.first, link.second) for link in new}
    store.links = [link for link in kept if (link.first, link.second) not in replaced] + new
    sent = store.sent_before()
    combined = combine([], sent, store.before(key), key)
    store.write(combined, store.manifest, Quarantine(store.quarantine, sent, key, combined.names))
    return len(one) + len(apart) + taken_back
