drop function site_facts(uuid);
alter table page_content drop column in_header, drop column in_footer, drop column nav_order;
revoke update (name, time_zone) on organizations from lyceum_app;
drop policy tenant_changes on organizations;
drop table system_settings;
