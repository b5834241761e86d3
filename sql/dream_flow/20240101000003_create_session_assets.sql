-- sql/dream_flow/20240101000003_create_session_assets.sql
-- Session assets: the sound, the film and the pictures of a story; they belong to whom the story belongs.
-- Needs: 20240101000002_create_sessions.sql.  Undone by: rollback_20240101000003_create_session_assets.sql

create table public.session_assets (
    id uuid not null default gen_random_uuid(),
    session_id uuid not null,
    asset_type text not null,
    asset_url text not null,
    display_order integer not null default 0,
    created_at timestamptz not null default now(),
    constraint session_assets_pkey primary key (id),
    constraint session_assets_session_id_fkey foreign key (session_id)
    references public.sessions (id) on delete cascade,
    constraint session_assets_type_is_audio_video_or_frame check (asset_type in ('audio', 'video', 'frame')),
    constraint session_assets_display_order_is_not_negative check (display_order >= 0)
);

alter table public.session_assets enable row level security;
alter table public.session_assets force row level security;

create index session_assets_session_id_idx on public.session_assets (session_id);
create index session_assets_session_id_asset_type_idx on public.session_assets (session_id, asset_type);
create index session_assets_session_id_display_order_idx on public.session_assets (session_id, display_order);
create index session_assets_created_at_idx on public.session_assets (created_at);

comment on table public.session_assets is
'Files made for a session. There is no owner here: the parent session decides.';
comment on column public.session_assets.asset_type is 'audio, video or frame.';
comment on column public.session_assets.asset_url is 'Where the file is.';
comment on column public.session_assets.display_order is 'Place among the assets of one type, from 0.';

-- Nothing for anon: an asset belongs to somebody who has signed in.
revoke all on table public.session_assets from anon, authenticated, service_role;
grant select, insert, update, delete on table public.session_assets to authenticated, service_role;

create policy select_own on public.session_assets
for select
to authenticated
using (
    exists (
        select 1
        from public.sessions
        where sessions.id = session_assets.session_id and sessions.user_id = (select auth.uid())
    )
);

comment on policy select_own on public.session_assets is 'Users see the assets of their own sessions.';

create policy insert_own on public.session_assets
for insert
to authenticated
with check (
    exists (
        select 1
        from public.sessions
        where sessions.id = session_assets.session_id and sessions.user_id = (select auth.uid())
    )
);

comment on policy insert_own on public.session_assets is 'Users add assets to their own sessions.';

create policy update_own on public.session_assets
for update
to authenticated
using (
    exists (
        select 1
        from public.sessions
        where sessions.id = session_assets.session_id and sessions.user_id = (select auth.uid())
    )
)
with check (
    exists (
        select 1
        from public.sessions
        where sessions.id = session_assets.session_id and sessions.user_id = (select auth.uid())
    )
);

comment on policy update_own on public.session_assets is
'Users change the assets of their own sessions, and move them only between these.';

create policy delete_own on public.session_assets
for delete
to authenticated
using (
    exists (
        select 1
        from public.sessions
        where sessions.id = session_assets.session_id and sessions.user_id = (select auth.uid())
    )
);

comment on policy delete_own on public.session_assets is 'Users delete the assets of their own sessions.';

-- No updated_at trigger: an asset is replaced, its time of making stays.
