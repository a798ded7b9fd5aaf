drop table marking_comments;
drop table exercise_comments;
drop table work_files;
drop table submissions;
drop table assignments;
alter table simulation_work drop constraint simulation_work_organization_id_work_id_key;
alter table simulation_work drop column links;
