-- Notifications of cohorts.

set local lock_timeout = '10s';

-- Time at which the members were told that the cohort has started.
alter table cohorts add column start_told_at timestamptz;
update cohorts set start_told_at = opened_at where opened_at is not null;

-- Finds the unread notifications about a subject, to withdraw them.
create index notifications_unread_of_subject on notifications (organization_id, kind, subject) where read_at is null;
