from __future__ import annotations

from tests.rows.tables import table

from pgproof.rows.model.agreements import with_agreements
from pgproof.rows.model.meetings import Meeting, meetings
from pgproof.rows.model.order import in_filling_order
from pgproof.rows.model.tables import TableModel


def met(tables: list[TableModel], of: str) -> dict[str, set[tuple[str, ...]]]:
    """For a table the ancestors on which its paths agree, with the paths; foreign keys by their last column."""
    agreed = {t.name: t for t in with_agreements(in_filling_order(tables)[0])}
    child = next(t for t in agreed.values() if t.name.name == of)

    def short(meeting: Meeting) -> set[tuple[str, ...]]:
        return {tuple(hop.removesuffix("_fkey").partition("_")[2] for hop in path) for path in meeting.paths}

    return {meeting.target.name: short(meeting) for meeting in meetings(child, agreed)}


CHAT = [
    table("tenants", "id"),
    table("users", "id", "tenant_id -> tenants"),
    table("conversations", "id", "tenant_id -> tenants", "user_id -> users"),
    table("messages", "id", "tenant_id -> tenants", "conversation_id -> conversations", "user_id -> users"),
]


def test_a_message_its_conversation_its_user_and_its_tenant_agree() -> None:
    assert met(CHAT, "messages") == {
        "tenants": {("tenant_id",), ("conversation_id", "tenant_id"), ("user_id", "tenant_id")},
        "users": {("user_id",), ("conversation_id", "user_id")},
    }


def test_a_key_over_two_parents_combines_them_freely_within_the_tenant() -> None:
    ratings = table(
        "ratings", "id", "message_id -> messages", "user_id -> users", keys=("id", "message_id, user_id")
    )
    found = met([*CHAT, ratings], "ratings")
    assert set(found) == {"tenants"}
    assert ("message_id", "tenant_id") in found["tenants"]


def test_people_comment_on_what_others_wrote() -> None:
    tables = [
        table("users", "id"),
        table("posts", "id", "user_id -> users"),
        table("comments", "id", "post_id -> posts", "user_id -> users"),
        table("drafts", "id", "post_id -> posts", "user_id -> users"),
        table("edits", "id", "post_id -> posts", "author_id -> users"),
    ]
    assert met(tables, "comments") == {}
    assert met(tables, "edits") == {}
    assert met(tables, "drafts") == {"users": {("user_id",), ("post_id", "user_id")}}


def test_sender_and_recipient_are_two_people_of_one_tenant() -> None:
    letters = table("letters", "id", "sender_id -> users", "recipient_id -> users")
    assert met([*CHAT, letters], "letters") == {
        "tenants": {("sender_id", "tenant_id"), ("recipient_id", "tenant_id")}
    }


def test_from_and_to_a_tenant_are_two_tenants() -> None:
    moves = table("moves", "id", "from_tenant_id -> tenants", "to_tenant_id -> tenants")
    assert met([*CHAT, moves], "moves") == {}


def test_composite_keys_that_share_a_column_agree_down_to_where_it_comes_from() -> None:
    tables = [
        table("companies", "id"),
        table("members", "id", "company_id -> companies", keys=("id", "company_id, id")),
        table(
            "cards",
            "id",
            "company_id",
            "owner_id",
            references=("company_id, owner_id -> members (company_id, id)",),
        ),
        table(
            "notes",
            *("id", "company_id", "card_id", "author_id"),
            references=(
                "company_id, card_id -> cards (company_id, id)",
                "company_id, author_id -> members (company_id, id)",
            ),
        ),
    ]
    assert met(tables, "notes")["companies"] == {
        ("company_id_author_id", "company_id"),
        ("company_id_card_id", "company_id_owner_id", "company_id"),
    }


def test_the_path_that_every_row_has_comes_first() -> None:
    tables = [
        *CHAT[:2],
        table("cards", "id", "assignee_id? -> users", "tenant_id -> tenants"),
        table("notes", "id", "card_id -> cards", "user_id -> users"),
    ]
    agreed = {t.name: t for t in with_agreements(in_filling_order(tables)[0])}
    notes = next(t for t in agreed.values() if t.name.name == "notes")
    (meeting,) = [m for m in meetings(notes, agreed) if m.target.name == "tenants"]
    through_card = [path for path in meeting.paths if path[0] == "notes_card_id_fkey"]
    assert through_card[0] == ("notes_card_id_fkey", "cards_tenant_id_fkey")
