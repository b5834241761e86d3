-- sql/sleep_prediction_cache/improved_schema.sql
-- The cache: predictions linked to the sleep they rest on, retired when it changes, counted when served.
-- Needs: base_schema.sql.  Undone by: rollback_improved_schema.sql

-- Predictions of the old kind have no context to be linked to. They are kept as they are, with their keys,
-- policies and grants, so that a rollback gives back exactly what was there.

create schema legacy;

comment on schema legacy is
'Predictions from before the cache. Not exposed by the API, kept for the rollback.';

alter table public.predictions set schema legacy;

-- Contexts

-- A context names its last session together with the child, so that both always agree.
alter table public.sleep_sessions add constraint sleep_sessions_child_id_id_key unique (child_id, id);

create table public.sleep_contexts (
    id uuid not null default gen_random_uuid(),
    child_id uuid not null,
    context_hash text not null,
    sessions_count integer not null,
    session_ids uuid[] not null default '{}',
    last_sleep_session_id uuid,
    child_age_months integer,
    total_sleep_hours numeric(5, 2),
    average_session_duration numeric(12, 2),
    is_current boolean not null default true,
    created_at timestamptz not null default now(),
    constraint sleep_contexts_pkey primary key (id),
    constraint sleep_contexts_child_id_context_hash_key unique (child_id, context_hash),
    constraint sleep_contexts_child_id_id_key unique (child_id, id),
    constraint sleep_contexts_child_id_fkey
    foreign key (child_id) references public.children (id) on delete cascade,
    -- Checked at commit: when a session moves to another child, a trigger takes it out of its contexts.
    constraint sleep_contexts_child_id_last_sleep_session_id_fkey
    foreign key (child_id, last_sleep_session_id) references public.sleep_sessions (child_id, id)
    on delete set null (last_sleep_session_id) deferrable initially deferred,
    constraint sleep_contexts_sessions_count_is_positive check (sessions_count > 0),
    constraint sleep_contexts_child_age_is_between_0_and_300_months
    check (child_age_months between 0 and 300)
)
-- Every context is updated once, when it is retired. With as much room on its page as it takes itself, no
-- index hears of that, even if all contexts of the page are retired at once.
with (fillfactor = 50);

alter table public.sleep_contexts enable row level security;
alter table public.sleep_contexts force row level security;

create index sleep_contexts_child_id_last_sleep_session_id_idx
on public.sleep_contexts (child_id, last_sleep_session_id);

comment on table public.sleep_contexts is 'The sleep that a prediction was made from, as it was then.';
comment on column public.sleep_contexts.context_hash is
'The application''s digest of the sleep: same child and same hash is the same context.';
comment on column public.sleep_contexts.session_ids is
'The sessions, from some day on without gaps; empty where nobody recorded them.';
comment on column public.sleep_contexts.last_sleep_session_id is
'The newest of them; null once it is gone from the child.';
comment on column public.sleep_contexts.child_age_months is
'Whole months from birth to the last of them; null where that is unknown or more than 300.';
comment on column public.sleep_contexts.total_sleep_hours is
'Hours asleep in all of them; null where they are more than the column holds.';
comment on column public.sleep_contexts.average_session_duration is 'Minutes asleep in one of them.';
comment on column public.sleep_contexts.is_current is
'Whether the child''s sleep is still as described. Only then may a prediction that comes after seconds in the
model become active; this row and its lock decide that, also between two transactions.';

-- Parents read and the service role writes. Nothing for anon.
revoke all on table public.sleep_contexts from anon, authenticated, service_role;
grant select on table public.sleep_contexts to authenticated;
grant select, insert, update, delete on table public.sleep_contexts to service_role;

create policy select_own on public.sleep_contexts
for select
to authenticated
using (child_id = any((select private.current_child_ids())::uuid[]));

comment on policy select_own on public.sleep_contexts is
'Parents see what predictions for their children rest on.';

-- No insert, update or delete: contexts are written by the service role.

-- Predictions

create table public.predictions (
    id uuid not null default gen_random_uuid(),
    child_id uuid not null,
    sleep_context_id uuid not null,
    next_bedtime timestamptz,
    time_until_bedtime interval,
    expected_duration interval,
    confidence numeric(3, 2),
    summary text,
    reasoning text,
    llm_provider text not null,
    model_used text,
    generation_time_ms integer,
    is_active boolean not null default true,
    used_count integer not null default 0,
    last_served_at timestamptz,
    user_feedback text,
    feedback_notes text,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint predictions_pkey primary key (id),
    constraint predictions_child_id_id_key unique (child_id, id),
    constraint predictions_child_id_fkey
    foreign key (child_id) references public.children (id) on delete cascade,
    constraint predictions_child_id_sleep_context_id_fkey
    foreign key (child_id, sleep_context_id) references public.sleep_contexts (child_id, id)
    on delete cascade,
    constraint predictions_confidence_is_between_0_and_1 check (confidence between 0 and 1),
    constraint predictions_generation_time_is_not_negative check (generation_time_ms >= 0),
    constraint predictions_used_count_is_not_negative check (used_count >= 0),
    constraint predictions_user_feedback_is_known
    check (user_feedback in ('helpful', 'not_helpful', 'inaccurate'))
)
-- Every serving is counted, and in the end the prediction is retired: room for the row to be written anew
-- beside itself, so that the one touches no index and the other no other page.
with (fillfactor = 50);

alter table public.predictions enable row level security;
alter table public.predictions force row level security;

create unique index predictions_active_sleep_context_id_key
on public.predictions (sleep_context_id)
where is_active;
create index predictions_child_id_sleep_context_id_idx on public.predictions (child_id, sleep_context_id);

comment on table public.predictions is
'What the model said about the next bedtime, served until the sleep changes.';
comment on column public.predictions.confidence is 'How sure the model was, from 0 to 1.';
comment on column public.predictions.generation_time_ms is 'How long the model took.';
comment on column public.predictions.is_active is
'Whether it may be served from the cache; one per context at most, and none once the sleep has changed.';
comment on column public.predictions.used_count is
'How often it was served: the number of its rows in prediction_usage, kept by trigger.';
comment on column public.predictions.last_served_at is 'When it was last served; kept by trigger.';
comment on column public.predictions.user_feedback is 'What the parent thinks of it.';
comment on index public.predictions_active_sleep_context_id_key is
'One active prediction per context at most.';

-- Parents read and give feedback; the service role writes the rest, except what is counted. Nothing for anon.
revoke all on table public.predictions from anon, authenticated, service_role;
grant select, update (user_feedback, feedback_notes) on table public.predictions to authenticated;
grant
select,
insert,
update (
    child_id, sleep_context_id, next_bedtime, time_until_bedtime, expected_duration, confidence, summary,
    reasoning, llm_provider, model_used, generation_time_ms, is_active, user_feedback, feedback_notes
),
delete
on table public.predictions to service_role;

create policy select_own on public.predictions
for select
to authenticated
using (child_id = any((select private.current_child_ids())::uuid[]));

comment on policy select_own on public.predictions is 'Parents see the predictions for their children.';

create policy update_own on public.predictions
for update
to authenticated
using (child_id = any((select private.current_child_ids())::uuid[]))
with check (child_id = any((select private.current_child_ids())::uuid[]));

comment on policy update_own on public.predictions is
'Parents say what they think of a prediction for their child; no other column is granted to them.';

-- No insert, no delete: predictions are written by the service role.

create function private.admit_prediction()
returns trigger
language plpgsql
set search_path = ''
as $body$
declare
    context_is_current boolean;
begin
    if tg_op = 'INSERT' then
        -- Nothing has been served yet. A negative number is left for the check to refuse.
        new.used_count := least(new.used_count, 0);
        new.last_served_at := null;
    end if;

    if new.is_active then
        -- The lock waits for a change of sleep that is under way, and holds up one that is not.
        select c.is_current
        into context_is_current
        from public.sleep_contexts as c
        where c.id = new.sleep_context_id
        for share;
        new.is_active := coalesce(context_is_current, true);
    end if;

    return new;
end
$body$;

comment on function private.admit_prediction() is
'Trigger function: a prediction is inactive if the sleep changed while it was made, and starts uncounted.';

revoke all on function private.admit_prediction() from public;

-- Triggers that write many predictions move updated_at themselves, which spares a call for every row.
create trigger _100_set_updated_at
before update on public.predictions
for each row
when (new.updated_at is distinct from now())
execute function private.set_updated_at();

create trigger _200_admit_prediction
before insert on public.predictions
for each row execute function private.admit_prediction();

create trigger _300_admit_changed_prediction
before update of is_active, sleep_context_id on public.predictions
for each row
when (new.is_active)
execute function private.admit_prediction();

-- Usage

create table public.prediction_usage (
    id uuid not null default gen_random_uuid(),
    prediction_id uuid not null,
    child_id uuid not null,
    served_at timestamptz not null default now(),
    was_from_cache boolean not null,
    user_action text,
    created_at timestamptz not null default now(),
    constraint prediction_usage_pkey primary key (id),
    constraint prediction_usage_child_id_fkey
    foreign key (child_id) references public.children (id) on delete cascade,
    constraint prediction_usage_child_id_prediction_id_fkey
    foreign key (child_id, prediction_id) references public.predictions (child_id, id) on delete cascade
);

alter table public.prediction_usage enable row level security;
alter table public.prediction_usage force row level security;

create index prediction_usage_child_id_prediction_id_idx
on public.prediction_usage (child_id, prediction_id);
create index prediction_usage_served_at_idx on public.prediction_usage (served_at);

comment on table public.prediction_usage is 'Every time that a prediction was served.';
comment on column public.prediction_usage.was_from_cache is
'False for the first time, straight from the model; true ever after.';
comment on column public.prediction_usage.user_action is
'What the parent did with it, in the application''s words.';

-- Parents read and the service role writes. Nothing for anon.
revoke all on table public.prediction_usage from anon, authenticated, service_role;
grant select on table public.prediction_usage to authenticated;
grant select, insert, update, delete on table public.prediction_usage to service_role;

create policy select_own on public.prediction_usage
for select
to authenticated
using (child_id = any((select private.current_child_ids())::uuid[]));

comment on policy select_own on public.prediction_usage is
'Parents see when predictions for their children were served.';

-- No insert, update or delete: usage is written by the service role.

create function private.count_usage()
returns trigger
language plpgsql
security definer
set search_path = ''
as $body$
begin
    -- A statement is planned when it is first reached, so each finds the tables that its trigger names.
    if tg_op <> 'DELETE' then
        update public.predictions as p
        set
            used_count = p.used_count + u.served,
            last_served_at = greatest(p.last_served_at, u.last_served_at),
            updated_at = now()
        from (
            select
                n.prediction_id,
                count(*) as served,
                max(n.served_at) as last_served_at
            from new_usage as n
            group by n.prediction_id
        ) as u
        where p.id = u.prediction_id;
    end if;

    if tg_op <> 'INSERT' then
        update public.predictions as p
        set
            used_count = p.used_count - u.served,
            updated_at = now()
        from (
            select
                o.prediction_id,
                count(*) as served
            from old_usage as o
            group by o.prediction_id
        ) as u
        where p.id = u.prediction_id;
    end if;

    return null;
end
$body$;

comment on function private.count_usage() is
'Trigger function: keeps used_count equal to the number of a prediction''s usage rows; once per statement.';

revoke all on function private.count_usage() from public;

create trigger _100_count_new_usage
after insert on public.prediction_usage
referencing new table as new_usage
for each statement execute function private.count_usage();

create trigger _200_count_moved_usage
after update on public.prediction_usage
referencing old table as old_usage new table as new_usage
for each statement execute function private.count_usage();

create trigger _300_count_removed_usage
after delete on public.prediction_usage
referencing old table as old_usage
for each statement execute function private.count_usage();

-- Invalidation: when the sleep of a child changes, contexts stop being current and their predictions active.
-- A context rests on the child's sleep from its first session on. It is stale when a session comes to the
-- child, and when one that was there changes or goes: one of its own, or any from its first on, such as a
-- sleep that was still going on and has ended. What changes before its first session does not concern it.

create function private.retire_contexts(
    p_child_ids uuid[],
    p_session_ids uuid[] default null,
    p_start_times timestamptz[] default null
)
returns void
language plpgsql
security definer
set search_path = ''
as $body$
declare
    stale_ids uuid[];
begin
    -- Makes this wait for a context that is being created, and the other way round. Always in one order, so that
    -- two statements do not lock each other out.
    perform
    from public.children as c
    where c.id = any(p_child_ids)
    order by c.id
    for no key update;

    if p_session_ids is null then
        -- Sleep that comes to a child counts as the latest there is: it concerns every context.
        with retired as (
            update public.sleep_contexts as c
            set is_current = false
            where c.is_current and c.child_id = any(p_child_ids)
            returning c.id
        )

        select array_agg(r.id) into stale_ids from retired as r; -- a set
    else
        with changed as (
            select
                s.child_id,
                array_agg(s.id) as session_ids, -- a set
                max(s.start_time) as latest_start
            from unnest(p_child_ids, p_session_ids, p_start_times) as s (child_id, id, start_time)
            group by s.child_id
        ),

        retired as (
            update public.sleep_contexts as c
            set is_current = false
            from changed
            where
                c.child_id = changed.child_id
                and c.is_current
                and (
                    changed.latest_start = 'infinity'
                    or c.session_ids && changed.session_ids
                    or changed.latest_start >= coalesce(
                        (
                            select min(s.start_time)
                            from public.sleep_sessions as s
                            where s.id = any(c.session_ids)
                        ),
                        '-infinity'
                    )
                )
            returning c.id
        )

        select array_agg(r.id) into stale_ids from retired as r; -- a set
    end if;

    -- A statement of its own: it has to see the predictions for which the one before had to wait.
    update public.predictions
    set is_active = false, updated_at = now()
    where is_active and sleep_context_id = any(stale_ids);
end
$body$;

comment on function private.retire_contexts(uuid[], uuid[], timestamptz[]) is
'Retires what rests on changed sessions, given as three arrays side by side: child, session, start of it;
given children alone, what rests on any sleep of theirs.';

revoke all on function private.retire_contexts(uuid[], uuid[], timestamptz[]) from public;

create function private.invalidate_predictions()
returns trigger
language plpgsql
security definer
set search_path = ''
as $body$
begin
    -- A statement is planned when it is first reached, so each finds the tables that its trigger names.
    if tg_op = 'INSERT' then
        perform private.retire_contexts(array(select distinct n.child_id from new_sessions as n)); -- a set
    elsif tg_op = 'DELETE' then
        perform private.retire_contexts(
            array_agg(o.child_id), array_agg(o.id), array_agg(o.start_time) -- side by side
        )
        from old_sessions as o;
    else
        -- What an update wrote as it was before, updated_at apart, has not changed. Both sides of a change count,
        -- and for the child that a session moved to, it has come.
        perform private.retire_contexts(
            array_agg(side.child_id), array_agg(side.id), array_agg(side.start_time) -- side by side
        )
        from old_sessions as o
        full join new_sessions as n on o.id = n.id
        cross join lateral (
            values
            (o.child_id, o.id, o.start_time),
            (n.child_id, n.id, case when n.child_id = o.child_id then n.start_time else 'infinity' end)
        ) as side (child_id, id, start_time)
        where
            side.child_id is not null
            and (
                o.child_id, o.start_time, o.end_time, o.duration_minutes, o.quality, o.session_type, o.is_active
            ) is distinct from (
                n.child_id, n.start_time, n.end_time, n.duration_minutes, n.quality, n.session_type, n.is_active
            );

        update public.sleep_contexts as c
        set last_sleep_session_id = null
        from old_sessions as o
        where
            c.child_id = o.child_id
            and c.last_sleep_session_id = o.id
            and not exists (
                select from new_sessions as n where n.child_id = o.child_id and n.id = o.id
            );
    end if;
    return null;
end
$body$;

comment on function private.invalidate_predictions() is
'Trigger function: predictions become inactive when the sleep they rest on changes; once per statement.';

revoke all on function private.invalidate_predictions() from public;

create trigger invalidate_predictions_on_new_sleep
after insert on public.sleep_sessions
referencing new table as new_sessions
for each statement execute function private.invalidate_predictions();

create trigger _200_invalidate_predictions_on_changed_sleep
after update on public.sleep_sessions
referencing old table as old_sessions new table as new_sessions
for each statement execute function private.invalidate_predictions();

create trigger _300_invalidate_predictions_on_removed_sleep
after delete on public.sleep_sessions
referencing old table as old_sessions
for each statement execute function private.invalidate_predictions();

-- The cache, as the prediction service calls it: find; or create a context, ask the model, save; then track

create function private.age_in_months(p_born date, p_on date)
returns integer
language sql
immutable
set search_path = ''
as $body$
    select greatest(
        0,
        (extract(year from p_on) - extract(year from p_born)) * 12
        + extract(month from p_on) - extract(month from p_born)
        - case when extract(day from p_on) < extract(day from p_born) then 1 else 0 end
    )::integer
    where p_born is not null and p_on is not null
$body$;

comment on function private.age_in_months(date, date) is
'Whole months from birth to a day; 0 before birth, null where either is unknown.';

revoke all on function private.age_in_months(date, date) from public;
grant execute on function private.age_in_months(date, date) to authenticated, service_role;

create function public.find_active_prediction(p_child_id uuid, p_context_hash text)
returns setof public.predictions
language sql
stable
set search_path = ''
rows 1
as $body$
    select
        p.id,
        p.child_id,
        p.sleep_context_id,
        p.next_bedtime,
        p.time_until_bedtime,
        p.expected_duration,
        p.confidence,
        p.summary,
        p.reasoning,
        p.llm_provider,
        p.model_used,
        p.generation_time_ms,
        p.is_active,
        p.used_count,
        p.last_served_at,
        p.user_feedback,
        p.feedback_notes,
        p.created_at,
        p.updated_at
    from public.sleep_contexts as c
    inner join public.predictions as p on c.id = p.sleep_context_id
    where c.child_id = p_child_id and c.context_hash = p_context_hash and p.is_active
$body$;

comment on function public.find_active_prediction(uuid, text) is
'The prediction that may be served for this sleep of the child; no row if there is none.';

revoke all on function public.find_active_prediction(uuid, text)
from public, anon, authenticated, service_role;
grant execute on function public.find_active_prediction(uuid, text) to service_role;

create function public.create_sleep_context(p_child_id uuid, p_context_hash text, p_session_ids uuid[])
returns public.sleep_contexts
language plpgsql
set search_path = ''
as $body$
declare
    context public.sleep_contexts;
    first_start timestamptz;
    last_start timestamptz;
    total_hours numeric;
    age_months integer;
begin
    -- One at a time per child; and a change of the child's sleep is either seen here or sees this context.
    perform
    from public.children as c
    where c.id = p_child_id
    for no key update;

    select
        p_child_id,
        p_context_hash,
        count(*),
        coalesce(array_agg(s.id order by s.start_time, s.id), '{}'),
        (array_agg(s.id order by s.start_time desc, s.id desc))[1],
        round(coalesce(sum(s.minutes), 0) / 60, 2),
        round(avg(s.minutes), 2),
        min(s.start_time),
        max(s.start_time)
    into
        context.child_id,
        context.context_hash,
        context.sessions_count,
        context.session_ids,
        context.last_sleep_session_id,
        total_hours,
        context.average_session_duration,
        first_start,
        last_start
    from (
        select
            own.id,
            own.start_time,
            coalesce(own.duration_minutes, extract(epoch from own.end_time - own.start_time) / 60) as minutes
        from public.sleep_sessions as own
        where own.child_id = p_child_id and own.id = any(p_session_ids)
    ) as s;

    if context.sessions_count <> (select count(distinct w.id) from unnest(p_session_ids) as w (id)) then
        raise exception 'the context names % sessions of which child % has only %',
            cardinality(p_session_ids), p_child_id, context.sessions_count
            using
                errcode = 'foreign_key_violation',
                hint = 'A session was deleted or moved after it was read, or belongs to another child: read again.';
    end if;

    if exists (
        select
        from public.sleep_sessions as s
        where
            s.child_id = p_child_id
            and s.is_active
            and s.end_time is not null
            and s.start_time >= first_start
            and s.id <> all(p_session_ids)
    ) then
        raise exception 'the context leaves out sleep of child % that came after its first session', p_child_id
            using
                errcode = 'serialization_failure',
                hint = 'The sleep changed after it was read: read again and ask for a context of that.';
    end if;

    select private.age_in_months(c.date_of_birth, (last_start at time zone 'utc')::date)
    into age_months
    from public.children as c
    where c.id = p_child_id;

    -- A wrong birthday or a sleep of weeks is no reason to leave a child without prediction.
    insert into public.sleep_contexts as c (
        child_id,
        context_hash,
        sessions_count,
        session_ids,
        last_sleep_session_id,
        child_age_months,
        total_sleep_hours,
        average_session_duration
    )
    select
        context.child_id,
        context.context_hash,
        context.sessions_count,
        context.session_ids,
        context.last_sleep_session_id,
        case when age_months <= 300 then age_months end,
        case when total_hours < 1000 then total_hours end,
        context.average_session_duration
    on conflict (child_id, context_hash) do update set
        -- Sleep that is again as it was once has the same hash: the context is taken up again.
        sessions_count = excluded.sessions_count,
        session_ids = excluded.session_ids,
        last_sleep_session_id = excluded.last_sleep_session_id,
        child_age_months = excluded.child_age_months,
        total_sleep_hours = excluded.total_sleep_hours,
        average_session_duration = excluded.average_session_duration,
        is_current = true
    where not c.is_current;

    return (
        select c
        from public.sleep_contexts as c
        where c.child_id = p_child_id and c.context_hash = p_context_hash
    );
end
$body$;

comment on function public.create_sleep_context(uuid, text, uuid[]) is
'The context of this sleep of the child, made if there is none: asked twice, it gives the same row twice.';

revoke all on function public.create_sleep_context(uuid, text, uuid[])
from public, anon, authenticated, service_role;
grant execute on function public.create_sleep_context(uuid, text, uuid[]) to service_role;

create function public.save_prediction(
    p_sleep_context_id uuid,
    p_llm_provider text,
    p_next_bedtime timestamptz default null,
    p_time_until_bedtime interval default null,
    p_expected_duration interval default null,
    p_confidence numeric default null,
    p_summary text default null,
    p_reasoning text default null,
    p_model_used text default null,
    p_generation_time_ms integer default null
)
returns public.predictions
language plpgsql
set search_path = ''
as $body$
declare
    prediction public.predictions;
    of_child uuid;
begin
    select c.child_id
    into of_child
    from public.sleep_contexts as c
    where c.id = p_sleep_context_id;

    -- Of two answers to one question the first stays, so that the parent goes on seeing the same one. The loop
    -- ends when that one is found, or when it has become inactive meanwhile and made room.
    loop
        insert into public.predictions (
            child_id,
            sleep_context_id,
            llm_provider,
            next_bedtime,
            time_until_bedtime,
            expected_duration,
            confidence,
            summary,
            reasoning,
            model_used,
            generation_time_ms
        )
        values (
            of_child,
            p_sleep_context_id,
            p_llm_provider,
            p_next_bedtime,
            p_time_until_bedtime,
            p_expected_duration,
            p_confidence,
            p_summary,
            p_reasoning,
            p_model_used,
            p_generation_time_ms
        )
        on conflict (sleep_context_id) where is_active do nothing
        returning predictions.* into prediction;
        exit when found;

        prediction := (
            select p
            from public.predictions as p
            where p.sleep_context_id = p_sleep_context_id and p.is_active
        );
        exit when prediction.id is not null;
    end loop;

    return prediction;
end
$body$;

comment on function public.save_prediction(
    uuid, text, timestamptz, interval, interval, numeric, text, text, text, integer
) is
'Saves a prediction for a context and returns it, or the active one if another request was faster.';

revoke all on function public.save_prediction(
    uuid, text, timestamptz, interval, interval, numeric, text, text, text, integer
)
from public, anon, authenticated, service_role;
grant execute on function public.save_prediction(
    uuid, text, timestamptz, interval, interval, numeric, text, text, text, integer
)
to service_role;

create function public.track_prediction_usage(
    p_prediction_id uuid,
    p_was_from_cache boolean,
    p_user_action text default null
)
returns public.prediction_usage
language plpgsql
set search_path = ''
as $body$
declare
    usage public.prediction_usage;
begin
    insert into public.prediction_usage (prediction_id, child_id, was_from_cache, user_action)
    select
        p.id,
        p.child_id,
        p_was_from_cache,
        p_user_action
    from public.predictions as p
    where p.id = p_prediction_id
    returning prediction_usage.* into usage;

    if not found then
        raise exception 'there is no prediction %', p_prediction_id
            using errcode = 'no_data_found';
    end if;

    return usage;
end
$body$;

comment on function public.track_prediction_usage(uuid, boolean, text) is
'Writes down that a prediction was served; its used_count follows in the same transaction.';

revoke all on function public.track_prediction_usage(uuid, boolean, text)
from public, anon, authenticated, service_role;
grant execute on function public.track_prediction_usage(uuid, boolean, text) to service_role;

-- Views

create view public.user_children_summary
with (security_invoker = true) as
select
    u.id as user_id,
    u.telegram_user_id,
    coalesce(u.custom_name, u.first_name) as user_name,
    c.id as child_id,
    c.name as child_name,
    c.gender,
    c.date_of_birth,
    private.age_in_months(c.date_of_birth, (now() at time zone 'utc')::date) as age_months,
    count(s.id) as session_count,
    count(s.id) filter (where s.session_type = 'night') as night_count,
    count(s.id) filter (where s.session_type = 'nap') as nap_count,
    max(s.start_time) as last_session_start
from public.users as u
inner join public.children as c on u.id = c.user_id
left join public.sleep_sessions as s on c.id = s.child_id
group by u.id, c.id
order by u.id, c.id;

comment on view public.user_children_summary is
'Children with their age and how much of their sleep is written down.';

revoke all on table public.user_children_summary from anon, authenticated, service_role;
grant select on table public.user_children_summary to authenticated, service_role;

-- Predictions and usage are counted apart: joined, a prediction would count as often as it was served.
create view public.prediction_cache_stats
with (security_invoker = true) as
select
    c.id as child_id,
    c.name as child_name,
    coalesce(p.predictions, 0) as total_predictions,
    coalesce(p.active_predictions, 0) as active_predictions,
    coalesce(u.usages, 0) as total_usages,
    coalesce(u.hits, 0) as cache_hits,
    coalesce(u.usages - u.hits, 0) as cache_misses,
    round(100.0 * u.hits / u.usages, 2) as hit_percentage
from public.children as c
left join (
    select
        predictions.child_id,
        count(*) as predictions,
        count(*) filter (where predictions.is_active) as active_predictions
    from public.predictions
    group by predictions.child_id
) as p on c.id = p.child_id
left join (
    select
        prediction_usage.child_id,
        count(*) as usages,
        count(*) filter (where prediction_usage.was_from_cache) as hits
    from public.prediction_usage
    group by prediction_usage.child_id
) as u on c.id = u.child_id
order by c.id;

comment on view public.prediction_cache_stats is 'How often predictions for a child came from the cache.';
comment on column public.prediction_cache_stats.hit_percentage is
'Hits among all usages, in per cent; null before anything was served.';

revoke all on table public.prediction_cache_stats from anon, authenticated, service_role;
grant select on table public.prediction_cache_stats to authenticated, service_role;
