-- sql/ai_assistant/rollback_002_users.sql
-- Takes all members away, and the helpers that told who is asking.
-- Needs: 002_create_users_table.sql.  Undone by: 002_create_users_table.sql

begin;

do $guard$
begin
    if to_regclass('public.conversations') is not null then
        raise exception 'roll back 003_create_conversations_table.sql first'
            using errcode = 'dependent_objects_still_exist';
    end if;
end
$guard$;

drop policy select_member on public.tenants;

drop table public.users;

drop function private.refuse_to_edit_a_colleague();

drop function private.current_user_is_admin();

drop function private.current_tenant_id();

drop function private.current_user_id();

drop function private.current_auth_id();

commit;
