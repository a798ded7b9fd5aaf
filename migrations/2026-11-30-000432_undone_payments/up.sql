-- Payments and refunds that were recorded by hand can be undone for some minutes. The row stays.

-- Gives up instead of letting all requests queue behind a long transaction. Run it again then.
set local lock_timeout = '10s';

alter table order_payments
    -- Time at which the buyer is told. Null for money that a provider has confirmed.
    add column undo_until timestamptz,
    add column undone_at timestamptz,
    add column undone_by uuid;
call make_tenant_reference('order_payments', 'undone_by', 'users', 'user_id', 'set null');

drop trigger immutable on order_payments;
create trigger immutable before delete on order_payments for each row execute function refuse_change();
-- A row is changed once at most, when it is undone in time.
create trigger undone_once before update on order_payments for each row
    when (old.undone_at is not null or new.undone_at is null or coalesce(old.undo_until <= now(), true)
          or to_jsonb(new) - '{undone_at,undone_by}'::text[] is distinct from to_jsonb(old) - '{undone_at,undone_by}'::text[])
    execute function refuse_change();
