-- sql/ai_assistant/006_create_usage_metrics_table.sql
-- Usage: tokens, requests and costs by tenant, member and day, what bills are made from.
-- Needs: 005_create_feedback_table.sql.  Undone by: rollback_006_usage_metrics.sql

create table public.usage_metrics (
    id uuid not null default gen_random_uuid(),
    tenant_id uuid not null,
    user_id uuid,
    date date not null default (now() at time zone 'utc')::date,
    prompt_tokens bigint not null default 0,
    completion_tokens bigint not null default 0,
    total_tokens bigint not null generated always as (prompt_tokens + completion_tokens) stored,
    request_count integer not null default 0,
    estimated_cost numeric(10, 4) not null default 0,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint usage_metrics_pkey primary key (id),
    constraint usage_metrics_tenant_id_user_id_date_key unique nulls not distinct (tenant_id, user_id, date),
    constraint usage_metrics_tenant_id_fkey
    foreign key (tenant_id) references public.tenants (id) on delete cascade,
    constraint usage_metrics_tenant_id_user_id_fkey
    foreign key (tenant_id, user_id) references public.users (tenant_id, id) on delete set null (user_id),
    constraint usage_metrics_prompt_tokens_is_not_negative check (prompt_tokens >= 0),
    constraint usage_metrics_completion_tokens_is_not_negative check (completion_tokens >= 0),
    constraint usage_metrics_request_count_is_not_negative check (request_count >= 0),
    -- Not a number is greater than any number, and no sum that it is part of is one ever again.
    constraint usage_metrics_estimated_cost_is_a_number_not_negative
    check (estimated_cost >= 0 and estimated_cost <> 'NaN'),
    -- Beyond, there are dates whose month PostgreSQL cannot compute; one would stop the summary of all.
    constraint usage_metrics_date_is_between_the_years_1_and_9999
    check (date between '0001-01-01' and '9999-12-31')
);

alter table public.usage_metrics enable row level security;
alter table public.usage_metrics force row level security;

create index usage_metrics_tenant_id_date_idx on public.usage_metrics (tenant_id, date);
create index usage_metrics_date_idx on public.usage_metrics (date);

comment on table public.usage_metrics is 'Usage by tenant, member and day (UTC): one row each.';
comment on column public.usage_metrics.user_id is
'The member who used it; null for use of the tenant as a whole, and for that of members who are gone.';
comment on column public.usage_metrics.date is 'The day, in UTC.';
comment on column public.usage_metrics.total_tokens is 'Prompt and completion together; computed.';
comment on column public.usage_metrics.estimated_cost is 'In US dollars, to a hundredth of a cent.';
comment on constraint usage_metrics_tenant_id_user_id_date_key on public.usage_metrics is
'One row per day also where there is no member: null counts as a value here.';

-- Members read and only the service role writes. Nothing for anon.
revoke all on table public.usage_metrics from anon, authenticated, service_role;
grant select on table public.usage_metrics to authenticated;
grant select, insert, update, delete on table public.usage_metrics to service_role;

create policy select_member on public.usage_metrics
for select
to authenticated
using (tenant_id = (select private.current_tenant_id()));

comment on policy select_member on public.usage_metrics is 'Members see the usage of their tenant.';

-- No insert, update or delete: nobody writes their own bill.

create trigger _100_set_updated_at
before update on public.usage_metrics
for each row execute function private.set_updated_at();

create function private.fold_usage_into_tenant()
returns trigger
language plpgsql
security definer
set search_path = ''
as $body$
begin
    -- The foreign key alone would leave two rows without a member for one day, which the unique key refuses.
    -- Deleted and added in one statement: what another transaction is still adding to a row, is waited for.
    with gone as (
        delete from public.usage_metrics
        where tenant_id = old.tenant_id and user_id = old.id
        returning tenant_id, date, prompt_tokens, completion_tokens, request_count, estimated_cost
    )

    insert into public.usage_metrics as m (
        tenant_id, date, prompt_tokens, completion_tokens, request_count, estimated_cost
    )
    select
        gone.tenant_id,
        gone.date,
        gone.prompt_tokens,
        gone.completion_tokens,
        gone.request_count,
        gone.estimated_cost
    from gone
    -- Of a tenant that is being deleted, nothing is kept.
    inner join public.tenants as t on gone.tenant_id = t.id
    order by gone.date -- of one member, each day once
    on conflict (tenant_id, user_id, date) do update set
        prompt_tokens = m.prompt_tokens + excluded.prompt_tokens,
        completion_tokens = m.completion_tokens + excluded.completion_tokens,
        request_count = m.request_count + excluded.request_count,
        estimated_cost = m.estimated_cost + excluded.estimated_cost;

    return old;
end
$body$;

comment on function private.fold_usage_into_tenant() is
'Trigger function: what a deleted member used is added to their tenant''s own usage of the same days.';

revoke all on function private.fold_usage_into_tenant() from public;

create trigger _300_fold_usage_into_tenant
before delete on public.users
for each row execute function private.fold_usage_into_tenant();

create function public.increment_usage_metrics(
    p_tenant_id uuid,
    p_user_id uuid,
    p_date date,
    p_prompt_tokens bigint,
    p_completion_tokens bigint,
    p_estimated_cost numeric
)
returns void
language plpgsql
set search_path = ''
as $body$
begin
    if least(p_prompt_tokens, p_completion_tokens, p_estimated_cost) < 0 then
        raise exception 'usage cannot shrink: % prompt tokens, % completion tokens, cost %',
            p_prompt_tokens, p_completion_tokens, p_estimated_cost
            using errcode = 'invalid_parameter_value';
    end if;

    insert into public.usage_metrics as m (
        tenant_id, user_id, date, prompt_tokens, completion_tokens, request_count, estimated_cost
    )
    values (p_tenant_id, p_user_id, p_date, p_prompt_tokens, p_completion_tokens, 1, p_estimated_cost)
    on conflict (tenant_id, user_id, date) do update set
        prompt_tokens = m.prompt_tokens + excluded.prompt_tokens,
        completion_tokens = m.completion_tokens + excluded.completion_tokens,
        request_count = m.request_count + 1,
        estimated_cost = m.estimated_cost + excluded.estimated_cost;
end
$body$;

comment on function public.increment_usage_metrics(uuid, uuid, date, bigint, bigint, numeric) is
'Adds a request, its tokens and its cost to the day; p_user_id null for the tenant as a whole.';

-- The caller's rights, so that even a stray grant would leave members before the policies.
revoke all on function public.increment_usage_metrics(uuid, uuid, date, bigint, bigint, numeric)
from public, anon, authenticated, service_role;
grant execute on function public.increment_usage_metrics(uuid, uuid, date, bigint, bigint, numeric)
to service_role;

create materialized view analytics.monthly_usage_summary as
select
    m.tenant_id,
    m.user_id,
    date_trunc('month', m.date::timestamp)::date as month,
    sum(m.prompt_tokens) as total_prompt_tokens,
    sum(m.completion_tokens) as total_completion_tokens,
    sum(m.total_tokens) as total_tokens,
    sum(m.request_count) as total_requests,
    sum(m.estimated_cost) as total_cost,
    count(distinct m.date) as active_days
from public.usage_metrics as m
group by m.tenant_id, m.user_id, date_trunc('month', m.date::timestamp)::date;

create unique index monthly_usage_summary_tenant_id_user_id_month_key
on analytics.monthly_usage_summary (tenant_id, user_id, month) nulls not distinct;

comment on materialized view analytics.monthly_usage_summary is
'Usage by tenant, member (null: the tenant as a whole) and month, as of the last refresh.';

create function private.monthly_usage_summary()
returns table (
    tenant_id uuid,
    user_id uuid,
    month date,
    total_prompt_tokens numeric,
    total_completion_tokens numeric,
    total_tokens numeric,
    total_requests bigint,
    total_cost numeric,
    active_days bigint
)
language sql
stable
security definer
set search_path = ''
as $body$
    select
        s.tenant_id,
        s.user_id,
        s.month,
        s.total_prompt_tokens,
        s.total_completion_tokens,
        s.total_tokens,
        s.total_requests,
        s.total_cost,
        s.active_days
    from analytics.monthly_usage_summary as s
    where s.tenant_id = any((select private.readable_tenant_ids())::uuid[])
$body$;

comment on function private.monthly_usage_summary() is
'The rows of the monthly summary that the caller may read.';

revoke all on function private.monthly_usage_summary() from public;
grant execute on function private.monthly_usage_summary() to authenticated, service_role;

create view public.monthly_usage_summary
with (security_invoker = true) as
select
    s.tenant_id,
    s.user_id,
    s.month,
    s.total_prompt_tokens,
    s.total_completion_tokens,
    s.total_tokens,
    s.total_requests,
    s.total_cost,
    s.active_days
from private.monthly_usage_summary() as s
order by s.tenant_id, s.month, s.user_id;

comment on view public.monthly_usage_summary is
'Usage by member (null: the tenant as a whole) and month of the caller''s tenant, as of the last refresh.';

revoke all on table public.monthly_usage_summary from anon, authenticated, service_role;
grant select on table public.monthly_usage_summary to authenticated, service_role;

create view public.current_day_usage
with (security_invoker = true) as
select
    m.tenant_id,
    m.user_id,
    m.date,
    m.prompt_tokens,
    m.completion_tokens,
    m.total_tokens,
    m.request_count,
    m.estimated_cost
from public.usage_metrics as m
where m.date = (now() at time zone 'utc')::date
order by m.tenant_id, m.user_id;

comment on view public.current_day_usage is 'Today''s usage (UTC) of the caller''s tenant, as it stands.';

revoke all on table public.current_day_usage from anon, authenticated, service_role;
grant select on table public.current_day_usage to authenticated, service_role;
