-- sql/advent_calendar/0005_init_content_domain.sql
-- Content: photos, voices, music and videos in one place, and the surprise videos of a calendar.
-- Needs: 0004_init_chat_memory.sql; takes pg_cron.  Undone by: rollback_0005_init_content_domain.sql

create table public.media_asset (
    asset_id uuid not null default gen_random_uuid(),
    account_id uuid not null,
    asset_type text not null,
    storage_path text not null,
    mime_type text,
    file_size_bytes bigint,
    signed_url text,
    signed_url_expires_at timestamptz,
    processing_status text not null default 'pending',
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint media_asset_pkey primary key (asset_id),
    constraint media_asset_account_id_asset_id_key unique (account_id, asset_id),
    constraint media_asset_account_id_fkey foreign key (account_id)
    references public.account_v2 (account_id) on delete cascade,
    constraint media_asset_type_is_known check (asset_type in ('photo', 'voice', 'music', 'video')),
    constraint media_asset_storage_path_is_not_empty check (storage_path <> ''),
    constraint media_asset_file_size_is_not_negative check (file_size_bytes >= 0),
    constraint media_asset_a_signed_url_expires
    check ((signed_url is null) = (signed_url_expires_at is null)),
    constraint media_asset_processing_status_is_known
    check (processing_status in ('pending', 'processing', 'completed', 'failed'))
);

alter table public.media_asset enable row level security;
alter table public.media_asset force row level security;

create index media_asset_signed_url_expires_at_idx on public.media_asset (signed_url_expires_at);

comment on table public.media_asset is
'A photo, voice, piece of music or video of a family, wherever it is used.';
comment on column public.media_asset.storage_path is
'Where the file is: a path in storage, or the whole address of a file that was carried over from the old
application.';
comment on column public.media_asset.signed_url is
'An address that opens the file until signed_url_expires_at; cleared after that.';
comment on column public.media_asset.processing_status is
'Only a completed asset is shown in a published calendar.';

-- Nothing for anon: media of a published calendar are read through published_calendar_media(). No update:
-- another file is another asset, so that a day of a locked calendar keeps showing what it showed; the server
-- signs and processes. It must sign nothing outside the account's own folder: a path is what the client said.
revoke all on table public.media_asset from anon, authenticated, service_role;
grant select, delete,
insert (asset_id, account_id, asset_type, storage_path, mime_type, file_size_bytes, created_at)
on table public.media_asset to authenticated;
grant select, insert, update, delete on table public.media_asset to service_role;

create policy select_own on public.media_asset
for select
to authenticated
using (account_id = (select private.current_account_id()));

comment on policy select_own on public.media_asset is 'Owners see their media.';

create policy insert_own on public.media_asset
for insert
to authenticated
with check (account_id = (select private.current_account_id()));

comment on policy insert_own on public.media_asset is 'Owners add media to their account.';

create policy delete_own on public.media_asset
for delete
to authenticated
using (account_id = (select private.current_account_id()));

comment on policy delete_own on public.media_asset is
'Owners delete their media, unless a locked calendar shows them.';

create trigger _100_set_updated_at
before update on public.media_asset
for each row execute function private.tg__set_updated_at();

-- The columns that have been waiting for this table. A picture that goes leaves its place empty.
alter table public.child_profile_v2
add constraint child_profile_v2_account_id_hero_photo_asset_id_fkey
foreign key (account_id, hero_photo_asset_id)
references public.media_asset (account_id, asset_id) on delete set null (hero_photo_asset_id);

alter table public.calendar_day_v2
add constraint calendar_day_v2_account_id_photo_asset_id_fkey foreign key (account_id, photo_asset_id)
references public.media_asset (account_id, asset_id) on delete set null (photo_asset_id),
add constraint calendar_day_v2_account_id_voice_asset_id_fkey foreign key (account_id, voice_asset_id)
references public.media_asset (account_id, asset_id) on delete set null (voice_asset_id),
add constraint calendar_day_v2_account_id_music_asset_id_fkey foreign key (account_id, music_asset_id)
references public.media_asset (account_id, asset_id) on delete set null (music_asset_id);

create index child_profile_v2_account_id_hero_photo_asset_id_idx
on public.child_profile_v2 (account_id, hero_photo_asset_id);
create index calendar_day_v2_account_id_photo_asset_id_idx
on public.calendar_day_v2 (account_id, photo_asset_id);
create index calendar_day_v2_account_id_voice_asset_id_idx
on public.calendar_day_v2 (account_id, voice_asset_id);
create index calendar_day_v2_account_id_music_asset_id_idx
on public.calendar_day_v2 (account_id, music_asset_id);

create table public.surprise_collection_v2 (
    collection_id uuid not null default gen_random_uuid(),
    account_id uuid not null,
    calendar_id uuid not null,
    title text,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint surprise_collection_v2_pkey primary key (collection_id),
    constraint surprise_collection_v2_calendar_id_key unique (calendar_id),
    constraint surprise_collection_v2_account_id_collection_id_key unique (account_id, collection_id),
    constraint surprise_collection_v2_account_id_calendar_id_fkey foreign key (account_id, calendar_id)
    references public.advent_calendar_v2 (account_id, calendar_id) on delete cascade,
    constraint surprise_collection_v2_title_has_1_to_200_characters
    check (char_length(title) between 1 and 200)
);

alter table public.surprise_collection_v2 enable row level security;
alter table public.surprise_collection_v2 force row level security;

create index surprise_collection_v2_account_id_calendar_id_idx
on public.surprise_collection_v2 (account_id, calendar_id);

comment on table public.surprise_collection_v2 is
'The surprise videos of a calendar; at most one collection each.';

-- Nothing for anon: surprises are not part of what is published. A collection stays with its calendar.
revoke all on table public.surprise_collection_v2 from anon, authenticated, service_role;
grant select, insert, delete, update (title) on table public.surprise_collection_v2 to authenticated;
grant select, insert, update, delete on table public.surprise_collection_v2 to service_role;

create policy select_own on public.surprise_collection_v2
for select
to authenticated
using (account_id = (select private.current_account_id()));

comment on policy select_own on public.surprise_collection_v2 is
'Owners see the surprises of their calendars.';

create policy insert_own on public.surprise_collection_v2
for insert
to authenticated
with check (account_id = (select private.current_account_id()));

comment on policy insert_own on public.surprise_collection_v2 is 'Owners add surprises to their calendars.';

create policy update_own on public.surprise_collection_v2
for update
to authenticated
using (account_id = (select private.current_account_id()))
with check (account_id = (select private.current_account_id()));

comment on policy update_own on public.surprise_collection_v2 is 'Owners rename their surprises.';

create policy delete_own on public.surprise_collection_v2
for delete
to authenticated
using (account_id = (select private.current_account_id()));

comment on policy delete_own on public.surprise_collection_v2 is
'Owners take surprises out of their calendars.';

create trigger _050_refuse_when_locked
before insert or update or delete on public.surprise_collection_v2
for each row execute function private.tg__refuse_when_calendar_is_locked();

create trigger _100_set_updated_at
before update on public.surprise_collection_v2
for each row execute function private.tg__set_updated_at();

create table public.surprise_video (
    video_id uuid not null default gen_random_uuid(),
    account_id uuid not null,
    collection_id uuid not null,
    youtube_video_id text not null,
    source_url text,
    title text,
    sort_order integer not null default 0,
    created_at timestamptz not null default now(),
    constraint surprise_video_pkey primary key (video_id),
    -- Deferrable, so that two videos can change places in one transaction.
    constraint surprise_video_collection_id_sort_order_key unique (collection_id, sort_order) deferrable,
    constraint surprise_video_account_id_collection_id_fkey foreign key (account_id, collection_id)
    references public.surprise_collection_v2 (account_id, collection_id) on delete cascade,
    constraint surprise_video_youtube_video_id_has_11_characters
    check (youtube_video_id ~ '^[A-Za-z0-9_-]{11}$'),
    constraint surprise_video_title_has_1_to_200_characters check (char_length(title) between 1 and 200),
    constraint surprise_video_sort_order_is_not_negative check (sort_order >= 0)
);

alter table public.surprise_video enable row level security;
alter table public.surprise_video force row level security;

create index surprise_video_account_id_collection_id_idx on public.surprise_video (account_id, collection_id);

comment on table public.surprise_video is 'A video of a collection of surprises.';
comment on column public.surprise_video.source_url is
'The link that the video was added with, if it was a link.';
comment on column public.surprise_video.sort_order is 'Place in the collection, from 0.';

-- Nothing for anon. A video stays in its collection.
revoke all on table public.surprise_video from anon, authenticated, service_role;
grant select, insert, delete, update (youtube_video_id, source_url, title, sort_order)
on table public.surprise_video to authenticated;
grant select, insert, update, delete on table public.surprise_video to service_role;

create policy select_own on public.surprise_video
for select
to authenticated
using (account_id = (select private.current_account_id()));

comment on policy select_own on public.surprise_video is 'Owners see their surprise videos.';

create policy insert_own on public.surprise_video
for insert
to authenticated
with check (account_id = (select private.current_account_id()));

comment on policy insert_own on public.surprise_video is 'Owners add videos to their surprises.';

create policy update_own on public.surprise_video
for update
to authenticated
using (account_id = (select private.current_account_id()))
with check (account_id = (select private.current_account_id()));

comment on policy update_own on public.surprise_video is 'Owners change and reorder their videos.';

create policy delete_own on public.surprise_video
for delete
to authenticated
using (account_id = (select private.current_account_id()));

comment on policy delete_own on public.surprise_video is 'Owners take videos out of their surprises.';

create function private.tg_surprise_video__refuse_when_locked()
returns trigger
language plpgsql
security definer
set search_path = ''
as $body$
declare
    touched uuid[] := '{}';
begin
    if tg_op <> 'INSERT' then
        touched := touched || old.collection_id;
    end if;
    if tg_op <> 'DELETE' then
        touched := touched || new.collection_id;
    end if;

    perform private.refuse_when_locked(c.calendar_id, c.account_id)
    from public.surprise_collection_v2 as c
    where c.collection_id = any (touched);

    return case when tg_op = 'DELETE' then old else new end;
end
$body$;

comment on function private.tg_surprise_video__refuse_when_locked() is
'Trigger function: the surprise videos of a locked calendar stay as they are.';

revoke all on function private.tg_surprise_video__refuse_when_locked() from public;

create trigger _050_refuse_when_locked
before insert or update or delete on public.surprise_video
for each row execute function private.tg_surprise_video__refuse_when_locked();

create function private.open_address(p_account_id uuid, p_asset_id uuid)
returns text
language sql
stable
security definer
set search_path = ''
as $body$
    select
        case
            when m.storage_path ~ '^https?://' then m.storage_path
            when m.signed_url_expires_at > now() then m.signed_url
        end
    from public.media_asset as m
    where m.account_id = p_account_id and m.asset_id = p_asset_id and m.processing_status = 'completed'
$body$;

comment on function private.open_address(uuid, uuid) is
'The address that opens a completed asset for anybody: its signed address until that expires, or the address
that it was carried over with; else null.';

revoke all on function private.open_address(uuid, uuid) from public;

create function public.published_calendar_media(p_link text)
returns table (
    day_number integer,
    photo_url text,
    voice_url text,
    music_url text
)
language sql
stable
security definer
set search_path = ''
as $body$
    select
        d.day_number,
        private.open_address(d.account_id, d.photo_asset_id),
        private.open_address(d.account_id, d.voice_asset_id),
        private.open_address(d.account_id, d.music_asset_id)
    from public.calendar_day_v2 as d
    where d.calendar_id = private.published_calendar_id(p_link)
    order by d.day_number
$body$;

comment on function public.published_calendar_media(text) is
'The media of the days of a published calendar, for whoever has its share link or slug. Media that no day of
this calendar shows stay with the family.';

revoke all on function public.published_calendar_media(text) from public, anon, authenticated, service_role;
grant execute on function public.published_calendar_media(text) to anon, authenticated, service_role;

create function private.clear_expired_signed_urls(p_batch_size integer default 1000)
returns bigint
language plpgsql
set search_path = ''
as $body$
declare
    cleared bigint := 0;
    batch bigint;
begin
    loop
        -- A row that somebody holds is left for the next run; nobody waits.
        update public.media_asset as m
        set signed_url = null, signed_url_expires_at = null
        where
            m.asset_id = any (array(
                select old.asset_id
                from public.media_asset as old
                where old.signed_url_expires_at <= now()
                order by old.signed_url_expires_at, old.asset_id
                limit p_batch_size
                for update skip locked
            ));
        get diagnostics batch = row_count;
        cleared := cleared + batch;
        exit when batch = 0;
    end loop;
    return cleared;
end
$body$;

comment on function private.clear_expired_signed_urls(integer) is
'Clears signed addresses that no longer open anything, p_batch_size at a time, and returns how many.';

revoke all on function private.clear_expired_signed_urls(integer) from public;

do $migration$
begin
    if to_regnamespace('cron') is null then
        raise warning 'clear-expired-signed-urls is not scheduled: the extension pg_cron is not enabled'
            using hint = 'Enable pg_cron and schedule private.clear_expired_signed_urls().';
    else
        perform cron.schedule(
            'clear-expired-signed-urls', '*/15 * * * *',
            $job$select private.clear_expired_signed_urls();$job$
        );
    end if;
end
$migration$;
