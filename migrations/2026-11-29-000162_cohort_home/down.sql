drop table work_comments;
drop table project_works;
drop table cohort_batch_projects;
drop table cohort_announcements;
