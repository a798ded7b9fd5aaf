-- Disputes of payments by card, as the provider's events tell them: the buyer's bank wants the money
-- back. Rows are never deleted.

create table card_disputes (
    card_dispute_id uuid primary key default gen_random_uuid(),
    organization_id uuid not null,
    card_payment_id uuid not null,
    -- The provider's name of the dispute.
    dispute text not null check (length(dispute) between 1 and 255),
    amount_cents bigint not null check (amount_cents between 1 and 1000000000000),
    reason text not null check (length(reason) <= 100),
    -- Time until which the school can answer it at the provider.
    due_at timestamptz,
    -- Null until the provider closes it. withdrawn: it ended without a decision.
    outcome text check (outcome in ('won', 'lost', 'withdrawn')),
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    unique (organization_id, dispute)
);
call make_tenant_table('card_disputes', 'card_dispute_id');
call make_tenant_reference('card_disputes', 'card_payment_id', 'card_payments', 'card_payment_id', 'restrict');
create trigger kept before delete on card_disputes for each row execute function refuse_change();
