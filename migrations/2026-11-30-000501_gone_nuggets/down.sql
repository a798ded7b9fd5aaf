delete from background_jobs where kind in ('watch_sources', 'look_at_sources');
alter table nugget_sources drop column gone_at;
