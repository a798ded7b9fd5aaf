-- Certificates of completed courses, and the keys with which organizations sign them.

create type program_type as enum ('self_paced', 'cohort', 'workshop');

create table course_certificates (
    certificate_id uuid primary key default gen_random_uuid(),
    organization_id uuid not null,
    user_id uuid not null,
    course_id uuid not null,
    program_type program_type not null,
    -- Code in the public address; too long to guess.
    code text not null check (code ~ '^[0-9a-z]{4}-[0-9a-z]{4}-[0-9a-z]{4}$'),
    -- Names as they were when the certificate was issued.
    learner_name text not null,
    course_title text not null,
    organization_name text not null,
    completed_at timestamptz not null,
    issued_at timestamptz not null default now(),
    revoked_at timestamptz,
    revocation_reason text check (length(revocation_reason) between 1 and 500),
    rating smallint check (rating between 1 and 5),
    feedback text check (length(feedback) <= 2000),
    updated_at timestamptz not null default now(),
    unique (user_id, course_id, program_type),
    unique (organization_id, code),
    check ((revoked_at is null) = (revocation_reason is null))
);
call make_tenant_table('course_certificates', null);
call make_tenant_reference('course_certificates', 'user_id', 'users', 'user_id', 'restrict');
call make_tenant_reference('course_certificates', 'course_id', 'courses', 'course_id', 'restrict');
create index on course_certificates (organization_id) where revoked_at is not null;

-- The content of a certificate never changes, and a revocation is final. Only lyceum_system may
-- change a row, to erase a person.
create function refuse_certificate_changes() returns trigger language plpgsql as $$
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
create trigger frozen before update on course_certificates for each row execute function refuse_certificate_changes();
create trigger kept before delete on course_certificates for each row execute function refuse_change();

create table organization_keys (
    kid uuid primary key default gen_random_uuid(),
    organization_id uuid not null,
    algorithm text not null check (algorithm = 'RS256'),
    -- Public key by RFC 7517, without the private part.
    public_jwk jsonb not null check (not public_jwk ? 'd'),
    -- Private key in PKCS #8.
    secret_key bytea not null,
    created_at timestamptz not null default now(),
    -- A retired key signs nothing more; its signatures stay valid.
    retired_at timestamptz
);
call make_tenant_table('organization_keys', null);
create unique index organization_keys_active on organization_keys (organization_id) where retired_at is null;

create function refuse_key_changes() returns trigger language plpgsql as $$
begin
    if old.retired_at is not null
        or (new.kid, new.organization_id, new.algorithm, new.public_jwk, new.secret_key, new.created_at)
           is distinct from (old.kid, old.organization_id, old.algorithm, old.public_jwk, old.secret_key, old.created_at)
    then
        raise exception 'a key is retired, never changed' using errcode = 'restrict_violation';
    end if;
    return new;
end $$;
create trigger frozen before update on organization_keys for each row execute function refuse_key_changes();
create trigger kept before delete on organization_keys for each row execute function refuse_change();
