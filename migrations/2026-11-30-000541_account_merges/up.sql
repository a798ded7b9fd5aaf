-- Two accounts of one person become one.

set local lock_timeout = '10s';

create table account_merges (
    -- The account that is closed, and the one that is kept. An account that was merged and
    -- reactivated can be merged again.
    closed_id uuid not null,
    organization_id uuid not null,
    kept_id uuid not null check (kept_id <> closed_id),
    merged_by uuid,
    merged_at timestamptz not null default now(),
    primary key (closed_id, merged_at)
);
call make_tenant_table('account_merges', null);
call make_tenant_reference('account_merges', 'closed_id', 'users', 'user_id', 'cascade');
call make_tenant_reference('account_merges', 'kept_id', 'users', 'user_id', 'cascade');
call make_tenant_reference('account_merges', 'merged_by', 'users', 'user_id', 'set null');

-- True if a change only gives a row of evidence to the account with which its own was merged.
create function is_merge_of_accounts(old_row jsonb, new_row jsonb) returns boolean
language sql stable as $$
    select pg_trigger_depth() > 1
       and new_row - array['user_id', 'updated_at'] = old_row - array['user_id', 'updated_at']
       and exists (select from account_merges
                   where closed_id = (old_row ->> 'user_id')::uuid and kept_id = (new_row ->> 'user_id')::uuid)
$$;

create or replace function refuse_graded_changes() returns trigger language plpgsql as $$
declare
    result constant text[] := array['score', 'status', 'points', 'updated_at'];
begin
    if old.status <> 'in_progress' and is_merge_of_accounts(to_jsonb(old), to_jsonb(new)) then
        return new;
    end if;
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
    if is_merge_of_accounts(to_jsonb(old), to_jsonb(new)) then
        return new;
    end if;
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

-- Evidence refuses changes, except by triggers and by those above. This one gives the evidence of
-- the closed account to the kept one. Of two running attempts, and of two certificates in force,
-- that of the kept account goes on, and the other stays with the closed account. It runs as the
-- owner of the tables, because the application may not change some of them.
create function move_evidence() returns trigger
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
    update quiz_attempts f set user_id = new.kept_id
    where f.organization_id = new.organization_id and f.user_id = new.closed_id
      and not (f.status = 'in_progress' and exists (
          select from quiz_attempts k
          where k.user_id = new.kept_id and k.status = 'in_progress' and k.course_id = f.course_id
            and k.module_no = f.module_no and k.topic_pair_index = f.topic_pair_index));
    update quiz_resets set user_id = new.kept_id where organization_id = new.organization_id and user_id = new.closed_id;
    update exam_attempts set user_id = new.kept_id where organization_id = new.organization_id and user_id = new.closed_id;
    update course_certificates f set user_id = new.kept_id
    where f.organization_id = new.organization_id and f.user_id = new.closed_id
      and not (f.revoked_at is null and exists (
          select from course_certificates k
          where k.user_id = new.kept_id and k.revoked_at is null and k.course_id = f.course_id
            and k.program_type = f.program_type));
    update learner_activity_events set user_id = new.kept_id where organization_id = new.organization_id and user_id = new.closed_id;
    return null;
end $$;
create trigger move_evidence after insert on account_merges
    for each row execute function move_evidence();
