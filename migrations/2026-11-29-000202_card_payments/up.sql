-- Payments by card: the payments that buyers were asked for at the payment provider, the refunds
-- that went through it, and its events. Amounts are in minor units. Rows are never deleted.

create table card_payments (
    card_payment_id uuid primary key default gen_random_uuid(),
    organization_id uuid not null,
    order_id uuid not null,
    amount_cents bigint not null check (amount_cents between 1 and 1000000000000),
    currency text not null check (currency ~ '^[A-Z]{3}$'),
    -- starting: the provider is being asked for a page. open: the buyer can pay on it. processing:
    -- the buyer has paid, and the bank has not confirmed it. differs: other money arrived than was
    -- asked for. ended: expired, failed, or never started.
    status text not null default 'starting'
        check (status in ('starting', 'open', 'processing', 'paid', 'differs', 'ended')),
    -- The provider's name of the page, its address, and when it ends.
    session text check (length(session) <= 255),
    page text check (length(page) <= 4000),
    expires_at timestamptz,
    -- The provider's name of the payment.
    intent text check (length(intent) <= 255),
    -- Money that the provider has paid back, all refunds together.
    refunded_cents bigint not null default 0 check (refunded_cents >= 0),
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    unique (organization_id, session),
    unique (organization_id, intent),
    check (status <> 'open' or (session is not null and page is not null and expires_at is not null)),
    check (status <> 'paid' or intent is not null)
);
call make_tenant_table('card_payments', 'card_payment_id');
call make_tenant_reference('card_payments', 'order_id', 'orders', 'order_id', 'restrict');
-- A buyer is asked for one payment at a time.
create unique index card_payments_open on card_payments (order_id) where status in ('starting', 'open');

create table card_refunds (
    card_refund_id uuid primary key default gen_random_uuid(),
    organization_id uuid not null,
    card_payment_id uuid not null,
    amount_cents bigint not null check (amount_cents between 1 and 1000000000000),
    frees_seats boolean not null default false,
    -- asked: the provider has not confirmed it.
    status text not null default 'asked' check (status in ('asked', 'done', 'failed')),
    -- Null for a refund that was made at the provider itself.
    requested_by uuid,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);
call make_tenant_table('card_refunds', 'card_refund_id');
call make_tenant_reference('card_refunds', 'card_payment_id', 'card_payments', 'card_payment_id', 'restrict');
call make_tenant_reference('card_refunds', 'requested_by', 'users', 'user_id', 'set null');
create unique index card_refunds_asked on card_refunds (card_payment_id) where status = 'asked';

-- Events of the provider that were handled. Each is handled once.
create table card_events (
    card_event_id uuid primary key default gen_random_uuid(),
    organization_id uuid not null,
    event text not null check (length(event) between 1 and 255),
    kind text not null check (length(kind) <= 100),
    card_payment_id uuid not null,
    created_at timestamptz not null default now(),
    unique (organization_id, event)
);
call make_tenant_table('card_events', 'card_event_id');
call make_tenant_reference('card_events', 'card_payment_id', 'card_payments', 'card_payment_id', 'restrict');

create trigger kept before delete on card_payments for each row execute function refuse_change();
create trigger kept before delete on card_refunds for each row execute function refuse_change();
create trigger kept before update or delete on card_events for each row execute function refuse_change();
