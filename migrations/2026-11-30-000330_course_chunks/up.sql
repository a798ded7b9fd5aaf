-- Passages of courses for retrieval: chunks of the text that every learner of a course may read,
-- and the words in them. A job writes them when a course changes; they can be built again at any time.

create table course_indexes (
    course_id uuid primary key,
    organization_id uuid not null,
    -- The revision of the course that was indexed (course_revisions).
    revision uuid,
    -- Version of the stored form.
    version smallint not null,
    -- Model of the embeddings that questions are compared with; null without embeddings.
    embedding_model text check (length(embedding_model) <= 200),
    -- Chunks whose embeddings were computed after the model was fitted.
    folded_chunks integer not null default 0,
    -- The topics with their chunks, as [[topic_id, first chunk_no, number of chunks], …].
    topics jsonb not null default '[]',
    indexed_at timestamptz not null default now()
);
call make_tenant_table('course_indexes', null);
call make_tenant_reference('course_indexes', 'course_id', 'courses', 'course_id', 'cascade');

create table course_chunks (
    organization_id uuid not null,
    -- The topic's id and a hash of the text, so that citations stay valid while the text stays.
    chunk_id text not null check (length(chunk_id) <= 100),
    course_id uuid not null,
    topic_id uuid not null,
    -- Number within the course, from 0, in the order of the course.
    chunk_no integer not null,
    heading_path text[] not null,
    -- Id of the nearest heading in the page.
    anchor text,
    -- Range in the topic's plain text, in characters.
    starts_at integer not null check (starts_at >= 0),
    ends_at integer not null check (ends_at > starts_at),
    content text not null,
    content_hash text not null,
    -- Direction in the space that the course's own words span (latent semantic analysis). The
    -- directions of small courses are padded with zeros.
    direction vector(200),
    -- Of a model of embeddings; shorter vectors are padded with zeros.
    embedding vector(1536),
    embedding_model text check (length(embedding_model) <= 200),
    created_at timestamptz not null default now(),
    primary key (organization_id, chunk_id)
);
call make_tenant_table('course_chunks', null);
call make_tenant_reference('course_chunks', 'course_id', 'courses', 'course_id', 'cascade');
call make_tenant_reference('course_chunks', 'topic_id', 'topics', 'topic_id', 'cascade');
create index on course_chunks (organization_id, course_id, chunk_no);

-- The inverted index of a course: for each stem or pair of stems its chunks with their BM25 weights.
-- PostgreSQL's own ranking does not know how rare a word is.
create table course_terms (
    organization_id uuid not null,
    course_id uuid not null,
    term text not null check (length(term) between 1 and 200),
    chunk_nos integer[] not null,
    weights real[] not null,
    -- Direction of the term in the course's space, times its weight; one byte for each dimension
    -- after a scale of four bytes. Null for terms that only one chunk has.
    direction bytea,
    primary key (organization_id, course_id, term)
);
call make_tenant_table('course_terms', null);
call make_tenant_reference('course_terms', 'course_id', 'courses', 'course_id', 'cascade');

-- Courses that exist are indexed by the next worker.
insert into background_jobs (organization_id, kind, payload)
select organization_id, 'index_course', jsonb_build_object('course', course_id) from courses;
