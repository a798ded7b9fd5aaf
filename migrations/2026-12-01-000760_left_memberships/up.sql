-- Undoing a payment gives a person back the membership that they left for their seat.

set local lock_timeout = '10s';

-- The membership that ended when the person was let in: cohort_id, batch_no, status, joined_at.
alter table registrations add column left_membership jsonb;
