-- sql/advent_calendar/0002_init_family_domain.sql
-- Family: the child of an account, and what the family allows.
-- Needs: 0001_init_identity_access.sql.  Undone by: rollback_0002_init_family_domain.sql

create table public.child_profile_v2 (
    child_id uuid not null default gen_random_uuid(),
    account_id uuid not null,
    child_name text not null,
    display_name text,
    date_of_birth date,
    hero_photo_asset_id uuid,
    chat_persona text not null default 'mummy',
    custom_persona_prompt text,
    theme text not null default 'snow',
    timezone text not null default 'UTC',
    language text not null default 'en',
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint child_profile_v2_pkey primary key (child_id),
    constraint child_profile_v2_account_id_key unique (account_id),
    constraint child_profile_v2_account_id_child_id_key unique (account_id, child_id),
    constraint child_profile_v2_account_id_fkey foreign key (account_id)
    references public.account_v2 (account_id) on delete cascade,
    constraint child_profile_v2_child_name_has_1_to_100_characters
    check (char_length(child_name) between 1 and 100),
    constraint child_profile_v2_display_name_has_at_most_50_characters
    check (char_length(display_name) <= 50),
    constraint child_profile_v2_chat_persona_is_known check (chat_persona in ('mummy', 'daddy', 'custom')),
    constraint child_profile_v2_theme_is_known check (theme in ('snow', 'forest', 'candy', 'stars')),
    constraint child_profile_v2_timezone_has_1_to_64_characters
    check (char_length(timezone) between 1 and 64),
    constraint child_profile_v2_language_is_a_tag check (language ~ '^[a-z]{2,3}(-[A-Z]{2})?$')
);

alter table public.child_profile_v2 enable row level security;
alter table public.child_profile_v2 force row level security;

comment on table public.child_profile_v2 is 'The child of a family; one per account.';
comment on column public.child_profile_v2.display_name is
'What the child is called on screen; null: child_name.';
comment on column public.child_profile_v2.hero_photo_asset_id is
'The picture of the child, of the same account: see media_asset.';
comment on column public.child_profile_v2.chat_persona is 'Who answers in the chat.';
comment on column public.child_profile_v2.custom_persona_prompt is
'How the persona "custom" speaks; kept while another is chosen.';
comment on column public.child_profile_v2.timezone is 'IANA name; it says when a day begins for the child.';
comment on column public.child_profile_v2.language is 'Language of the child, such as "en" or "pt-BR".';

-- Nothing for anon. A child stays in its account: account_id is not among the columns that may change.
revoke all on table public.child_profile_v2 from anon, authenticated, service_role;
grant select, insert, delete, update (
    child_name, display_name, date_of_birth, hero_photo_asset_id, chat_persona, custom_persona_prompt,
    theme, timezone, language
) on table public.child_profile_v2 to authenticated;
grant select, insert, update, delete on table public.child_profile_v2 to service_role;

create policy select_own on public.child_profile_v2
for select
to authenticated
using (account_id = (select private.current_account_id()));

comment on policy select_own on public.child_profile_v2 is 'Owners see their child.';

create policy insert_own on public.child_profile_v2
for insert
to authenticated
with check (account_id = (select private.current_account_id()));

comment on policy insert_own on public.child_profile_v2 is 'Owners add a child to their account.';

create policy update_own on public.child_profile_v2
for update
to authenticated
using (account_id = (select private.current_account_id()))
with check (account_id = (select private.current_account_id()));

comment on policy update_own on public.child_profile_v2 is 'Owners change the profile of their child.';

create policy delete_own on public.child_profile_v2
for delete
to authenticated
using (account_id = (select private.current_account_id()));

comment on policy delete_own on public.child_profile_v2 is
'Owners delete the profile of their child, and everything that was made for it.';

create trigger _100_set_updated_at
before update on public.child_profile_v2
for each row execute function private.tg__set_updated_at();

create table public.family_settings (
    settings_id uuid not null default gen_random_uuid(),
    account_id uuid not null,
    child_id uuid not null,
    privacy_level text not null default 'private',
    content_filter_enabled boolean not null default true,
    analytics_enabled boolean not null default true,
    backup_enabled boolean not null default true,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint family_settings_pkey primary key (settings_id),
    constraint family_settings_account_id_child_id_key unique (account_id, child_id),
    constraint family_settings_account_id_child_id_fkey foreign key (account_id, child_id)
    references public.child_profile_v2 (account_id, child_id) on delete cascade,
    constraint family_settings_privacy_level_is_known check (privacy_level in ('private', 'family', 'public'))
);

alter table public.family_settings enable row level security;
alter table public.family_settings force row level security;

comment on table public.family_settings is 'What a family allows for a child. No row: the defaults.';
comment on column public.family_settings.privacy_level is
'What the application offers to share. It opens nothing by itself: only publishing a calendar does.';

-- Nothing for anon. Settings stay with their child.
revoke all on table public.family_settings from anon, authenticated, service_role;
grant select, insert, delete, update (
    privacy_level, content_filter_enabled, analytics_enabled, backup_enabled
) on table public.family_settings to authenticated;
grant select, insert, update, delete on table public.family_settings to service_role;

create policy select_own on public.family_settings
for select
to authenticated
using (account_id = (select private.current_account_id()));

comment on policy select_own on public.family_settings is 'Owners see their settings.';

create policy insert_own on public.family_settings
for insert
to authenticated
with check (account_id = (select private.current_account_id()));

comment on policy insert_own on public.family_settings is 'Owners set up their family.';

create policy update_own on public.family_settings
for update
to authenticated
using (account_id = (select private.current_account_id()))
with check (account_id = (select private.current_account_id()));

comment on policy update_own on public.family_settings is 'Owners change their settings.';

create policy delete_own on public.family_settings
for delete
to authenticated
using (account_id = (select private.current_account_id()));

comment on policy delete_own on public.family_settings is 'Owners go back to the defaults.';

create trigger _100_set_updated_at
before update on public.family_settings
for each row execute function private.tg__set_updated_at();
