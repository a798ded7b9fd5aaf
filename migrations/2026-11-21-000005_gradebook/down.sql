drop view quiz_tries;
drop table quiz_regrades;
drop function apply_regrade();
create or replace function refuse_graded_changes() returns trigger language plpgsql as $$
begin
    if old.status <> 'in_progress' then
        raise exception 'a graded attempt is never changed' using errcode = 'restrict_violation';
    end if;
    return new;
end $$;
drop index quiz_attempts_of_course;
alter table quiz_attempts drop constraint quiz_attempts_tenant_key;
drop table quiz_regradings;
alter table quiz_allowances drop column extra_attempts;
drop table quiz_excuses;
drop table quiz_resets;
