-- sql/ai_assistant/rollback_003_conversations.sql
-- Takes all conversations away.
-- Needs: 003_create_conversations_table.sql.  Undone by: 003_create_conversations_table.sql

begin;

do $guard$
begin
    if to_regclass('public.messages') is not null then
        raise exception 'roll back 004_create_messages_table.sql first'
            using errcode = 'dependent_objects_still_exist';
    end if;
end
$guard$;

drop table public.conversations;

commit;
