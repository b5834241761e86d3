-- sql/ai_assistant/002_create_users_table.sql
-- Users: the members of a tenant, and the helpers that tell every policy who is asking.
-- Needs: 001_create_tenants_table.sql.  Undone by: rollback_002_users.sql

create table public.users (
    id uuid not null default gen_random_uuid(),
    tenant_id uuid not null,
    auth_id uuid not null,
    email text not null,
    name text,
    role text not null default 'user',
    preferences jsonb not null default '{}',
    is_active boolean not null default true,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint users_pkey primary key (id),
    constraint users_auth_id_key unique (auth_id),
    constraint users_tenant_id_id_key unique (tenant_id, id),
    constraint users_tenant_id_fkey foreign key (tenant_id) references public.tenants (id) on delete cascade,
    constraint users_role_is_known check (role in ('admin', 'user'))
);

alter table public.users enable row level security;
alter table public.users force row level security;

comment on table public.users is
'Members of a tenant. A person who signs in is a member of one tenant at most.';
comment on column public.users.auth_id is
'Who signs in: auth.uid(). No foreign key: a tenant''s sign-in may live outside auth.users.';
comment on column public.users.role is 'An admin deactivates members of the tenant; a user does not.';
comment on column public.users.preferences is 'The member''s own settings, by name.';
comment on column public.users.is_active is
'False takes all access away at once, whatever token is still valid.';
comment on constraint users_tenant_id_id_key on public.users is
'Lets a child name its user together with the tenant, so that both always agree.';

-- No insert, no delete: members come and go through the service role. Nothing for anon.
-- Nobody changes role, tenant or sign-in of anybody through the API: those columns are not granted.
revoke all on table public.users from anon, authenticated, service_role;
grant select, update (name, preferences, is_active) on table public.users to authenticated;
grant select, insert, update, delete on table public.users to service_role;

create function private.current_auth_id()
returns uuid
language plpgsql
stable
set search_path = ''
as $body$
begin
    return auth.uid();
exception
    -- Claims that are no JSON, or a "sub" that is no uuid, are nobody's and show nothing.
    when data_exception then
        return null;
end
$body$;

comment on function private.current_auth_id() is
'Who has signed in; null for nobody and for claims that cannot be read.';

revoke all on function private.current_auth_id() from public;
grant execute on function private.current_auth_id() to authenticated, service_role;

-- Definer rights: the policies of users need these, and with the caller's rights they would ask themselves.
-- They take no argument, so a caller learns nothing but who they are.
-- In plpgsql, which keeps its plan: before PostgreSQL 18, a function in SQL is planned anew every time.

create function private.current_user_id()
returns uuid
language plpgsql
stable
security definer
set search_path = ''
as $body$
begin
    return (
        select u.id
        from public.users as u
        where u.auth_id = (select private.current_auth_id()) and u.is_active
    );
end
$body$;

comment on function private.current_user_id() is 'The active member who asks, null if there is none.';

revoke all on function private.current_user_id() from public;
grant execute on function private.current_user_id() to authenticated, service_role;

create function private.current_tenant_id()
returns uuid
language plpgsql
stable
security definer
set search_path = ''
as $body$
begin
    return (
        select u.tenant_id
        from public.users as u
        where u.auth_id = (select private.current_auth_id()) and u.is_active
    );
end
$body$;

comment on function private.current_tenant_id() is
'The tenant of the active member who asks, null if there is none.';

revoke all on function private.current_tenant_id() from public;
grant execute on function private.current_tenant_id() to authenticated, service_role;

create function private.current_user_is_admin()
returns boolean
language plpgsql
stable
security definer
set search_path = ''
as $body$
begin
    return exists (
        select
        from public.users as u
        where u.auth_id = (select private.current_auth_id()) and u.is_active and u.role = 'admin'
    );
end
$body$;

comment on function private.current_user_is_admin() is 'Whether an active admin asks; false for nobody.';

revoke all on function private.current_user_is_admin() from public;
grant execute on function private.current_user_is_admin() to authenticated, service_role;

create function private.refuse_to_edit_a_colleague()
returns trigger
language plpgsql
set search_path = ''
as $body$
begin
    if row_security_active('public.users') and old.id is distinct from private.current_user_id() then
        raise exception 'user % is a colleague, of whom an admin changes is_active and nothing else', old.id
            using errcode = 'insufficient_privilege';
    end if;
    return new;
end
$body$;

comment on function private.refuse_to_edit_a_colleague() is
'Trigger function: name and preferences are changed by the member themselves, or by roles that bypass RLS.';

revoke all on function private.refuse_to_edit_a_colleague() from public;

create policy select_member on public.users
for select
to authenticated
using (tenant_id = (select private.current_tenant_id()));

comment on policy select_member on public.users is 'Members see the members of their tenant.';

create policy update_own_or_as_admin on public.users
for update
to authenticated
using (
    tenant_id = (select private.current_tenant_id())
    and (id = (select private.current_user_id()) or (select private.current_user_is_admin()))
)
with check (
    tenant_id = (select private.current_tenant_id())
    and ((id = (select private.current_user_id()) and is_active) or (select private.current_user_is_admin()))
);

comment on policy update_own_or_as_admin on public.users is
'Members change their own row and stay active; an admin (de)activates any member of the tenant.';

-- No insert, no delete: see the grants.

create policy select_member on public.tenants
for select
to authenticated
using (id = (select private.current_tenant_id()));

comment on policy select_member on public.tenants is 'Members see their tenant.';

-- No insert, update or delete: tenants are managed by the service role.

create trigger _100_set_updated_at
before update on public.users
for each row execute function private.set_updated_at();

create trigger _200_refuse_to_edit_a_colleague
before update of name, preferences on public.users
for each row execute function private.refuse_to_edit_a_colleague();
