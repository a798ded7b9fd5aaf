-- Courses: their content, tutors and question bank.

create type course_level as enum ('beginner', 'intermediate', 'advanced');
create type content_type as enum ('video', 'text', 'slides', 'mixed');
create type block_type as enum ('text', 'image', 'video', 'ppt', 'code', 'callout');
create type study_persona as enum ('normal', 'sports', 'cooking', 'adventure');
create type learner_persona as enum ('non_it_migrant', 'rote_memorizer', 'english_hesitant', 'last_minute_panic', 'pseudo_coder');
create type question_type as enum ('single_choice', 'multiple_choice', 'short_answer', 'tracing', 'ordering', 'matching');
create type question_purpose as enum ('quiz', 'exam', 'both');

create table courses (
    course_id uuid primary key default gen_random_uuid(),
    organization_id uuid not null,
    slug text not null check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' and length(slug) <= 80),
    title text not null check (length(trim(title)) between 1 and 200),
    -- Sort key of lists. The embedded PostgreSQL has no ICU, so it has no suitable collation.
    title_sort text not null generated always as (lower(title)) stored,
    summary text not null default '' check (length(summary) <= 600),
    description text not null default '',
    description_html text not null default '',
    language text not null default 'en' check (length(language) between 2 and 35),
    level course_level not null default 'beginner',
    tags text[] not null default '{}',
    authors text[] not null default '{}',
    outcomes text[] not null default '{}',
    licence text check (length(licence) <= 300),
    price_cents integer not null default 0 check (price_cents >= 0),
    currency text not null default 'EUR' check (currency ~ '^[A-Z]{3}$'),
    cohort_only boolean not null default false,
    is_gated boolean not null default true,
    cooldown_days integer not null default 7 check (cooldown_days between 0 and 365),
    passing_score_percent integer not null default 70 check (passing_score_percent between 1 and 100),
    questions_per_attempt integer not null default 5 check (questions_per_attempt between 1 and 20),
    seconds_per_question integer check (seconds_per_question between 5 and 3600),
    thumbnail_file_id uuid,
    -- Updated when the content changes, because many pages show these counts.
    topic_count integer not null default 0,
    question_count integer not null default 0,
    reading_minutes integer not null default 0,
    is_published boolean not null default false,
    published_at timestamptz,
    retired_at timestamptz,
    search tsvector not null default ''::tsvector,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    unique (organization_id, slug),
    check (not is_published or published_at is not null)
);
call make_tenant_table('courses', 'course_id');
call make_tenant_reference('courses', 'thumbnail_file_id', 'stored_files', 'file_id', 'set null');
create index on courses (organization_id, published_at desc, course_id) where is_published and retired_at is null;
create index on courses (organization_id, title_sort, course_id) where is_published and retired_at is null;
create index on courses using gin (search);

create table course_modules (
    module_id uuid primary key default gen_random_uuid(),
    organization_id uuid not null,
    course_id uuid not null,
    module_no integer not null check (module_no > 0),
    title text not null check (length(trim(title)) between 1 and 200),
    summary text not null default '' check (length(summary) <= 1000),
    -- False for front and back matter, which never lock the modules after them.
    gates boolean not null default true,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint course_modules_order unique (course_id, module_no) deferrable
);
call make_tenant_table('course_modules', null);
call make_tenant_reference('course_modules', 'course_id', 'courses', 'course_id', 'cascade');

create table topics (
    topic_id uuid primary key default gen_random_uuid(),
    organization_id uuid not null,
    course_id uuid not null,
    module_no integer not null check (module_no > 0),
    topic_number integer not null check (topic_number > 0),
    -- Name in addresses, and identity across imports.
    slug text not null check (slug ~ '^[a-z0-9]+([._-]+[a-z0-9]+)*$' and length(slug) <= 160),
    title text not null check (length(trim(title)) between 1 and 300),
    content_type content_type not null default 'video',
    video_url text check (length(video_url) <= 2000),
    ppt_url text check (length(ppt_url) <= 2000),
    content_url text check (length(content_url) <= 300),
    text_content text,
    text_content_sports text,
    text_content_cooking text,
    text_content_adventure text,
    -- Headings of the normal narration, as [{"level","id","text"}]. Used for "you stopped at" and
    -- the page's table of contents.
    headings jsonb not null default '[]',
    word_count integer not null default 0,
    reading_minutes integer not null default 0,
    search tsvector not null default ''::tsvector,
    retired_at timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    unique (course_id, slug),
    -- A retired topic keeps its number, but another topic may use it.
    constraint topics_order exclude using btree (course_id with =, module_no with =, topic_number with =)
        where (retired_at is null) deferrable initially immediate
);
call make_tenant_table('topics', 'topic_id');
call make_tenant_reference('topics', 'course_id', 'courses', 'course_id', 'cascade');
create index on topics using gin (search);

-- Content of a topic as served: rendered, sanitized and in order. Written when content changes;
-- pages only read it.
create table topic_blocks (
    topic_id uuid not null,
    organization_id uuid not null,
    study_persona study_persona not null default 'normal',
    position integer not null,
    block_id text not null check (length(block_id) <= 100),
    block_type block_type not null,
    content_key text check (length(content_key) <= 100),
    tutor_persona learner_persona,
    html text not null default '',
    -- Versioned data of blocks that need more than HTML, for example a video's sources.
    data jsonb,
    primary key (topic_id, study_persona, position)
);
call make_tenant_table('topic_blocks', null);
call make_tenant_reference('topic_blocks', 'topic_id', 'topics', 'topic_id', 'cascade');

create table topic_content_assets (
    asset_id uuid primary key default gen_random_uuid(),
    organization_id uuid not null,
    course_id uuid not null,
    topic_id uuid not null,
    content_key text not null check (length(content_key) between 1 and 100),
    persona_key learner_persona,
    content_type block_type not null,
    payload jsonb not null,
    html text not null default '',
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    unique nulls not distinct (topic_id, content_key, persona_key)
);
call make_tenant_table('topic_content_assets', null);
call make_tenant_reference('topic_content_assets', 'course_id', 'courses', 'course_id', 'cascade');
call make_tenant_reference('topic_content_assets', 'topic_id', 'topics', 'topic_id', 'cascade');
create index on topic_content_assets (content_key);

-- Files shown on a course's pages, by their name in the course's source.
create table course_files (
    course_id uuid not null,
    organization_id uuid not null,
    name text not null check (length(name) between 1 and 300),
    file_id uuid not null,
    primary key (course_id, name)
);
call make_tenant_table('course_files', null);
call make_tenant_reference('course_files', 'course_id', 'courses', 'course_id', 'cascade');
call make_tenant_reference('course_files', 'file_id', 'stored_files', 'file_id', 'restrict');

create table quiz_questions (
    question_id uuid primary key default gen_random_uuid(),
    organization_id uuid not null,
    course_id uuid not null,
    topic_id uuid,
    module_no integer not null check (module_no > 0),
    -- Section of the module: topics 1-2 are pair 1, 3-4 are pair 2. Null for questions that only
    -- exams use.
    topic_pair_index integer check (topic_pair_index > 0),
    -- Identity across imports.
    external_key text check (length(external_key) between 1 and 200),
    question_type question_type not null,
    prompt text not null,
    prompt_html text not null,
    payload jsonb not null default '{"version": 1}',
    explanation text,
    explanation_html text,
    difficulty real check (difficulty between 0 and 1),
    purpose question_purpose not null default 'quiz',
    order_index integer not null default 0,
    retired_at timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    unique (course_id, external_key)
);
call make_tenant_table('quiz_questions', 'question_id');
call make_tenant_reference('quiz_questions', 'course_id', 'courses', 'course_id', 'cascade');
call make_tenant_reference('quiz_questions', 'topic_id', 'topics', 'topic_id', 'set null');
create index on quiz_questions (course_id, module_no, topic_pair_index) where retired_at is null;

create table quiz_options (
    option_id uuid primary key default gen_random_uuid(),
    organization_id uuid not null,
    question_id uuid not null,
    option_text text not null,
    option_html text not null,
    is_correct boolean not null default false,
    order_index integer not null,
    constraint quiz_options_order unique (question_id, order_index) deferrable
);
call make_tenant_table('quiz_options', null);
call make_tenant_reference('quiz_options', 'question_id', 'quiz_questions', 'question_id', 'cascade');

create table tutors (
    tutor_id uuid primary key default gen_random_uuid(),
    organization_id uuid not null,
    user_id uuid not null unique,
    headline text not null default '' check (length(headline) <= 200),
    bio text not null default '' check (length(bio) <= 5000),
    specialization text not null default '' check (length(specialization) <= 200),
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);
call make_tenant_table('tutors', 'tutor_id');
call make_tenant_reference('tutors', 'user_id', 'users', 'user_id', 'cascade');

create table course_tutors (
    course_id uuid not null,
    organization_id uuid not null,
    tutor_id uuid not null,
    is_active boolean not null default true,
    created_at timestamptz not null default now(),
    primary key (course_id, tutor_id)
);
call make_tenant_table('course_tutors', null);
call make_tenant_reference('course_tutors', 'course_id', 'courses', 'course_id', 'cascade');
call make_tenant_reference('course_tutors', 'tutor_id', 'tutors', 'tutor_id', 'cascade');

create table page_content (
    page_id uuid primary key default gen_random_uuid(),
    organization_id uuid not null,
    slug text not null check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' and length(slug) <= 80),
    title text not null check (length(trim(title)) between 1 and 200),
    body text not null default '',
    body_html text not null default '',
    is_published boolean not null default true,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    unique (organization_id, slug)
);
call make_tenant_table('page_content', null);
