-- sql/advent_calendar/0003_init_calendar_domain.sql
-- Calendars and their 24 days: owned, published to whoever has the link, and locked against change.
-- Needs: 0002_init_family_domain.sql.  Undone by: rollback_0003_init_calendar_domain.sql

create table public.advent_calendar_v2 (
    calendar_id uuid not null default gen_random_uuid(),
    account_id uuid not null,
    child_id uuid not null,
    template_id uuid,
    share_uuid uuid not null default gen_random_uuid(),
    public_slug text,
    title text,
    year integer not null,
    theme text not null default 'snow',
    is_published boolean not null default false,
    published_at timestamptz,
    publish_date_unknown boolean not null default false,
    is_locked boolean not null default false,
    lock_reason text,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint advent_calendar_v2_pkey primary key (calendar_id),
    constraint advent_calendar_v2_child_id_year_key unique (child_id, year),
    constraint advent_calendar_v2_share_uuid_key unique (share_uuid),
    constraint advent_calendar_v2_public_slug_key unique (public_slug),
    constraint advent_calendar_v2_account_id_calendar_id_key unique (account_id, calendar_id),
    constraint advent_calendar_v2_account_id_child_id_fkey foreign key (account_id, child_id)
    references public.child_profile_v2 (account_id, child_id) on delete cascade,
    constraint advent_calendar_v2_year_is_2024_to_2030 check (year between 2024 and 2030),
    constraint advent_calendar_v2_theme_is_known check (theme in ('snow', 'forest', 'candy', 'stars')),
    constraint advent_calendar_v2_title_has_1_to_200_characters check (char_length(title) between 1 and 200),
    constraint advent_calendar_v2_slug_has_3_to_60_letters_digits_hyphens
    check (public_slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' and char_length(public_slug) between 3 and 60),
    constraint advent_calendar_v2_slug_is_not_a_uuid
    check (public_slug !~ '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$'),
    constraint advent_calendar_v2_published_has_a_date_or_says_unknown
    check (is_published = (published_at is not null or publish_date_unknown)),
    constraint advent_calendar_v2_a_known_publish_date_is_not_unknown
    check (published_at is null or not publish_date_unknown),
    constraint advent_calendar_v2_only_a_lock_has_a_reason check (is_locked or lock_reason is null)
);

alter table public.advent_calendar_v2 enable row level security;
alter table public.advent_calendar_v2 force row level security;

create index advent_calendar_v2_account_id_child_id_idx on public.advent_calendar_v2 (account_id, child_id);

comment on table public.advent_calendar_v2 is
'The calendar of a child in a year. A published one is read through published_calendar() by whoever has its
link or slug.';
comment on column public.advent_calendar_v2.template_id is
'What the calendar was made from. Templates are not in the database yet, so this refers to nothing.';
comment on column public.advent_calendar_v2.share_uuid is
'The secret in the share link. A new one makes the old link useless.';
comment on column public.advent_calendar_v2.public_slug is
'A name chosen by the family in place of the share link; it can be guessed. Never looks like a share_uuid.';
comment on column public.advent_calendar_v2.published_at is
'Since when the calendar is published; null while it is not.';
comment on column public.advent_calendar_v2.publish_date_unknown is
'True: published in the old application, which kept no date.';
comment on column public.advent_calendar_v2.is_locked is
'True: the calendar, its days and its surprises refuse every change (SQLSTATE PT423) until it is unlocked.';
comment on column public.advent_calendar_v2.lock_reason is
'Why the calendar is locked, for the family to read.';

-- Nothing for anon: a policy for published calendars would let everybody list them all. When a calendar was
-- published is not the client's to say.
revoke all on table public.advent_calendar_v2 from anon, authenticated, service_role;
grant select, delete,
insert (
    calendar_id, account_id, child_id, template_id, share_uuid, public_slug, title, year, theme, is_published,
    is_locked, lock_reason, created_at
),
update (template_id, share_uuid, public_slug, title, year, theme, is_published, is_locked, lock_reason)
on table public.advent_calendar_v2 to authenticated;
grant select, insert, update, delete on table public.advent_calendar_v2 to service_role;

create policy select_own on public.advent_calendar_v2
for select
to authenticated
using (account_id = (select private.current_account_id()));

comment on policy select_own on public.advent_calendar_v2 is 'Owners see their calendars.';

create policy insert_own on public.advent_calendar_v2
for insert
to authenticated
with check (account_id = (select private.current_account_id()));

comment on policy insert_own on public.advent_calendar_v2 is 'Owners make calendars for their own child.';

create policy update_own on public.advent_calendar_v2
for update
to authenticated
using (account_id = (select private.current_account_id()))
with check (account_id = (select private.current_account_id()));

comment on policy update_own on public.advent_calendar_v2 is
'Owners change, publish, lock and unlock their calendars.';

create policy delete_own on public.advent_calendar_v2
for delete
to authenticated
using (account_id = (select private.current_account_id()));

comment on policy delete_own on public.advent_calendar_v2 is 'Owners delete their calendars, unless locked.';

create table public.calendar_day_v2 (
    day_id uuid not null default gen_random_uuid(),
    account_id uuid not null,
    calendar_id uuid not null,
    day_number integer not null,
    title text,
    message text,
    photo_asset_id uuid,
    voice_asset_id uuid,
    music_asset_id uuid,
    confetti_type text not null default 'snow',
    unlock_effect text not null default 'fireworks',
    is_opened boolean not null default false,
    opened_at timestamptz,
    opened_by_ip inet,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint calendar_day_v2_pkey primary key (day_id),
    constraint calendar_day_v2_calendar_id_day_number_key unique (calendar_id, day_number),
    constraint calendar_day_v2_account_id_day_id_key unique (account_id, day_id),
    constraint calendar_day_v2_account_id_calendar_id_fkey foreign key (account_id, calendar_id)
    references public.advent_calendar_v2 (account_id, calendar_id) on delete cascade,
    constraint calendar_day_v2_day_number_is_1_to_24 check (day_number between 1 and 24),
    constraint calendar_day_v2_title_has_1_to_200_characters check (char_length(title) between 1 and 200),
    constraint calendar_day_v2_message_is_not_empty check (message <> ''),
    constraint calendar_day_v2_confetti_type_is_known
    check (confetti_type in ('snow', 'stars', 'candy', 'reindeer')),
    constraint calendar_day_v2_unlock_effect_is_known
    check (unlock_effect in ('fireworks', 'snowstorm', 'aurora', 'gingerbread')),
    constraint calendar_day_v2_only_an_opened_day_says_when_and_where
    check (is_opened or (opened_at is null and opened_by_ip is null))
);

alter table public.calendar_day_v2 enable row level security;
alter table public.calendar_day_v2 force row level security;

create index calendar_day_v2_account_id_calendar_id_idx on public.calendar_day_v2 (account_id, calendar_id);

comment on table public.calendar_day_v2 is
'What is behind a door of a calendar, and whether it has been opened.';
comment on column public.calendar_day_v2.photo_asset_id is
'A media_asset of the same account, as are voice and music.';
comment on column public.calendar_day_v2.opened_at is
'When the day was first opened; null for a day opened in the old application at a time that it did not keep.';
comment on column public.calendar_day_v2.opened_by_ip is
'Where the day was opened from; only the family sees it.';

-- Nothing for anon: days of a published calendar are read through published_calendar_days(). A day stays in
-- its calendar: calendar_id and account_id are not among the columns that may change. It comes closed,
-- and when it was opened is not the client's to say.
revoke all on table public.calendar_day_v2 from anon, authenticated, service_role;
grant select, delete,
insert (
    day_id, account_id, calendar_id, day_number, title, message, photo_asset_id, voice_asset_id,
    music_asset_id, confetti_type, unlock_effect, created_at
),
update (
    day_number, title, message, photo_asset_id, voice_asset_id, music_asset_id, confetti_type, unlock_effect,
    is_opened, opened_by_ip
) on table public.calendar_day_v2 to authenticated;
grant select, insert, update, delete on table public.calendar_day_v2 to service_role;

create policy select_own on public.calendar_day_v2
for select
to authenticated
using (account_id = (select private.current_account_id()));

comment on policy select_own on public.calendar_day_v2 is 'Owners see the days of their calendars.';

create policy insert_own on public.calendar_day_v2
for insert
to authenticated
with check (account_id = (select private.current_account_id()));

comment on policy insert_own on public.calendar_day_v2 is 'Owners add days to their calendars.';

create policy update_own on public.calendar_day_v2
for update
to authenticated
using (account_id = (select private.current_account_id()))
with check (account_id = (select private.current_account_id()));

comment on policy update_own on public.calendar_day_v2 is 'Owners fill and open the days of their calendars.';

create policy delete_own on public.calendar_day_v2
for delete
to authenticated
using (account_id = (select private.current_account_id()));

comment on policy delete_own on public.calendar_day_v2 is 'Owners take days out of their calendars.';

create function private.refuse_when_locked(p_calendar_id uuid, p_account_id uuid)
returns void
language plpgsql
security definer
set search_path = ''
as $body$
declare
    locked boolean;
    reason text;
begin
    -- The share lock makes whoever wants to lock the calendar wait until this change is committed. It is taken
    -- on every calendar: a condition on is_locked would be checked first, and pass over the very rows that
    -- somebody is about to lock.
    select c.is_locked, coalesce(c.lock_reason, 'no reason given') into locked, reason
    from public.advent_calendar_v2 as c
    where c.calendar_id = p_calendar_id
    for share;

    -- An account that is being deleted takes its locked calendars along.
    if locked and exists (
        select from public.account_v2 as a
        where a.account_id = p_account_id
    ) then
        raise exception 'calendar % is locked: %', p_calendar_id, reason
            using errcode = 'PT423', hint = 'Unlock the calendar first.';
    end if;
end
$body$;

comment on function private.refuse_when_locked(uuid, uuid) is
'Raises PT423, which the API answers as HTTP 423 Locked, if the calendar is locked. For triggers: they decide
who asks.';

revoke all on function private.refuse_when_locked(uuid, uuid) from public;

create function private.tg_advent_calendar_v2__refuse_when_locked()
returns trigger
language plpgsql
security definer
set search_path = ''
as $body$
declare
    lock_columns constant text[] := array['is_locked', 'lock_reason', 'updated_at'];
begin
    if tg_op = 'DELETE' then
        perform private.refuse_when_locked(old.calendar_id, old.account_id);
        return old;
    end if;

    -- Locking and unlocking pass, alone.
    if old.is_locked and to_jsonb(new) - lock_columns is distinct from to_jsonb(old) - lock_columns then
        perform private.refuse_when_locked(old.calendar_id, old.account_id);
    end if;
    return new;
end
$body$;

comment on function private.tg_advent_calendar_v2__refuse_when_locked() is
'Trigger function: a locked calendar is neither changed nor deleted; its lock can be.';

revoke all on function private.tg_advent_calendar_v2__refuse_when_locked() from public;

create function private.tg__refuse_when_calendar_is_locked()
returns trigger
language plpgsql
security definer
set search_path = ''
as $body$
begin
    if tg_op <> 'INSERT' then
        perform private.refuse_when_locked(old.calendar_id, old.account_id);
    end if;
    if tg_op = 'DELETE' then
        return old;
    end if;
    if tg_op = 'INSERT' or new.calendar_id <> old.calendar_id then
        perform private.refuse_when_locked(new.calendar_id, new.account_id);
    end if;
    return new;
end
$body$;

comment on function private.tg__refuse_when_calendar_is_locked() is
'Trigger function for tables with a calendar_id: nothing enters, changes in or leaves a locked calendar.';

revoke all on function private.tg__refuse_when_calendar_is_locked() from public;

create function private.tg_advent_calendar_v2__date_publishing()
returns trigger
language plpgsql
set search_path = ''
as $body$
begin
    if not new.is_published then
        new.published_at := null;
        new.publish_date_unknown := false;
    elsif tg_op = 'UPDATE' and old.is_published then
        new.published_at := old.published_at;
        new.publish_date_unknown := old.publish_date_unknown;
    elsif new.published_at is null and not new.publish_date_unknown then
        new.published_at := now();
    end if;
    return new;
end
$body$;

comment on function private.tg_advent_calendar_v2__date_publishing() is
'Trigger function: publishing sets published_at, unpublishing clears it, and in between it stays as it is.';

revoke all on function private.tg_advent_calendar_v2__date_publishing() from public;

create function private.tg_calendar_day_v2__date_opening()
returns trigger
language plpgsql
set search_path = ''
as $body$
begin
    if not new.is_opened then
        new.opened_at := null;
        new.opened_by_ip := null;
    elsif old.is_opened then
        new.opened_at := old.opened_at;
    else
        new.opened_at := coalesce(new.opened_at, now());
    end if;
    return new;
end
$body$;

comment on function private.tg_calendar_day_v2__date_opening() is
'Trigger function: opening a day sets opened_at, the first time stays, and closing it again clears when and
where.';

revoke all on function private.tg_calendar_day_v2__date_opening() from public;

create trigger _050_refuse_when_locked
before update or delete on public.advent_calendar_v2
for each row execute function private.tg_advent_calendar_v2__refuse_when_locked();

create trigger _100_set_updated_at
before update on public.advent_calendar_v2
for each row execute function private.tg__set_updated_at();

create trigger _200_date_publishing
before insert or update on public.advent_calendar_v2
for each row execute function private.tg_advent_calendar_v2__date_publishing();

create trigger _050_refuse_when_locked
before insert or update or delete on public.calendar_day_v2
for each row execute function private.tg__refuse_when_calendar_is_locked();

create trigger _100_set_updated_at
before update on public.calendar_day_v2
for each row execute function private.tg__set_updated_at();

create trigger _200_date_opening
before update on public.calendar_day_v2
for each row execute function private.tg_calendar_day_v2__date_opening();

create function private.published_calendar_id(p_link text)
returns uuid
language sql
stable
security definer
set search_path = ''
as $body$
    select c.calendar_id
    from public.advent_calendar_v2 as c
    inner join public.account_v2 as a on c.account_id = a.account_id
    where
        c.is_published
        and a.is_active
        and (
            c.public_slug = lower(p_link)
            or c.share_uuid = case
                when lower(p_link) ~ '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$'
                    then p_link::uuid
            end
        )
$body$;

comment on function private.published_calendar_id(text) is
'The published calendar whose share_uuid or public_slug is p_link; null for an unknown link, an unpublished
calendar and a closed account alike, so that nobody can tell them apart.';

revoke all on function private.published_calendar_id(text) from public;

create function public.published_calendar(p_link text)
returns table (
    title text,
    year integer,
    theme text,
    public_slug text,
    published_at timestamptz
)
language sql
stable
security definer
set search_path = ''
rows 1
as $body$
    select
        c.title,
        c.year,
        c.theme,
        c.public_slug,
        c.published_at
    from public.advent_calendar_v2 as c
    where c.calendar_id = private.published_calendar_id(p_link)
$body$;

comment on function public.published_calendar(text) is
'A published calendar, for whoever has its share link or slug: the link is the permission, and there is no way
to list calendars without one. No row for anything else. It says nothing about the family.';

revoke all on function public.published_calendar(text) from public, anon, authenticated, service_role;
grant execute on function public.published_calendar(text) to anon, authenticated, service_role;

create function public.published_calendar_days(p_link text)
returns table (
    day_number integer,
    title text,
    message text,
    confetti_type text,
    unlock_effect text,
    is_opened boolean
)
language sql
stable
security definer
set search_path = ''
as $body$
    select
        d.day_number,
        d.title,
        d.message,
        d.confetti_type,
        d.unlock_effect,
        d.is_opened
    from public.calendar_day_v2 as d
    where d.calendar_id = private.published_calendar_id(p_link)
    order by d.day_number
$body$;

comment on function public.published_calendar_days(text) is
'The days of a published calendar, for whoever has its share link or slug. Not when or where a day was
opened.';

revoke all on function public.published_calendar_days(text) from public, anon, authenticated, service_role;
grant execute on function public.published_calendar_days(text) to anon, authenticated, service_role;
