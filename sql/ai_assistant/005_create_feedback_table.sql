-- sql/ai_assistant/005_create_feedback_table.sql
-- Feedback: thumbs up or down for an answer, and the summary of all feedback by message.
-- Needs: 004_create_messages_table.sql.  Undone by: rollback_005_feedback.sql

-- No tenant_id: feedback is its message's, and is asked for by message.
create table public.feedback (
    id uuid not null default gen_random_uuid(),
    message_id uuid not null,
    user_id uuid not null,
    rating smallint not null,
    comment text,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint feedback_pkey primary key (id),
    constraint feedback_message_id_user_id_key unique (message_id, user_id),
    constraint feedback_message_id_fkey
    foreign key (message_id) references public.messages (id) on delete cascade,
    constraint feedback_user_id_fkey foreign key (user_id) references public.users (id) on delete cascade,
    constraint feedback_rating_is_up_or_down check (rating in (-1, 1)),
    constraint feedback_comment_has_at_most_5000_characters check (char_length(comment) <= 5000)
);

alter table public.feedback enable row level security;
alter table public.feedback force row level security;

create index feedback_user_id_idx on public.feedback (user_id);

comment on table public.feedback is 'What members think of messages: one opinion per member and message.';
comment on column public.feedback.rating is '1 for thumbs up, -1 for thumbs down.';
comment on column public.feedback.comment is 'Why, in the member''s words.';

-- Nothing for anon.
revoke all on table public.feedback from anon, authenticated, service_role;
grant select, insert, update, delete on table public.feedback to authenticated, service_role;

create policy select_member on public.feedback
for select
to authenticated
using (
    exists (
        select
        from public.messages as m
        where m.id = feedback.message_id and m.tenant_id = (select private.current_tenant_id())
    )
);

comment on policy select_member on public.feedback is 'Members see the feedback on messages of their tenant.';

create policy insert_own on public.feedback
for insert
to authenticated
with check (
    user_id = (select private.current_user_id())
    and exists (
        select
        from public.messages as m
        where m.id = feedback.message_id and m.tenant_id = (select private.current_tenant_id())
    )
);

comment on policy insert_own on public.feedback is 'Members rate messages of their tenant, as themselves.';

create policy update_own on public.feedback
for update
to authenticated
using (user_id = (select private.current_user_id()))
with check (
    user_id = (select private.current_user_id())
    and exists (
        select
        from public.messages as m
        where m.id = feedback.message_id and m.tenant_id = (select private.current_tenant_id())
    )
);

comment on policy update_own on public.feedback is
'Members change their own feedback, which stays theirs and on a message of their tenant.';

create policy delete_own on public.feedback
for delete
to authenticated
using (user_id = (select private.current_user_id()));

comment on policy delete_own on public.feedback is 'Members take their own feedback back.';

create trigger _100_set_updated_at
before update on public.feedback
for each row execute function private.set_updated_at();

-- The summary of all tenants is out of the API's reach; members read the view of the same name in public.

create schema analytics;

comment on schema analytics is
'Materialized summaries of all tenants. Not exposed by the API, not usable by client roles.';

create materialized view analytics.message_feedback_summary as
select
    m.id as message_id,
    m.conversation_id,
    m.tenant_id,
    count(f.id) as total_feedback,
    count(f.id) filter (where f.rating = 1) as thumbs_up,
    count(f.id) filter (where f.rating = -1) as thumbs_down,
    coalesce(round(avg(f.rating), 2), 0) as avg_rating
from public.messages as m
left join public.feedback as f on m.id = f.message_id
group by m.id;

-- Unique over plain columns, or the view could not be refreshed while it is read.
create unique index message_feedback_summary_message_id_key
on analytics.message_feedback_summary (message_id);
create index message_feedback_summary_tenant_id_idx on analytics.message_feedback_summary (tenant_id);

comment on materialized view analytics.message_feedback_summary is
'Feedback by message as of the last refresh; a message without feedback has 0.';

create function private.caller_bypasses_rls()
returns boolean
language sql
stable
set search_path = ''
as $body$
    -- The setting "role" still names the caller where a definer's rights hide them from current_user.
    select coalesce(bool_or(r.rolsuper or r.rolbypassrls), false)
    from pg_catalog.pg_roles as r
    where r.rolname = case current_setting('role') when 'none' then session_user else current_setting('role') end
$body$;

comment on function private.caller_bypasses_rls() is
'Whether the caller is a role to which no policy applies.';

revoke all on function private.caller_bypasses_rls() from public;
grant execute on function private.caller_bypasses_rls() to authenticated, service_role;

create function private.readable_tenant_ids()
returns uuid[]
language sql
stable
security definer
set search_path = ''
as $body$
    select array( -- a set
        select t.id
        from public.tenants as t
        where t.id = (select private.current_tenant_id()) or (select private.caller_bypasses_rls())
    )
$body$;

comment on function private.readable_tenant_ids() is
'The tenants whose summaries the caller may read: the member''s own, all for roles that bypass RLS.';

revoke all on function private.readable_tenant_ids() from public;
grant execute on function private.readable_tenant_ids() to authenticated, service_role;

-- A function and not a grant on the materialized view: with the grant, pg_stats would show members
-- the commonest values of all tenants.
create function private.message_feedback_summary()
returns table (
    message_id uuid,
    conversation_id uuid,
    tenant_id uuid,
    total_feedback bigint,
    thumbs_up bigint,
    thumbs_down bigint,
    avg_rating numeric
)
language sql
stable
security definer
set search_path = ''
as $body$
    select
        s.message_id,
        s.conversation_id,
        s.tenant_id,
        s.total_feedback,
        s.thumbs_up,
        s.thumbs_down,
        s.avg_rating
    from analytics.message_feedback_summary as s
    where s.tenant_id = any((select private.readable_tenant_ids())::uuid[])
$body$;

comment on function private.message_feedback_summary() is
'The rows of the feedback summary that the caller may read.';

revoke all on function private.message_feedback_summary() from public;
grant execute on function private.message_feedback_summary() to authenticated, service_role;

create view public.message_feedback_summary
with (security_invoker = true) as
select
    s.message_id,
    s.conversation_id,
    s.tenant_id,
    s.total_feedback,
    s.thumbs_up,
    s.thumbs_down,
    s.avg_rating
from private.message_feedback_summary() as s
order by s.message_id;

comment on view public.message_feedback_summary is
'Feedback by message of the caller''s tenant, as of the last refresh; a message without feedback has 0.';

revoke all on table public.message_feedback_summary from anon, authenticated, service_role;
grant select on table public.message_feedback_summary to authenticated, service_role;

-- Operators write "refresh materialized view concurrently message_feedback_summary", and without a schema
-- that would find the view of the same name. While a refresh runs, analytics is searched first.

create function private.search_analytics_first()
returns event_trigger
language plpgsql
as $body$
begin
    perform pg_catalog.set_config(
        'search_path',
        pg_catalog.concat_ws(', ', 'analytics', nullif(pg_catalog.current_setting('search_path'), '')),
        true
    );
end
$body$;

comment on function private.search_analytics_first() is
'Event trigger function: puts analytics in front of the search_path, for this transaction at most.';

create function private.search_analytics_no_more()
returns event_trigger
language plpgsql
as $body$
begin
    perform pg_catalog.set_config(
        'search_path',
        pg_catalog.regexp_replace(pg_catalog.current_setting('search_path'), '^analytics(, )?', ''),
        true
    );
end
$body$;

comment on function private.search_analytics_no_more() is
'Event trigger function: takes analytics out of the search_path again.';

revoke all on function private.search_analytics_first() from public;
revoke all on function private.search_analytics_no_more() from public;

create event trigger _100_refresh_searches_analytics_first -- noqa: PRS
on ddl_command_start
when tag in ('REFRESH MATERIALIZED VIEW')
execute function private.search_analytics_first();

create event trigger _100_refresh_searches_analytics_no_more -- noqa: PRS
on ddl_command_end
when tag in ('REFRESH MATERIALIZED VIEW')
execute function private.search_analytics_no_more();

comment on event trigger _100_refresh_searches_analytics_first is
'Lets a refresh name a summary without its schema, although the API has a view of the same name.';
comment on event trigger _100_refresh_searches_analytics_no_more is
'Ends what _100_refresh_searches_analytics_first began.';
