-- sql/ai_assistant/001_create_tenants_table.sql
-- Tenants: the companies that use the assistant, each with its model, its limits and its branding.
-- Needs: nothing.  Undone by: rollback_001_tenants.sql

create schema private;

comment on schema private is 'Helpers of policies, views and triggers. Not exposed by the API.';

-- Without usage nobody could call a helper by its name; what may be called is granted function by function.
grant usage on schema private to authenticated, service_role;

create function private.set_updated_at()
returns trigger
language plpgsql
set search_path = ''
as $body$
begin
    new.updated_at := now();
    return new;
end
$body$;

comment on function private.set_updated_at() is
'Trigger function: an update moves updated_at to the time of its transaction, whatever the client sent.';

revoke all on function private.set_updated_at() from public;

create table public.tenants (
    id uuid not null default gen_random_uuid(),
    name text not null,
    slug text not null,
    llm_provider text not null default 'openai',
    llm_model text not null default 'gpt-4o',
    temperature numeric(3, 2) not null default 0.70,
    max_tokens integer not null default 2000,
    system_prompt text,
    features jsonb not null default '{}',
    rate_limit_per_minute integer not null default 60,
    daily_token_limit bigint not null default 100000,
    branding jsonb not null default '{}',
    is_active boolean not null default true,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint tenants_pkey primary key (id),
    constraint tenants_slug_key unique (slug),
    constraint tenants_temperature_is_between_0_and_2 check (temperature between 0 and 2),
    constraint tenants_max_tokens_is_positive check (max_tokens > 0),
    constraint tenants_rate_limit_is_positive check (rate_limit_per_minute > 0),
    constraint tenants_daily_token_limit_is_positive check (daily_token_limit > 0)
);

alter table public.tenants enable row level security;
alter table public.tenants force row level security;

comment on table public.tenants is
'The companies that use the assistant; everything else belongs to one of them.';
comment on column public.tenants.slug is 'Name of the tenant in addresses; unique over all tenants.';
comment on column public.tenants.llm_provider is 'Whose model answers this tenant''s questions.';
comment on column public.tenants.llm_model is 'The model, as its provider calls it.';
comment on column public.tenants.temperature is 'How freely the model answers, from 0 to 2.';
comment on column public.tenants.max_tokens is 'Upper limit of one answer, in tokens.';
comment on column public.tenants.system_prompt is 'What the model is told before every conversation.';
comment on column public.tenants.features is 'Switches of this tenant, by name.';
comment on column public.tenants.rate_limit_per_minute is
'Requests that the application lets through in a minute.';
comment on column public.tenants.daily_token_limit is
'Tokens that the application lets through in a day (UTC).';
comment on column public.tenants.branding is 'Logo, colours and texts of the tenant''s own.';
comment on column public.tenants.is_active is
'False suspends the tenant''s requests to the model; its members still read what they have.';

-- Members read, and only the service role writes. Nothing for anon.
revoke all on table public.tenants from anon, authenticated, service_role;
grant select on table public.tenants to authenticated;
grant select, insert, update, delete on table public.tenants to service_role;

-- The policy needs to know whose member asks: it is in 002_create_users_table.sql. Until then nobody reads.

create trigger _100_set_updated_at
before update on public.tenants
for each row execute function private.set_updated_at();
