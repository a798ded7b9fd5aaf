-- Several organizations may share one account at the payment provider. Its events about disputes
-- name the payment only, and arrive at the address of one of the organizations.

set local lock_timeout = '10s';

create index card_payments_intent on card_payments (intent) where intent is not null;

create function organization_of_payment(provider_intent text) returns uuid
language sql stable security definer set search_path = pg_catalog, public as $$
    select organization_id from card_payments where intent = provider_intent order by created_at limit 1
$$;
revoke all on function organization_of_payment(text) from public;
grant execute on function organization_of_payment(text) to lyceum_app;
