-- sql/ai_assistant/003_create_conversations_table.sql
-- Conversations: what a member and the assistant talk about.
-- Needs: 002_create_users_table.sql.  Undone by: rollback_003_conversations.sql

create table public.conversations (
    id uuid not null default gen_random_uuid(),
    tenant_id uuid not null,
    user_id uuid not null,
    title text not null default 'New Conversation',
    metadata jsonb not null default '{}',
    is_archived boolean not null default false,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint conversations_pkey primary key (id),
    constraint conversations_tenant_id_id_key unique (tenant_id, id),
    constraint conversations_tenant_id_fkey
    foreign key (tenant_id) references public.tenants (id) on delete cascade,
    constraint conversations_tenant_id_user_id_fkey
    foreign key (tenant_id, user_id) references public.users (tenant_id, id) on delete cascade,
    constraint conversations_title_has_at_most_500_characters check (char_length(title) <= 500)
);

alter table public.conversations enable row level security;
alter table public.conversations force row level security;

create index conversations_tenant_id_user_id_idx on public.conversations (tenant_id, user_id);
create index conversations_user_id_updated_at_idx on public.conversations (user_id, updated_at desc);
-- The list that a tenant's members open, and what the monthly archiving looks for.
create index conversations_open_tenant_id_updated_at_idx
on public.conversations (tenant_id, updated_at desc)
where not is_archived;
create index conversations_open_updated_at_idx on public.conversations (updated_at) where not is_archived;

comment on table public.conversations is
'Conversations of members with the assistant; read by the whole tenant.';
comment on column public.conversations.user_id is
'The member who leads the conversation; always of the same tenant.';
comment on column public.conversations.metadata is 'Whatever the application wants to remember, by name.';
comment on column public.conversations.is_archived is 'Put away: kept and readable, and out of the lists.';
comment on column public.conversations.updated_at is
'When the conversation was last changed or got a message.';
comment on constraint conversations_tenant_id_id_key on public.conversations is
'Lets a message name its conversation together with the tenant, so that both always agree.';

-- Nothing for anon.
revoke all on table public.conversations from anon, authenticated, service_role;
grant select, insert, update, delete on table public.conversations to authenticated, service_role;

create policy select_member on public.conversations
for select
to authenticated
using (tenant_id = (select private.current_tenant_id()));

comment on policy select_member on public.conversations is 'Members see the conversations of their tenant.';

create policy insert_own on public.conversations
for insert
to authenticated
with check (
    tenant_id = (select private.current_tenant_id())
    and user_id = (select private.current_user_id())
);

comment on policy insert_own on public.conversations is
'Members start conversations of their own, in their tenant.';

create policy update_own on public.conversations
for update
to authenticated
using (user_id = (select private.current_user_id()))
with check (
    tenant_id = (select private.current_tenant_id())
    and user_id = (select private.current_user_id())
);

comment on policy update_own on public.conversations is
'Members change their own conversations, which stay theirs and in their tenant.';

create policy delete_own on public.conversations
for delete
to authenticated
using (user_id = (select private.current_user_id()));

comment on policy delete_own on public.conversations is 'Members delete their own conversations.';

create trigger _100_set_updated_at
before update on public.conversations
for each row execute function private.set_updated_at();
