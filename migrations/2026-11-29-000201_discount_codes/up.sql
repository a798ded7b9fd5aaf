-- Discount codes, and the code that a person has entered in the cart.

create table discount_codes (
    code_id uuid primary key default gen_random_uuid(),
    organization_id uuid not null,
    code text not null check (code ~ '^[A-Z0-9]{3,24}$'),
    kind text not null check (kind in ('percent', 'amount', 'free_seat')),
    -- Percentage, or amount in minor units.
    value integer not null default 0 check (value between 0 and 100000000),
    -- Currency of an amount.
    currency text check (currency ~ '^[A-Z]{3}$'),
    -- The offering that it is for; null for all.
    offering_id uuid,
    valid_until timestamptz,
    max_uses integer check (max_uses between 1 and 100000),
    -- Orders that used it and were not canceled.
    uses integer not null default 0,
    is_active boolean not null default true,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    unique (organization_id, code),
    check (uses >= 0 and uses <= coalesce(max_uses, uses)),
    check (kind <> 'percent' or value between 1 and 100),
    check ((kind = 'amount') = (currency is not null))
);
call make_tenant_table('discount_codes', 'code_id');
call make_tenant_reference('discount_codes', 'offering_id', 'course_offerings', 'offering_id', 'cascade');

create table cart_codes (
    cart_code_id uuid primary key default gen_random_uuid(),
    organization_id uuid not null,
    user_id uuid not null unique,
    code_id uuid not null,
    created_at timestamptz not null default now()
);
call make_tenant_table('cart_codes', 'cart_code_id');
call make_tenant_reference('cart_codes', 'user_id', 'users', 'user_id', 'cascade');
call make_tenant_reference('cart_codes', 'code_id', 'discount_codes', 'code_id', 'cascade');

alter table orders add column code_id uuid;
call make_tenant_reference('orders', 'code_id', 'discount_codes', 'code_id', 'restrict');
