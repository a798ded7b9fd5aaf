set local lock_timeout = '10s';

drop table course_message_receivers;
drop table course_announcement_reads;
delete from cohort_messages where cohort_id is null;
alter table cohort_messages drop column course_id, alter column cohort_id set not null;
delete from cohort_announcements where cohort_id is null;
alter table cohort_announcements drop column course_id, alter column cohort_id set not null;
