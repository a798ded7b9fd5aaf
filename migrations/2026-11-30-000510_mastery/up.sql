-- Concepts of an organization, and what each learner knows of them.

set local lock_timeout = '10s';

create table concepts (
    concept_id uuid primary key default gen_random_uuid(),
    organization_id uuid not null,
    -- The name in a form in which spellings of the same concept are equal.
    concept_key text not null check (length(concept_key) between 1 and 120),
    name text not null check (length(name) between 1 and 120),
    created_at timestamptz not null default now(),
    unique (organization_id, concept_key)
);
call make_tenant_table('concepts', 'concept_id');

-- The concept builds on the other one. The edges have no cycles.
create table concept_edges (
    organization_id uuid not null,
    concept_id uuid not null,
    requires_id uuid not null,
    primary key (concept_id, requires_id),
    check (concept_id <> requires_id)
);
call make_tenant_table('concept_edges', null);
call make_tenant_reference('concept_edges', 'concept_id', 'concepts', 'concept_id', 'cascade');
call make_tenant_reference('concept_edges', 'requires_id', 'concepts', 'concept_id', 'cascade');

-- Both columns repeat what the rows of `progress` say, and can be rebuilt from them.
create table learners (
    learner_id uuid primary key default gen_random_uuid(),
    organization_id uuid not null,
    user_id uuid not null unique,
    -- {"version": 1, "concepts": {key: belief}}
    mastery_map jsonb not null default '{"version": 1, "concepts": {}}',
    -- Keys of concepts whose level is low, as of the last evidence.
    knowledge_gaps text[] not null default '{}',
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);
call make_tenant_table('learners', 'learner_id');
call make_tenant_reference('learners', 'user_id', 'users', 'user_id', 'cascade');

-- One row for each answer that says something about a concept.
create table progress (
    progress_id uuid primary key default gen_random_uuid(),
    organization_id uuid not null,
    learner_id uuid not null,
    -- Key of the concept, which may be gone from the graph.
    concept text not null check (length(concept) between 1 and 120),
    -- The level after this answer, as it was known then.
    mastery_level integer not null check (mastery_level between 0 and 100),
    -- {"version": 1, "points": 0-1, "difficulty": 0-1, "weight": 0-1}
    evidence jsonb not null,
    source_type text not null check (source_type in ('quiz', 'exam', 'practice', 'card', 'narrative')),
    source_id text not null check (length(source_id) between 1 and 120),
    -- The course that the question belongs to.
    course_id uuid,
    answered_at timestamptz not null,
    created_at timestamptz not null default now(),
    unique (learner_id, source_type, source_id, concept)
);
call make_tenant_table('progress', 'progress_id');
create index on progress (learner_id, concept, answered_at);
-- The newest evidence of a source.
create index on progress (organization_id, source_type, answered_at);
call make_tenant_reference('progress', 'learner_id', 'learners', 'learner_id', 'cascade');
call make_tenant_reference('progress', 'course_id', 'courses', 'course_id', 'set null');
create trigger immutable before update or delete on progress for each row execute function refuse_change();

-- Evidence that its learner disputes counts less.
create table progress_disputes (
    progress_id uuid primary key,
    organization_id uuid not null,
    reason text not null default '' check (length(reason) <= 500),
    created_at timestamptz not null default now()
);
call make_tenant_table('progress_disputes', null);
call make_tenant_reference('progress_disputes', 'progress_id', 'progress', 'progress_id', 'cascade');

-- Answers of the last days, for the hourly job.
create index practice_answers_answered on practice_answers (answered_at);
