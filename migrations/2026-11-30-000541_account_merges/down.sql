drop table account_merges;
drop function move_evidence();
create or replace function refuse_graded_changes() returns trigger language plpgsql as $$
declare
    result constant text[] := array['score', 'status', 'points', 'updated_at'];
begin
    if old.status <> 'in_progress' and (
        pg_trigger_depth() < 2
        or to_jsonb(new) - result <> to_jsonb(old) - result
        or (old.status = 'passed' and new.status <> 'passed')
    ) then
        raise exception 'a graded attempt is never changed' using errcode = 'restrict_violation';
    end if;
    return new;
end $$;
create or replace function refuse_certificate_changes() returns trigger language plpgsql as $$
begin
    if current_user <> 'lyceum_system' and (
        (new.certificate_id, new.organization_id, new.user_id, new.course_id, new.program_type, new.code, new.learner_name,
         new.course_title, new.organization_name, new.completed_at, new.issued_at)
        is distinct from
        (old.certificate_id, old.organization_id, old.user_id, old.course_id, old.program_type, old.code, old.learner_name,
         old.course_title, old.organization_name, old.completed_at, old.issued_at)
        or (old.revoked_at is not null
            and (new.revoked_at, new.revocation_reason) is distinct from (old.revoked_at, old.revocation_reason))
    ) then
        raise exception 'what a certificate says is never changed' using errcode = 'restrict_violation';
    end if;
    return new;
end $$;
drop function is_merge_of_accounts(jsonb, jsonb);
