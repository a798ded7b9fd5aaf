-- Finds entries of the audit log by the kind of act.

-- Gives up instead of letting all requests queue behind a long transaction. Run it again then.
set local lock_timeout = '10s';

create index audit_logs_by_action on audit_logs (organization_id, action, occurred_at);
