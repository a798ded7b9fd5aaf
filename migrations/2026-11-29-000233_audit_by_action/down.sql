drop index audit_logs_by_action;
