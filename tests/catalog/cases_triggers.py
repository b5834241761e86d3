"""Triggers."""

from __future__ import annotations

from .case import Case


def _trigger(clauses: str, function: str = "app.look()", kind: str = "trigger") -> str:
    return f"create {kind} t {clauses} execute function {function}"


def _retriggered(before: str, after: str) -> dict[str, str]:
    return {"setup": before, "change": f"drop trigger t on app.notes; {after}"}


ON_NOTES = "on app.notes for each row"
SAYS = "trigger t on app.notes: "

CASES = [
    Case("Trigger", _trigger("after insert " + ON_NOTES), SAYS + "still there"),
    Case("Trigger", "drop trigger names_write on app.names", "trigger names_write on app.names: missing"),
    Case(
        "Trigger.timing",
        line=SAYS + "timing was after, is before",
        **_retriggered(_trigger("after insert " + ON_NOTES), _trigger("before insert " + ON_NOTES)),
    ),
    Case(
        "Trigger.events",
        line=SAYS + "events was insert, is insert, update, delete",
        **_retriggered(
            _trigger("after insert " + ON_NOTES), _trigger("after insert or delete or update " + ON_NOTES)
        ),
    ),
    Case(
        "Trigger.level",
        line=SAYS + "level was row, is statement",
        **_retriggered(_trigger("after insert " + ON_NOTES), _trigger("after insert on app.notes")),
    ),
    Case(
        "Trigger.function",
        line=SAYS + "function was app.look, is app.touch",
        **_retriggered(
            _trigger("after insert " + ON_NOTES), _trigger("after insert " + ON_NOTES, "app.touch()")
        ),
    ),
    Case(
        "Trigger.arguments",
        line=SAYS + "arguments was none, is a, it's \\",
        **_retriggered(
            _trigger("after insert " + ON_NOTES),
            _trigger("after insert " + ON_NOTES, "app.look('a', 'it''s \\')"),
        ),
    ),
    Case(
        "Trigger.columns",
        line=SAYS + "columns was none, is note",
        **_retriggered(_trigger("after update " + ON_NOTES), _trigger("after update of note " + ON_NOTES)),
    ),
    Case(
        "Trigger.when",
        line=SAYS + "when was null, is (new.note IS NULL)",
        **_retriggered(
            _trigger("after insert " + ON_NOTES), _trigger(f"after insert {ON_NOTES} when (new.note is null)")
        ),
    ),
    Case(
        "Trigger.enabled",
        "alter table app.people enable always trigger people_touch",
        "trigger people_touch on app.people: enabled was origin, is always",
    ),
    Case(
        "Trigger.constraint",
        line=SAYS + "constraint was no, is yes",
        **_retriggered(
            _trigger("after insert " + ON_NOTES),
            _trigger("after insert " + ON_NOTES, kind="constraint trigger"),
        ),
    ),
    Case(
        "Trigger.deferrable",
        line=SAYS + "deferrable was no, is yes",
        **_retriggered(
            _trigger("after insert " + ON_NOTES, kind="constraint trigger"),
            _trigger("after insert on app.notes deferrable for each row", kind="constraint trigger"),
        ),
    ),
    Case(
        "Trigger.initially_deferred",
        line=SAYS + "initially deferred was no, is yes",
        **_retriggered(
            _trigger("after insert on app.notes deferrable for each row", kind="constraint trigger"),
            _trigger(
                "after insert on app.notes deferrable initially deferred for each row",
                kind="constraint trigger",
            ),
        ),
    ),
    Case(
        "Trigger.old_table",
        line=SAYS + "old table was null, is was",
        **_retriggered(
            _trigger("after update on app.notes referencing new table as now_rows"),
            _trigger("after update on app.notes referencing new table as now_rows old table as was"),
        ),
    ),
    Case(
        "Trigger.new_table",
        line=SAYS + "new table was now_rows, is becomes",
        **_retriggered(
            _trigger("after update on app.notes referencing new table as now_rows"),
            _trigger("after update on app.notes referencing new table as becomes"),
        ),
    ),
    Case(
        "Trigger.comment",
        "comment on trigger people_touch on app.people is 'Notes it.'",
        "trigger people_touch on app.people: comment was Notes the time., is Notes it.",
    ),
    Case(
        "Trigger.definition",
        line=SAYS + "definition was CREATE CONSTRAINT TRIGGER t AFTER INSERT ON app.notes NOT DEFERRABLE "
        "INITIALLY IMMEDIATE FOR EACH ROW EXECUTE FUNCTION app.look(), is CREATE CONSTRAINT TRIGGER t "
        "AFTER INSERT "
        "ON app.notes FROM app.visits NOT DEFERRABLE INITIALLY IMMEDIATE FOR EACH ROW EXECUTE FUNCTION "
        "app.look()",
        **_retriggered(
            _trigger("after insert " + ON_NOTES, kind="constraint trigger"),
            _trigger("after insert on app.notes from app.visits for each row", kind="constraint trigger"),
        ),
    ),
]
