alter table registrations drop column left_membership;
