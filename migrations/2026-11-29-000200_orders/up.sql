-- Orders: the price of seats, and the money received for them. Amounts are in minor units. Rows
-- about money are never deleted.

create table cart_items (
    cart_item_id uuid primary key default gen_random_uuid(),
    organization_id uuid not null,
    user_id uuid not null,
    course_slug text not null check (length(course_slug) between 1 and 200),
    offering_id uuid not null,
    created_at timestamptz not null default now(),
    unique (user_id, course_slug)
);
call make_tenant_table('cart_items', 'cart_item_id');
call make_tenant_reference('cart_items', 'user_id', 'users', 'user_id', 'cascade');
call make_tenant_reference('cart_items', 'offering_id', 'course_offerings', 'offering_id', 'cascade');

create type order_status as enum ('open', 'paid', 'canceled', 'refunded');

create table orders (
    order_id uuid primary key default gen_random_uuid(),
    organization_id uuid not null,
    -- Counts the organization's orders from 1, without gaps. A trigger sets it.
    number integer not null default 0,
    user_id uuid,
    buyer_name text not null check (length(trim(buyer_name)) between 1 and 100),
    buyer_email text not null check (length(buyer_email) <= 254),
    billing_address text not null default '' check (length(billing_address) <= 500),
    currency text not null check (currency ~ '^[A-Z]{3}$'),
    status order_status not null default 'open',
    paid_at timestamptz,
    canceled_at timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    unique (organization_id, number),
    check (status <> 'paid' or paid_at is not null),
    check (status <> 'canceled' or canceled_at is not null)
);
call make_tenant_table('orders', 'order_id');
call make_tenant_reference('orders', 'user_id', 'users', 'user_id', 'set null');

create table order_lines (
    line_id uuid primary key default gen_random_uuid(),
    organization_id uuid not null,
    order_id uuid not null,
    offering_id uuid not null,
    registration_id uuid,
    -- Course and offering as they were called when it was ordered.
    title text not null check (length(title) between 1 and 500),
    price_cents integer not null check (price_cents between 0 and 100000000),
    discount_cents integer not null default 0 check (discount_cents between 0 and price_cents),
    -- True while the seat is ordered or paid. False once the order is canceled or the seat is lost:
    -- money received for it is then to be refunded.
    is_live boolean not null default true,
    created_at timestamptz not null default now()
);
call make_tenant_table('order_lines', 'line_id');
call make_tenant_reference('order_lines', 'order_id', 'orders', 'order_id', 'restrict');
call make_tenant_reference('order_lines', 'offering_id', 'course_offerings', 'offering_id', 'restrict');
call make_tenant_reference('order_lines', 'registration_id', 'registrations', 'registration_id', 'set null');
-- A seat is in one order at a time.
create unique index order_lines_live on order_lines (registration_id) where is_live;

create table order_payments (
    payment_id uuid primary key default gen_random_uuid(),
    organization_id uuid not null,
    order_id uuid not null,
    kind text not null check (kind in ('payment', 'refund')),
    amount_cents bigint not null check (amount_cents between 1 and 1000000000000),
    method text not null check (method in ('bank_transfer', 'cash', 'card', 'other')),
    -- For example the text of a bank transfer.
    reference text not null default '' check (length(reference) <= 200),
    recorded_by uuid,
    recorded_at timestamptz not null default now()
);
call make_tenant_table('order_payments', 'payment_id');
call make_tenant_reference('order_payments', 'order_id', 'orders', 'order_id', 'restrict');
call make_tenant_reference('order_payments', 'recorded_by', 'users', 'user_id', 'set null');
create trigger immutable before update or delete on order_payments for each row execute function refuse_change();
create trigger kept before delete on orders for each row execute function refuse_change();
create trigger kept before delete on order_lines for each row execute function refuse_change();

-- Numbers the orders of each organization.
create function number_order() returns trigger language plpgsql as $$
begin
    perform pg_advisory_xact_lock(hashtextextended('orders ' || new.organization_id, 0));
    select coalesce(max(number), 0) + 1 into new.number from orders where organization_id = new.organization_id;
    return new;
end $$;
create trigger number before insert on orders for each row execute function number_order();

-- How people pay by bank transfer: one text for each organization.
create table payment_settings (
    settings_id uuid primary key default gen_random_uuid(),
    organization_id uuid not null unique,
    instructions text not null default '' check (length(instructions) <= 2000),
    updated_at timestamptz not null default now()
);
call make_tenant_table('payment_settings', 'settings_id');
