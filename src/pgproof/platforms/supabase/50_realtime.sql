-- supabase/50_realtime.sql
-- The realtime service: an empty publication that migrations add tables to, and the messages that broadcast
-- policies guard.
-- Needs: 10_schemas.sql.

-- A server that does not log enough to publish warns; nothing here subscribes, so the warning would say
-- nothing.
set client_min_messages = error;
create publication supabase_realtime;
reset client_min_messages;

create table realtime.messages (
    topic text not null,
    extension text not null,
    payload jsonb,
    event text,
    private boolean default false,
    updated_at timestamp not null default now(),
    inserted_at timestamp not null default now(),
    id uuid not null default gen_random_uuid(),
    constraint messages_pkey primary key (id, inserted_at)
) partition by range (inserted_at);
-- The service makes a partition per day; one for everything serves a test at any date.
create table realtime.messages_default partition of realtime.messages default;
alter table realtime.messages owner to supabase_realtime_admin;
alter table realtime.messages_default owner to supabase_realtime_admin;
alter table realtime.messages enable row level security;
grant select, insert, update on realtime.messages to postgres, anon, authenticated, service_role;

create function realtime.topic() returns text
language sql stable
as $$
    select nullif(current_setting('realtime.topic', true), '')
$$;

-- What is sent is a row in realtime.messages; a failure is a warning, because a broadcast must not undo the
-- write that caused it.
create function realtime.send(
    payload jsonb, event text, topic text, private boolean default true
) returns void
language plpgsql
as $$
begin
    insert into realtime.messages (payload, event, topic, private, extension)
    values (payload, event, topic, private, 'broadcast');
exception
    when others then
        raise warning 'realtime.send to "%" failed: %', topic, sqlerrm;
end
$$;

create function realtime.broadcast_changes(
    topic_name text,
    event_name text,
    operation text,
    table_name text,
    table_schema text,
    new record,
    old record,
    level text default 'ROW'
) returns void
language plpgsql
as $$
begin
    if level = 'STATEMENT' then
        raise exception 'realtime.broadcast_changes needs a row trigger, got a statement trigger'
            using hint = 'create the trigger "for each row"';
    end if;
    perform realtime.send(
        jsonb_build_object(
            'schema', table_schema,
            'table', table_name,
            'operation', operation,
            'record', new,
            'old_record', old
        ),
        event_name,
        topic_name
    );
end
$$;

comment on table realtime.messages is 'What was broadcast; policies on it say who may listen and send.';
