drop table data_exports;
drop index users_to_erase;
alter table users drop column erase_at;
