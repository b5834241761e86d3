-- sql/ai_assistant/rollback_001_tenants.sql
-- Takes all tenants away, then the helpers that nothing else uses by now.
-- Needs: 001_create_tenants_table.sql.  Undone by: 001_create_tenants_table.sql

begin;

do $guard$
begin
    if to_regclass('public.users') is not null then
        raise exception 'roll back 002_create_users_table.sql first'
            using errcode = 'dependent_objects_still_exist';
    end if;
end
$guard$;

drop table public.tenants;

drop function private.set_updated_at();

drop schema private;

commit;
