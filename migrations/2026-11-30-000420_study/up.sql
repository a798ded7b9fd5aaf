-- A learner's own study library: material, its passages and cards, the schedule of each card, and
-- the reviews. Every row belongs to one learner.

set local lock_timeout = '10s';

create table study_materials (
    study_material_id uuid primary key default gen_random_uuid(),
    organization_id uuid not null,
    user_id uuid not null,
    -- The course that was taken in, or whose wrong answers are the cards.
    course_id uuid,
    title text not null check (length(trim(title)) between 1 and 255),
    description text not null default '' check (length(description) <= 2000),
    source_type text not null check (source_type in ('text', 'course', 'answers')),
    status text not null default 'ready' check (status in ('processing', 'ready', 'failed')),
    -- In characters.
    content_length integer not null default 0 check (content_length >= 0),
    subject_area text not null default '' check (length(subject_area) <= 200),
    tags text[] not null default '{}' check (cardinality(tags) <= 20),
    language text not null default '' check (length(language) <= 35),
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    deleted_at timestamptz,
    check ((source_type = 'text') = (course_id is null))
);
call make_tenant_table('study_materials', 'study_material_id');
create unique index study_materials_of_course on study_materials (user_id, course_id, source_type);
call make_tenant_reference('study_materials', 'user_id', 'users', 'user_id', 'cascade');
call make_tenant_reference('study_materials', 'course_id', 'courses', 'course_id', 'cascade');
create index study_materials_in_trash on study_materials (deleted_at) where deleted_at is not null;

create table content_chunks (
    content_chunk_id uuid primary key default gen_random_uuid(),
    organization_id uuid not null,
    study_material_id uuid not null,
    chunk_order integer not null,
    chunk_type text not null check (chunk_type in ('heading', 'paragraph', 'list', 'table', 'code')),
    content text not null check (length(content) <= 20000),
    -- The heading above, and the topic of the course.
    heading text not null default '' check (length(heading) <= 500),
    topic_id uuid,
    word_count integer not null check (word_count >= 0),
    relevance_score double precision not null default 0 check (relevance_score between 0 and 1),
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);
call make_tenant_table('content_chunks', 'content_chunk_id');
create index on content_chunks (study_material_id, chunk_order);
call make_tenant_reference('content_chunks', 'study_material_id', 'study_materials', 'study_material_id', 'cascade');
call make_tenant_reference('content_chunks', 'topic_id', 'topics', 'topic_id', 'set null');

create table generated_assets (
    generated_asset_id uuid primary key default gen_random_uuid(),
    organization_id uuid not null,
    user_id uuid not null,
    study_material_id uuid not null,
    -- The passage that the card rests on.
    content_chunk_id uuid,
    -- The question that was answered wrong.
    question_id uuid,
    asset_type text not null default 'flashcard' check (asset_type = 'flashcard'),
    card_kind text not null check (card_kind in ('cloze', 'term', 'definition', 'order', 'step', 'cell', 'answer', 'own')),
    -- {"version": 1, "front": text, "back": text}
    content jsonb not null,
    -- Equal for cards of the same content. A deleted card stays, so that it is not made again.
    content_key text not null check (length(content_key) between 1 and 100),
    tags text[] not null default '{}' check (cardinality(tags) <= 20),
    generation_model text not null check (length(generation_model) between 1 and 100),
    status text not null default 'ready' check (status in ('ready', 'reported')),
    quality_score double precision check (quality_score between 0 and 1),
    is_edited boolean not null default false,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    deleted_at timestamptz
);
call make_tenant_table('generated_assets', 'generated_asset_id');
create unique index generated_assets_once on generated_assets (study_material_id, content_key);
call make_tenant_reference('generated_assets', 'user_id', 'users', 'user_id', 'cascade');
call make_tenant_reference('generated_assets', 'study_material_id', 'study_materials', 'study_material_id', 'cascade');
call make_tenant_reference('generated_assets', 'content_chunk_id', 'content_chunks', 'content_chunk_id', 'set null');
call make_tenant_reference('generated_assets', 'question_id', 'quiz_questions', 'question_id', 'cascade');

-- The schedule of each card. It repeats what the queue needs, so that the next card is found in one
-- index.
create table card_states (
    generated_asset_id uuid primary key,
    organization_id uuid not null,
    user_id uuid not null,
    study_material_id uuid not null,
    -- Cards with the same key are not asked on the same day.
    sibling_key text not null check (length(sibling_key) <= 200),
    -- The place of the card among the new ones.
    position bigint not null,
    -- False while the card is reported or deleted, or its material is in the trash.
    is_open boolean not null default true,
    state text not null default 'new' check (state in ('new', 'learning', 'review', 'relearning')),
    -- In days, and from 1 to 10.
    stability real check (stability > 0),
    difficulty real check (difficulty between 1 and 10),
    due_at timestamptz,
    -- Days of the learner's time zone.
    first_day date,
    last_day date,
    reviews integer not null default 0 check (reviews >= 0),
    lapses integer not null default 0 check (lapses >= 0),
    -- Grows with each review and each undo.
    version integer not null default 0,
    last_interaction_id uuid,
    algorithm text not null default '' check (length(algorithm) <= 40),
    updated_at timestamptz not null default now(),
    check ((state = 'new') = (due_at is null)),
    check ((state = 'new') = (stability is null)),
    check ((stability is null) = (difficulty is null)),
    check ((state = 'new') = (last_day is null))
);
call make_tenant_table('card_states', 'generated_asset_id');
create index card_states_of_day on card_states (user_id, last_day);
call make_tenant_reference('card_states', 'generated_asset_id', 'generated_assets', 'generated_asset_id', 'cascade');
call make_tenant_reference('card_states', 'user_id', 'users', 'user_id', 'cascade');
call make_tenant_reference('card_states', 'study_material_id', 'study_materials', 'study_material_id', 'cascade');
create index card_states_due on card_states (user_id, due_at) where is_open and state <> 'new';
create index card_states_new on card_states (user_id, position) where is_open and state = 'new';
create index card_states_introduced on card_states (user_id, first_day);

create table learning_sessions (
    learning_session_id uuid primary key default gen_random_uuid(),
    organization_id uuid not null,
    user_id uuid not null,
    -- Null for a review of all decks.
    study_material_id uuid,
    session_type text not null check (session_type in ('study', 'quiz', 'review')),
    started_at timestamptz not null default now(),
    -- The time of the last review.
    ended_at timestamptz not null default now(),
    total_interactions integer not null default 0 check (total_interactions >= 0)
);
call make_tenant_table('learning_sessions', 'learning_session_id');
create index on learning_sessions (user_id, ended_at);
call make_tenant_reference('learning_sessions', 'user_id', 'users', 'user_id', 'cascade');
call make_tenant_reference('learning_sessions', 'study_material_id', 'study_materials', 'study_material_id', 'set null');

-- Append-only and partitioned, therefore without foreign keys.
create table interactions (
    organization_id uuid not null,
    created_at timestamptz not null,
    interaction_id uuid not null,
    user_id uuid not null,
    learning_session_id uuid not null,
    generated_asset_id uuid not null,
    interaction_type text not null check (interaction_type in ('answer', 'view', 'skip')),
    -- The grade, and the schedule before it, for the undo.
    interaction_data jsonb not null,
    is_correct boolean,
    response_time_ms integer check (response_time_ms >= 0),
    confidence_level double precision check (confidence_level between 0 and 1),
    primary key (organization_id, created_at, interaction_id)
) partition by range (created_at);
call make_tenant_table('interactions', null);
create index on interactions (organization_id, user_id, created_at);
create index on interactions (organization_id, generated_asset_id, created_at);
create table interactions_default partition of interactions default;
call protect_tenant_table('interactions_default');
revoke all on interactions_default from lyceum_app;
call make_partitions('interactions', 2);

create table user_feedback (
    feedback_id uuid primary key default gen_random_uuid(),
    organization_id uuid not null,
    user_id uuid not null,
    generated_asset_id uuid not null,
    feedback_type text not null check (feedback_type in ('rating', 'comment', 'report')),
    rating integer check (rating between 1 and 5),
    comment text not null default '' check (length(comment) <= 2000),
    status text not null default 'active' check (status in ('active', 'settled')),
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);
call make_tenant_table('user_feedback', null);
call make_tenant_reference('user_feedback', 'user_id', 'users', 'user_id', 'cascade');
call make_tenant_reference('user_feedback', 'generated_asset_id', 'generated_assets', 'generated_asset_id', 'cascade');

-- Sums of each learner's days. `recorded_at` is the day of the learner's time zone as midnight UTC.
create table progress_metrics (
    organization_id uuid not null,
    recorded_at timestamptz not null,
    user_id uuid not null,
    metric_type text not null check (metric_type in ('reviews', 'correct', 'retention_reviews', 'retention_correct')),
    metric_value double precision not null,
    time_period text not null default 'daily' check (time_period in ('daily', 'weekly', 'monthly')),
    aggregation_type text not null default 'sum' check (aggregation_type in ('sum', 'mean')),
    primary key (organization_id, user_id, recorded_at, metric_type)
) partition by range (recorded_at);
call make_tenant_table('progress_metrics', null);
create table progress_metrics_default partition of progress_metrics default;
call protect_tenant_table('progress_metrics_default');
revoke all on progress_metrics_default from lyceum_app;
call make_partitions('progress_metrics', 2);

create table study_settings (
    user_id uuid primary key,
    organization_id uuid not null,
    desired_retention real not null default 0.9 check (desired_retention between 0.7 and 0.97),
    new_per_day integer not null default 20 check (new_per_day between 0 and 999),
    reviews_per_day integer not null default 200 check (reviews_per_day between 1 and 9999),
    -- Whether wrong answers become cards.
    from_answers boolean not null default true,
    updated_at timestamptz not null default now()
);
call make_tenant_table('study_settings', null);
call make_tenant_reference('study_settings', 'user_id', 'users', 'user_id', 'cascade');

-- Wrong answers of the last days, for the hourly job.
create index practice_answers_wrong on practice_answers (answered_at) where points < 1;
create index quiz_attempts_completed on quiz_attempts (completed_at) where completed_at is not null;
