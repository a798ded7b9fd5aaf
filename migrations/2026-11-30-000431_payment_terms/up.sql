-- Accepted people pay within a term. Afterwards their seat goes to the waitlist.

-- Gives up instead of letting all requests queue behind a long transaction. Run it again then.
set local lock_timeout = '10s';

alter table course_offerings
    add column payment_days integer not null default 14 check (payment_days between 1 and 365);
-- Null before the person is accepted, and for seats that never had a price.
alter table registrations add column pay_until timestamptz;

-- People who were accepted before get a whole term.
update registrations r set pay_until = now() + interval '14 days'
from course_offerings o
where o.offering_id = r.offering_id and o.price_cents > 0
  and r.status = 'accepted' and r.previous_status is null and r.paid_at is null and r.admitted_at is null;
insert into background_jobs (organization_id, kind, payload, unique_key, run_at)
select r.organization_id, j.kind, jsonb_build_object('registration', r.registration_id),
       'payment ' || r.registration_id || ' ' || floor(extract(epoch from r.pay_until))::bigint, r.pay_until - j.before
from registrations r
cross join (values ('remind_payment', interval '3 days'), ('expire_payment', interval '0')) as j (kind, before)
where r.pay_until is not null;
