drop table cold_call_overrides;
drop index moderation_actions_holds;
drop index cold_call_reports_open;
drop index cold_call_messages_held;
drop index cold_call_messages_once;
alter table cold_call_messages drop column form_key;
drop table moderation_seen;
