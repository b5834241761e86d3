-- sql/travel_booking/crypto-payments-schema.sql
-- Payments in crypto currency, and the job that lets the unpaid ones expire.
-- Needs: supabase-schema.sql.  Undone by: rollback_crypto-payments-schema.sql

create function private.new_crypto_payment_id()
returns text
language plpgsql
set search_path = ''
as $body$
declare
    -- No 0, O, 1 or I: people read these aloud. 32 letters, so that the remainder prefers none.
    letters constant text := 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789';
    -- From byte 8 on, the lower five bits of a version 4 uuid hold nothing but chance.
    random_bytes constant bytea := uuid_send(gen_random_uuid());
    identifier text := 'AMK-';
begin
    for place in 8..15 loop
        identifier := identifier || substr(letters, 1 + get_byte(random_bytes, place) % 32, 1);
    end loop;
    return identifier;
end
$body$;

comment on function private.new_crypto_payment_id() is
'A number that a traveller can quote: AMK- and eight letters or digits, one of 32^8.';

revoke all on function private.new_crypto_payment_id() from public;
grant execute on function private.new_crypto_payment_id() to service_role;

create table public.crypto_payments (
    id text not null default private.new_crypto_payment_id(),
    user_id uuid not null,
    booking_id uuid not null,
    amount numeric(12, 2) not null,
    currency text not null default 'SAR',
    crypto_amount numeric(36, 18) not null,
    crypto_currency text not null,
    wallet_address text not null,
    transaction_hash text,
    status text not null default 'pending',
    confirmations integer not null default 0,
    expires_at timestamptz not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint crypto_payments_pkey primary key (id),
    constraint crypto_payments_transaction_hash_key unique (transaction_hash),
    -- Financial records are kept forever: an account or a booking that was paid for is closed, not deleted.
    constraint crypto_payments_user_id_booking_id_fkey foreign key (user_id, booking_id)
    references public.bookings (user_id, id) on delete restrict,
    constraint crypto_payments_id_can_be_quoted check (id ~ '^AMK-[0-9A-Z]{8}$'),
    constraint crypto_payments_amount_is_positive check (amount > 0 and amount <> 'NaN'),
    constraint crypto_payments_currency_is_a_code check (currency ~ '^[A-Z]{3}$'),
    constraint crypto_payments_crypto_amount_is_positive check (
        crypto_amount > 0 and crypto_amount <> 'NaN'
    ),
    constraint crypto_payments_crypto_currency_is_known check (
        crypto_currency in ('BTC', 'ETH', 'USDC', 'USDT')
    ),
    constraint crypto_payments_wallet_address_is_not_empty check (wallet_address <> ''),
    constraint crypto_payments_status_is_known check (
        status in ('pending', 'confirming', 'confirmed', 'expired', 'failed', 'refunded')
    ),
    constraint crypto_payments_confirmations_is_not_negative check (confirmations >= 0)
);

alter table public.crypto_payments enable row level security;
alter table public.crypto_payments force row level security;

create index crypto_payments_user_id_booking_id_idx on public.crypto_payments (user_id, booking_id);
-- Every five minutes the job asks for the open ones; there are few of them, whatever the table has grown to.
create index crypto_payments_open_idx on public.crypto_payments (status, expires_at)
where status in ('pending', 'confirming');

comment on table public.crypto_payments is 'Payments in crypto currency; kept forever.';
comment on column public.crypto_payments.id is
'A number that a traveller can quote: AMK- and eight letters or digits.';
comment on column public.crypto_payments.user_id is 'Who pays, and so the owner.';
comment on column public.crypto_payments.booking_id is 'The booking that is paid for, of the same traveller.';
comment on column public.crypto_payments.amount is 'The price, in the currency of the booking.';
comment on column public.crypto_payments.crypto_amount is
'What has to arrive at the wallet, at the rate that was agreed.';
comment on column public.crypto_payments.wallet_address is 'Where it has to arrive.';
comment on column public.crypto_payments.transaction_hash is
'The transaction on the chain, once one was seen.';
comment on column public.crypto_payments.confirmations is 'Blocks on top of the transaction.';
comment on column public.crypto_payments.expires_at is 'From this moment on the rate no longer holds.';

-- The server watches the chain; travellers read. Nobody deletes. Nothing for anon.
revoke all on table public.crypto_payments from anon, authenticated, service_role;
grant select on table public.crypto_payments to authenticated;
grant select, insert, update on table public.crypto_payments to service_role;

create policy select_own on public.crypto_payments
for select
to authenticated
using (user_id = (select auth.uid()));

comment on policy select_own on public.crypto_payments is 'Travellers see their own payments.';

-- No insert or update: a client would declare itself paid. No delete: kept forever.

create trigger _100_set_updated_at
before update on public.crypto_payments
for each row execute function private.tg__set_updated_at();

create function public.maintain_crypto_payments()
returns table (expired_count bigint, pending_count bigint, confirming_count bigint)
language sql
rows 1
set search_path = ''
as $body$
    -- A payment that is confirming was seen on the chain in time: it is paid, however long the chain takes.
    with expired as (
        update public.crypto_payments as p
        set status = 'expired'
        where p.status = 'pending' and p.expires_at <= now()
        returning p.id
    )

    select
        (select count(*) from expired),
        count(*) filter (where p.status = 'pending' and p.expires_at > now()),
        count(*) filter (where p.status = 'confirming')
    from public.crypto_payments as p
    where p.status in ('pending', 'confirming');
$body$;

comment on function public.maintain_crypto_payments() is
'Lets pending payments expire that are due; returns how many did, are still pending, and are confirming.';

revoke all on function public.maintain_crypto_payments() from public, anon, authenticated, service_role;
grant execute on function public.maintain_crypto_payments() to service_role;

select private.schedule_job('expire-payments', '*/5 * * * *', 'select public.maintain_crypto_payments()');
