-- Nothing to restore: the deleted dates were wrong.
select 1;
