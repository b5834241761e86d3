-- sql/advent_calendar/0004_init_chat_memory.sql
-- Chat sessions and messages, and what is remembered of them: fragments for a day, embeddings for a year.
-- Needs: 0003_init_calendar_domain.sql; takes vector, pg_cron.  Undone by: rollback_0004_init_chat_memory.sql

create table public.chat_session_v2 (
    session_id uuid not null default gen_random_uuid(),
    account_id uuid not null,
    child_id uuid not null,
    session_token text not null default gen_random_uuid()::text,
    persona_used text not null,
    total_messages integer not null default 0,
    metadata jsonb not null default '{}',
    expires_at timestamptz not null default now() + interval '30 days',
    created_at timestamptz not null default now(),
    constraint chat_session_v2_pkey primary key (session_id),
    constraint chat_session_v2_session_token_key unique (session_token),
    constraint chat_session_v2_account_id_session_id_key unique (account_id, session_id),
    constraint chat_session_v2_account_id_child_id_fkey foreign key (account_id, child_id)
    references public.child_profile_v2 (account_id, child_id) on delete cascade,
    constraint chat_session_v2_token_is_not_empty check (session_token <> ''),
    constraint chat_session_v2_persona_is_known
    check (persona_used in ('mummy', 'daddy', 'custom', 'unknown')),
    constraint chat_session_v2_total_messages_is_not_negative check (total_messages >= 0),
    constraint chat_session_v2_metadata_is_an_object check (jsonb_typeof(metadata) = 'object'),
    constraint chat_session_v2_does_not_end_before_it_began check (expires_at >= created_at)
);

alter table public.chat_session_v2 enable row level security;
alter table public.chat_session_v2 force row level security;

create index chat_session_v2_account_id_child_id_idx on public.chat_session_v2 (account_id, child_id);
create index chat_session_v2_expires_at_idx on public.chat_session_v2 (expires_at);

comment on table public.chat_session_v2 is
'A conversation of the child with a persona. Once expired it is invisible, with its messages, and removed by
the next cleanup.';
comment on column public.chat_session_v2.persona_used is
'Who answered; "unknown" for a conversation of the old application, which did not keep it.';
comment on column public.chat_session_v2.total_messages is
'How many messages the session has; kept by a trigger.';

-- Nothing for anon. Who talks to whom is settled when the session begins. Neither the count nor the token is
-- the client's: with a free choice, the unique key would tell which tokens there are.
revoke all on table public.chat_session_v2 from anon, authenticated, service_role;
grant select, delete, update (persona_used, metadata),
insert (session_id, account_id, child_id, persona_used, metadata, expires_at, created_at)
on table public.chat_session_v2 to authenticated;
grant select, insert, update, delete on table public.chat_session_v2 to service_role;

create policy select_own on public.chat_session_v2
for select
to authenticated
using (account_id = (select private.current_account_id()) and expires_at > now());

comment on policy select_own on public.chat_session_v2 is 'Owners see their conversations until they expire.';

create policy insert_own on public.chat_session_v2
for insert
to authenticated
with check (account_id = (select private.current_account_id()) and expires_at > now());

comment on policy insert_own on public.chat_session_v2 is 'Owners begin conversations for their child.';

create policy update_own on public.chat_session_v2
for update
to authenticated
using (account_id = (select private.current_account_id()) and expires_at > now())
with check (account_id = (select private.current_account_id()) and expires_at > now());

comment on policy update_own on public.chat_session_v2 is 'Owners switch the persona of a conversation.';

create policy delete_own on public.chat_session_v2
for delete
to authenticated
using (account_id = (select private.current_account_id()) and expires_at > now());

comment on policy delete_own on public.chat_session_v2 is 'Owners delete a conversation and its messages.';

create table public.chat_message_v2 (
    message_id uuid not null default gen_random_uuid(),
    account_id uuid not null,
    session_id uuid not null,
    sender text not null,
    message_type text not null default 'text',
    message_text text,
    token_count integer,
    processing_time_ms integer,
    created_at timestamptz not null default now(),
    constraint chat_message_v2_pkey primary key (message_id),
    constraint chat_message_v2_account_id_session_id_fkey foreign key (account_id, session_id)
    references public.chat_session_v2 (account_id, session_id) on delete cascade,
    constraint chat_message_v2_sender_is_known check (sender in ('child', 'parent_agent', 'system')),
    constraint chat_message_v2_message_type_is_known check (message_type in ('text', 'image', 'voice')),
    constraint chat_message_v2_message_is_not_empty check (message_text <> ''),
    constraint chat_message_v2_text_has_a_message check (message_type <> 'text' or message_text is not null),
    constraint chat_message_v2_token_count_is_not_negative check (token_count >= 0),
    constraint chat_message_v2_processing_time_is_not_negative check (processing_time_ms >= 0)
);

alter table public.chat_message_v2 enable row level security;
alter table public.chat_message_v2 force row level security;

create index chat_message_v2_account_id_session_id_idx on public.chat_message_v2 (account_id, session_id);
create index chat_message_v2_session_id_created_at_idx on public.chat_message_v2 (session_id, created_at);

comment on table public.chat_message_v2 is 'What was said in a conversation.';
comment on column public.chat_message_v2.message_text is
'What was said; optional beside an image or a voice message.';
comment on column public.chat_message_v2.token_count is 'Tokens of the language model, where one was asked.';

-- Nothing for anon. No update: what was said stays said.
revoke all on table public.chat_message_v2 from anon, authenticated, service_role;
grant select, insert, delete on table public.chat_message_v2 to authenticated;
grant select, insert, update, delete on table public.chat_message_v2 to service_role;

create policy select_own on public.chat_message_v2
for select
to authenticated
using (
    account_id = (select private.current_account_id())
    and session_id in (
        select s.session_id
        from public.chat_session_v2 as s
        where s.account_id = (select private.current_account_id()) and s.expires_at > now()
    )
);

comment on policy select_own on public.chat_message_v2 is
'Owners see the messages of conversations that have not expired.';

create policy insert_own on public.chat_message_v2
for insert
to authenticated
with check (
    account_id = (select private.current_account_id())
    and session_id in (
        select s.session_id
        from public.chat_session_v2 as s
        where s.account_id = (select private.current_account_id()) and s.expires_at > now()
    )
);

comment on policy insert_own on public.chat_message_v2 is
'Owners add messages to conversations that have not expired.';

create policy delete_own on public.chat_message_v2
for delete
to authenticated
using (
    account_id = (select private.current_account_id())
    and session_id in (
        select s.session_id
        from public.chat_session_v2 as s
        where s.account_id = (select private.current_account_id()) and s.expires_at > now()
    )
);

comment on policy delete_own on public.chat_message_v2 is
'Owners take back messages of conversations that have not expired.';

create function private.tg_chat_message_v2__count()
returns trigger
language plpgsql
security definer
set search_path = ''
as $body$
begin
    -- Adding to the total, not counting again: a count would miss what another session has not committed yet.
    if tg_op <> 'DELETE' then
        update public.chat_session_v2 as s
        set total_messages = s.total_messages + a.messages
        from (select m.session_id, count(*)::integer as messages from added as m group by m.session_id) as a
        where s.session_id = a.session_id;
    end if;
    if tg_op <> 'INSERT' then
        update public.chat_session_v2 as s
        set total_messages = s.total_messages - r.messages
        from (select m.session_id, count(*)::integer as messages from removed as m group by m.session_id) as r
        where s.session_id = r.session_id;
    end if;
    return null;
end
$body$;

comment on function private.tg_chat_message_v2__count() is
'Trigger function: chat_session_v2.total_messages follows the messages, once per statement.';

revoke all on function private.tg_chat_message_v2__count() from public;

create trigger _100_count_added
after insert on public.chat_message_v2
referencing new table as added
for each statement execute function private.tg_chat_message_v2__count();

create trigger _100_count_moved
after update on public.chat_message_v2
referencing old table as removed new table as added
for each statement execute function private.tg_chat_message_v2__count();

create trigger _100_count_removed
after delete on public.chat_message_v2
referencing old table as removed
for each statement execute function private.tg_chat_message_v2__count();

create table public.memory_fragment (
    fragment_id uuid not null default gen_random_uuid(),
    account_id uuid not null,
    child_id uuid not null,
    session_id uuid,
    content text not null,
    importance_score numeric(3, 2) not null default 0.5,
    expires_at timestamptz not null default now() + interval '24 hours',
    created_at timestamptz not null default now(),
    constraint memory_fragment_pkey primary key (fragment_id),
    constraint memory_fragment_account_id_child_id_fkey foreign key (account_id, child_id)
    references public.child_profile_v2 (account_id, child_id) on delete cascade,
    constraint memory_fragment_account_id_session_id_fkey foreign key (account_id, session_id)
    references public.chat_session_v2 (account_id, session_id) on delete set null (session_id),
    constraint memory_fragment_content_is_not_empty check (content <> ''),
    constraint memory_fragment_importance_is_0_to_1 check (importance_score between 0 and 1)
);

alter table public.memory_fragment enable row level security;
alter table public.memory_fragment force row level security;

create index memory_fragment_account_id_child_id_idx on public.memory_fragment (account_id, child_id);
create index memory_fragment_account_id_session_id_idx on public.memory_fragment (account_id, session_id);
create index memory_fragment_expires_at_idx on public.memory_fragment (expires_at);

comment on table public.memory_fragment is
'Short-term memory: what matters in the conversations of the last day. Invisible once expired, then removed.';
comment on column public.memory_fragment.session_id is
'Where it was said; null if nowhere in particular, or if that conversation is gone.';
comment on column public.memory_fragment.importance_score is 'From 0, forget first, to 1.';

-- Nothing for anon.
revoke all on table public.memory_fragment from anon, authenticated, service_role;
grant select, insert, delete, update (content, importance_score, expires_at)
on table public.memory_fragment to authenticated;
grant select, insert, update, delete on table public.memory_fragment to service_role;

create policy select_own on public.memory_fragment
for select
to authenticated
using (account_id = (select private.current_account_id()) and expires_at > now());

comment on policy select_own on public.memory_fragment is 'Owners see what is remembered, until it expires.';

create policy insert_own on public.memory_fragment
for insert
to authenticated
with check (account_id = (select private.current_account_id()) and expires_at > now());

comment on policy insert_own on public.memory_fragment is
'Owners have something remembered about their child.';

create policy update_own on public.memory_fragment
for update
to authenticated
using (account_id = (select private.current_account_id()) and expires_at > now())
with check (account_id = (select private.current_account_id()) and expires_at > now());

comment on policy update_own on public.memory_fragment is
'Owners correct or prolong a memory that has not expired.';

create policy delete_own on public.memory_fragment
for delete
to authenticated
using (account_id = (select private.current_account_id()) and expires_at > now());

comment on policy delete_own on public.memory_fragment is 'Owners have something forgotten.';

create table public.memory_embedding (
    embedding_id uuid not null default gen_random_uuid(),
    account_id uuid not null,
    child_id uuid not null,
    content_hash text not null,
    content_preview text not null,
    source_type text not null,
    source_id uuid,
    relevance_score numeric(3, 2) not null default 0.5,
    access_count integer not null default 0,
    expires_at timestamptz not null default now() + interval '1 year',
    created_at timestamptz not null default now(),
    constraint memory_embedding_pkey primary key (embedding_id),
    constraint memory_embedding_account_id_child_id_fkey foreign key (account_id, child_id)
    references public.child_profile_v2 (account_id, child_id) on delete cascade,
    constraint memory_embedding_content_hash_is_sha256 check (content_hash ~ '^[0-9a-f]{64}$'),
    constraint memory_embedding_preview_has_at_most_500_characters
    check (char_length(content_preview) <= 500),
    constraint memory_embedding_source_type_is_known
    check (source_type in ('chat_message', 'calendar_day', 'manual_entry')),
    constraint memory_embedding_only_a_manual_entry_has_no_source
    check (source_type = 'manual_entry' or source_id is not null),
    constraint memory_embedding_relevance_is_0_to_1 check (relevance_score between 0 and 1),
    constraint memory_embedding_access_count_is_not_negative check (access_count >= 0)
);

alter table public.memory_embedding enable row level security;
alter table public.memory_embedding force row level security;

create index memory_embedding_account_id_child_id_idx on public.memory_embedding (account_id, child_id);
create index memory_embedding_account_id_content_hash_idx
on public.memory_embedding (account_id, content_hash);
create index memory_embedding_expires_at_idx on public.memory_embedding (expires_at);

comment on table public.memory_embedding is
'Long-term memory, found by meaning: see search_memory(). Invisible once expired, then removed.';
comment on column public.memory_embedding.content_hash is
'SHA-256 of the content, in hex. Not unique: a new memory may repeat one that has expired and is not yet
removed.';
comment on column public.memory_embedding.content_preview is
'How the content begins, to show without fetching its source.';
comment on column public.memory_embedding.source_id is
'The message or day it was made from. No foreign key: the memory outlives its source.';

-- Nothing for anon. What a memory was made from does not change.
revoke all on table public.memory_embedding from anon, authenticated, service_role;
grant select, insert, delete, update (relevance_score, access_count, expires_at)
on table public.memory_embedding to authenticated;
grant select, insert, update, delete on table public.memory_embedding to service_role;

create policy select_own on public.memory_embedding
for select
to authenticated
using (account_id = (select private.current_account_id()) and expires_at > now());

comment on policy select_own on public.memory_embedding is 'Owners see what is remembered, until it expires.';

create policy insert_own on public.memory_embedding
for insert
to authenticated
with check (account_id = (select private.current_account_id()) and expires_at > now());

comment on policy insert_own on public.memory_embedding is
'Owners have something remembered about their child.';

create policy update_own on public.memory_embedding
for update
to authenticated
using (account_id = (select private.current_account_id()) and expires_at > now())
with check (account_id = (select private.current_account_id()) and expires_at > now());

comment on policy update_own on public.memory_embedding is
'Owners weigh or prolong a memory that has not expired.';

create policy delete_own on public.memory_embedding
for delete
to authenticated
using (account_id = (select private.current_account_id()) and expires_at > now());

comment on policy delete_own on public.memory_embedding is 'Owners have something forgotten.';

do $migration$
begin
    if to_regtype('extensions.vector') is null then
        raise warning 'memory_embedding.embedding and search_memory() are left out: vector is not enabled'
            using hint = 'To search memories by meaning, enable vector in the schema extensions first.';
        return;
    end if;

    execute $ddl$
        alter table public.memory_embedding add column embedding extensions.vector(1536) not null;

        comment on column public.memory_embedding.embedding is
        'The meaning of the content, as the embedding model gave it.';

        create index memory_embedding_embedding_idx on public.memory_embedding
        using hnsw (embedding extensions.vector_cosine_ops);

        create function public.search_memory(
            p_query extensions.vector,
            p_child_id uuid default null,
            p_limit integer default 5,
            p_exact_up_to integer default 5000
        )
        returns table (
            embedding_id uuid,
            content_preview text,
            source_type text,
            source_id uuid,
            similarity double precision
        )
        language plpgsql
        stable
        set search_path = ''
        -- The scan goes on past rows that a policy hides, in order of distance, until there are enough.
        set hnsw.iterative_scan = 'strict_order'
        as $body$
        declare
            wanted constant bigint := greatest(coalesce(p_limit, 5), 0);
            comparable constant bigint := greatest(coalesce(p_exact_up_to, 5000), 0);
            candidates bigint;
            nearest uuid[];
        begin
            select count(*) into candidates
            from (
                select from public.memory_embedding as e
                where (p_child_id is null or e.child_id = p_child_id) and e.expires_at > now()
                limit comparable + 1 -- whichever: they are only counted
            ) as few;

            if candidates > comparable then
                nearest := array(
                    select e.embedding_id
                    from public.memory_embedding as e
                    where (p_child_id is null or e.child_id = p_child_id) and e.expires_at > now()
                    order by e.embedding operator(extensions.<=>) p_query -- all that the index can sort by
                    limit wanted
                );
            end if;

            -- An iterative scan gives up after hnsw.max_scan_tuples; then, and for a family's few memories,
            -- all are compared.
            if cardinality(nearest) < wanted then
                nearest := null;
            end if;

            return query
            with visible as materialized (
                select
                    e.embedding_id,
                    e.content_preview,
                    e.source_type,
                    e.source_id,
                    e.embedding operator(extensions.<=>) p_query as distance
                from public.memory_embedding as e
                where
                    (p_child_id is null or e.child_id = p_child_id)
                    and e.expires_at > now()
                    and (nearest is null or e.embedding_id = any (nearest))
            )

            select
                v.embedding_id,
                v.content_preview,
                v.source_type,
                v.source_id,
                1 - v.distance
            from visible as v
            order by v.distance, v.embedding_id
            limit wanted;
        end
        $body$;

        comment on function public.search_memory(extensions.vector, uuid, integer, integer) is
'The p_limit memories nearest in meaning (cosine) among those that the caller may see, best first; fewer only
if there are fewer. Up to p_exact_up_to of them are compared one by one; more are looked up in the vector
index.';

        revoke all on function public.search_memory(extensions.vector, uuid, integer, integer)
        from public, anon, authenticated, service_role;
        grant execute on function public.search_memory(extensions.vector, uuid, integer, integer)
        to authenticated, service_role;
    $ddl$;
end
$migration$;

create function private.remove_expired_chat_memory(p_batch_size integer default 1000)
returns table (removed_from text, removed bigint)
language plpgsql
set search_path = ''
as $body$
declare
    batch bigint;
    sessions bigint := 0;
    fragments bigint := 0;
    embeddings bigint := 0;
begin
    -- A row that somebody holds is left for the next run; nobody waits.
    loop
        delete from public.memory_fragment as f
        where
            f.fragment_id = any (array(
                select old.fragment_id
                from public.memory_fragment as old
                where old.expires_at <= now()
                order by old.expires_at, old.fragment_id
                limit p_batch_size
                for update skip locked
            ));
        get diagnostics batch = row_count;
        fragments := fragments + batch;
        exit when batch = 0;
    end loop;

    loop
        delete from public.memory_embedding as e
        where
            e.embedding_id = any (array(
                select old.embedding_id
                from public.memory_embedding as old
                where old.expires_at <= now()
                order by old.expires_at, old.embedding_id
                limit p_batch_size
                for update skip locked
            ));
        get diagnostics batch = row_count;
        embeddings := embeddings + batch;
        exit when batch = 0;
    end loop;

    -- A conversation goes when none of its fragments is held: its end would wait for whoever changes one.
    update public.memory_fragment as f
    set session_id = null
    where
        f.fragment_id = any (array(
            select kept.fragment_id
            from public.memory_fragment as kept
            inner join public.chat_session_v2 as old on kept.session_id = old.session_id
            where old.expires_at <= now()
            for update of kept skip locked
        ));

    loop
        delete from public.chat_session_v2 as s
        where
            s.session_id = any (array(
                select old.session_id
                from public.chat_session_v2 as old
                where
                    old.expires_at <= now()
                    and not exists (
                        select from public.memory_fragment as kept
                        where kept.account_id = old.account_id and kept.session_id = old.session_id
                    )
                order by old.expires_at, old.session_id
                limit p_batch_size
                for update skip locked
            ));
        get diagnostics batch = row_count;
        sessions := sessions + batch;
        exit when batch = 0;
    end loop;

    return query values
    ('memory_fragment', fragments),
    ('memory_embedding', embeddings),
    ('chat_session_v2', sessions);
end
$body$;

comment on function private.remove_expired_chat_memory(integer) is
'Removes expired memories and conversations (with their messages), p_batch_size at a time, passing over what
others hold, and returns how many.';

revoke all on function private.remove_expired_chat_memory(integer) from public;

do $migration$
begin
    if to_regnamespace('cron') is null then
        raise warning 'remove-expired-chat-memory is not scheduled: the extension pg_cron is not enabled'
            using hint = 'Enable pg_cron and schedule private.remove_expired_chat_memory().';
    else
        perform cron.schedule(
            'remove-expired-chat-memory', '*/5 * * * *',
            $job$select private.remove_expired_chat_memory();$job$
        );
    end if;
end
$migration$;
