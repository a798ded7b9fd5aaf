drop table announcement_reads;
delete from cohort_announcements where published_at is null;
alter table cohort_announcements drop column published_at, drop column publish_at, drop column series_id;
