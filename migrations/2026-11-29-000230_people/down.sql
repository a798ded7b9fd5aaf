drop index users_admins;
drop index users_by_name;
drop trigger set_sort_name on users;
drop function set_sort_name();
alter table users drop column sort_name;
