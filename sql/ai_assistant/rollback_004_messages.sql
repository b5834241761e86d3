-- sql/ai_assistant/rollback_004_messages.sql
-- Takes all messages away.
-- Needs: 004_create_messages_table.sql.  Undone by: 004_create_messages_table.sql

begin;

do $guard$
begin
    if to_regclass('public.feedback') is not null then
        raise exception 'roll back 005_create_feedback_table.sql first'
            using errcode = 'dependent_objects_still_exist';
    end if;
end
$guard$;

drop table public.messages;

drop function private.touch_conversations();

drop function private.take_tenant_of_conversation();

commit;
