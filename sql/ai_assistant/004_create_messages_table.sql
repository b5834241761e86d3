-- sql/ai_assistant/004_create_messages_table.sql
-- Messages: what was said in a conversation, by whom, and what it took to say it.
-- Needs: 003_create_conversations_table.sql.  Undone by: rollback_004_messages.sql

-- The tenant is the conversation's, and is here as well because every read asks for it: a policy that looks
-- it up in conversations reads all of the tenant's to show one.
create table public.messages (
    id uuid not null default gen_random_uuid(),
    tenant_id uuid not null default private.current_tenant_id(),
    conversation_id uuid not null,
    role text not null,
    content text not null,
    token_count integer,
    latency_ms integer,
    model_used text,
    metadata jsonb not null default '{}',
    created_at timestamptz not null default now(),
    constraint messages_pkey primary key (id),
    constraint messages_tenant_id_conversation_id_fkey
    foreign key (tenant_id, conversation_id) references public.conversations (tenant_id, id)
    on delete cascade on update cascade,
    constraint messages_role_is_known check (role in ('user', 'assistant', 'system')),
    constraint messages_content_is_not_empty check (content <> ''),
    constraint messages_token_count_is_not_negative check (token_count >= 0),
    constraint messages_latency_is_not_negative check (latency_ms >= 0)
);

alter table public.messages enable row level security;
alter table public.messages force row level security;

-- A conversation in its order, as members read it and as the service role does.
create index messages_tenant_id_conversation_id_created_at_idx
on public.messages (tenant_id, conversation_id, created_at);
create index messages_conversation_id_created_at_idx on public.messages (conversation_id, created_at);

comment on table public.messages is 'What was said in a conversation, in the order of created_at.';
comment on column public.messages.tenant_id is
'The tenant of the conversation; a client need not send it.';
comment on column public.messages.role is
'Who speaks: the member (user), the model (assistant) or the application (system).';
comment on column public.messages.token_count is 'Tokens of this message, null where nobody counted.';
comment on column public.messages.latency_ms is
'How long the model took to answer, null where nobody measured.';
comment on column public.messages.model_used is 'The model that wrote the message, null for a member''s.';
comment on column public.messages.metadata is 'Whatever the application wants to remember, by name.';

-- Nothing for anon.
revoke all on table public.messages from anon, authenticated, service_role;
grant select, insert, update, delete on table public.messages to authenticated, service_role;

create policy select_member on public.messages
for select
to authenticated
using (tenant_id = (select private.current_tenant_id()));

comment on policy select_member on public.messages is 'Members see the messages of their tenant.';

create policy insert_own on public.messages
for insert
to authenticated
with check (
    role = 'user'
    and tenant_id = (select private.current_tenant_id())
    and exists (
        select
        from public.conversations as c
        where c.id = messages.conversation_id and c.user_id = (select private.current_user_id())
    )
);

comment on policy insert_own on public.messages is
'Members speak as user in their own conversations; assistant and system messages come from the service role.';

create policy update_own on public.messages
for update
to authenticated
using (
    role = 'user'
    and exists (
        select
        from public.conversations as c
        where c.id = messages.conversation_id and c.user_id = (select private.current_user_id())
    )
)
with check (
    role = 'user'
    and tenant_id = (select private.current_tenant_id())
    and exists (
        select
        from public.conversations as c
        where c.id = messages.conversation_id and c.user_id = (select private.current_user_id())
    )
);

comment on policy update_own on public.messages is
'Members change what they said themselves, and it stays said by them in a conversation of theirs.';

create policy delete_own on public.messages
for delete
to authenticated
using (
    role = 'user'
    and exists (
        select
        from public.conversations as c
        where c.id = messages.conversation_id and c.user_id = (select private.current_user_id())
    )
);

comment on policy delete_own on public.messages is 'Members delete what they said themselves.';

create function private.take_tenant_of_conversation()
returns trigger
language plpgsql
set search_path = ''
as $body$
begin
    new.tenant_id := (
        select c.tenant_id
        from public.conversations as c
        where c.id = new.conversation_id
    );
    return new;
end
$body$;

comment on function private.take_tenant_of_conversation() is
'Trigger function: a message that comes without tenant, as from the service role, gets its conversation''s.';

revoke all on function private.take_tenant_of_conversation() from public;

create function private.touch_conversations()
returns trigger
language plpgsql
security definer
set search_path = ''
as $body$
begin
    -- Locked in one order, so that two statements which write into the same conversations do not lock each other out.
    perform
    from public.conversations as c
    where c.id in (select m.conversation_id from new_messages as m)
    order by c.id
    for no key update;

    update public.conversations
    set updated_at = now()
    where id in (select m.conversation_id from new_messages as m);

    return null;
end
$body$;

comment on function private.touch_conversations() is
'Trigger function: messages move updated_at of their conversations, whoever writes them; once per statement.';

revoke all on function private.touch_conversations() from public;

create trigger _100_take_tenant_of_conversation
before insert on public.messages
for each row
when (new.tenant_id is null)
execute function private.take_tenant_of_conversation();

create trigger _200_touch_conversations
after insert on public.messages
referencing new table as new_messages
for each statement execute function private.touch_conversations();
