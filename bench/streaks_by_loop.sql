-- bench/streaks_by_loop.sql
-- Streaks computed in loops: a row of streaks per session, a look-up per day, and one ordered pass.
-- Needs: every migration of dream_flow.  Undone by: the end of the session

create function pg_temp.store(
    p_user_id uuid, p_today date, p_last date, p_length integer, p_longest integer
) returns void
language sql
as $body$
    insert into public.user_streaks as streak (
        user_id, current_streak, longest_streak, last_session_date, streak_start_date
    )
    values (
        p_user_id,
        case when p_last >= p_today - 1 then p_length else 0 end,
        p_longest,
        p_last,
        case when p_last >= p_today - 1 then p_last - p_length + 1 end
    )
    on conflict (user_id) do update set
        current_streak = excluded.current_streak,
        longest_streak = greatest(streak.longest_streak, excluded.longest_streak),
        last_session_date = excluded.last_session_date,
        streak_start_date = excluded.streak_start_date,
        computed_at = now();
$body$;

-- The loop of most published schemas: take the sessions one by one and bring the user's row up to date.
create function pg_temp.streaks_row_by_row(p_today date)
returns setof public.user_streaks
language plpgsql
as $body$
declare
    told record;
    known public.user_streaks;
begin
    for told in
        select
            s.user_id,
            (s.created_at at time zone 'utc')::date as day
        from public.sessions as s
        order by s.created_at
    loop
        select k.* into known from public.user_streaks as k where k.user_id = told.user_id;
        if not found then
            insert into public.user_streaks (
                user_id, current_streak, longest_streak, last_session_date, streak_start_date
            )
            values (told.user_id, 1, 1, told.day, told.day);
        elsif told.day = known.last_session_date + 1 then
            update public.user_streaks as k set
                current_streak = known.current_streak + 1,
                longest_streak = greatest(known.longest_streak, known.current_streak + 1),
                last_session_date = told.day,
                computed_at = now()
            where k.user_id = told.user_id;
        elsif told.day > known.last_session_date then
            update public.user_streaks as k set
                current_streak = 1,
                last_session_date = told.day,
                streak_start_date = told.day,
                computed_at = now()
            where k.user_id = told.user_id;
        end if;
    end loop;
    update public.user_streaks as k set
        current_streak = 0,
        streak_start_date = null
    where k.last_session_date < p_today - 1;
    return query select k.* from public.user_streaks as k;
end
$body$;

create function pg_temp.streaks_by_cursor(p_today date)
returns setof public.user_streaks
language plpgsql
as $body$
declare
    told record;
    person uuid;
    last_day date;
    length integer;
    longest integer;
begin
    for told in
        select
            s.user_id,
            (s.created_at at time zone 'utc')::date as day
        from public.sessions as s
        order by s.user_id, s.created_at
    loop
        if person is distinct from told.user_id then
            if person is not null then
                perform pg_temp.store(person, p_today, last_day, length, longest);
            end if;
            person := told.user_id;
            length := 1;
            longest := 1;
        elsif told.day = last_day + 1 then
            length := length + 1;
            longest := greatest(longest, length);
        elsif told.day > last_day then
            length := 1;
        end if;
        last_day := told.day;
    end loop;
    if person is not null then
        perform pg_temp.store(person, p_today, last_day, length, longest);
    end if;
    return query select k.* from public.user_streaks as k;
end
$body$;

create function pg_temp.streaks_day_by_day(p_today date)
returns setof public.user_streaks
language plpgsql
as $body$
declare
    person record;
    day date;
    length integer;
    last_length integer;
    longest integer;
begin
    for person in
        select
            s.user_id,
            min((s.created_at at time zone 'utc')::date) as first_day,
            max((s.created_at at time zone 'utc')::date) as last_day
        from public.sessions as s
        group by s.user_id
    loop
        length := 0;
        longest := 0;
        day := person.first_day;
        while day <= person.last_day loop
            if exists (
                select
                from public.sessions as s
                where s.user_id = person.user_id and (s.created_at at time zone 'utc')::date = day
            ) then
                length := length + 1;
                longest := greatest(longest, length);
            else
                length := 0;
            end if;
            day := day + 1;
        end loop;
        last_length := length;
        perform pg_temp.store(person.user_id, p_today, person.last_day, last_length, longest);
    end loop;
    return query select k.* from public.user_streaks as k;
end
$body$;
