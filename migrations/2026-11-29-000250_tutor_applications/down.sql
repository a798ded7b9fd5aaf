drop table tutor_applications;
create or replace function guard_seats() returns trigger language plpgsql as $$
declare
    seats integer;
begin
    if new.status not in ('accepted', 'offered') then
        return new;
    end if;
    if tg_op = 'UPDATE' then
        if old.status in ('accepted', 'offered') and old.offering_id = new.offering_id then
            return new;
        end if;
    end if;
    select capacity into seats from course_offerings where offering_id = new.offering_id for update;
    if seats <= (select count(*) from registrations
                 where offering_id = new.offering_id and status in ('accepted', 'offered')) then
        raise exception 'the offering is full' using errcode = 'check_violation', constraint = 'registrations_seats';
    end if;
    return new;
end $$;
alter table registrations drop column was_enrolled, drop column decision_act;
