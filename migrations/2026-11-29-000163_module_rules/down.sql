drop function prevailing_module_rules(uuid, integer, uuid);
drop function current_membership(uuid, uuid);
drop table cohort_module_rules;
