"""Two tables, and triggers that refuse, drop or delete rows of them."""

from __future__ import annotations

SIMPLE = """
create table parents (id int primary key, name text);
create table children (id int primary key, parent_id int not null references parents (id), note text);
"""


def raising(code: str, text: str, when: str = "new.id > 0", timing: str = "before") -> str:
    return f"""
create function refuse() returns trigger language plpgsql as $body$
begin
    if {when} then
        raise exception '{text}' using errcode = '{code}';
    end if;
    return new;
end $body$;
create trigger refuse {timing} insert on children for each row execute function refuse();
"""


def dropping(when: str, table: str = "parents") -> str:
    return f"""
create function drop_some() returns trigger language plpgsql as $body$
begin
    if {when} then return null; end if;
    return new;
end $body$;
create trigger drop_some before insert on {table} for each row execute function drop_some();
"""


def deleting(when: str, table: str, of: str = "new.id", timing: str = "") -> str:
    return f"""
create function delete_some() returns trigger language plpgsql as $body$
begin
    if {when} then delete from {table} where id = {of}; end if;
    return null;
end $body$;
create {"constraint" if timing else ""} trigger delete_some after insert on {"children" if of != "new.id" else table}
    {timing} for each row execute function delete_some();
"""
