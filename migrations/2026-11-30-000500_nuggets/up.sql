-- Documents, the jobs that take them in, and the nuggets that are made of them.

set local lock_timeout = '10s';

create type nugget_status as enum ('processing', 'ready', 'failed');

-- Folders on the server whose files are taken in.
create table watched_folders (
    watched_folder_id uuid primary key default gen_random_uuid(),
    organization_id uuid not null,
    -- Absolute, below a root that the configuration names.
    path text not null check (length(path) between 1 and 1000),
    enabled boolean not null default true,
    file_types text[] not null check (cardinality(file_types) between 1 and 20),
    recursive boolean not null default true,
    auto_process boolean not null default true,
    last_swept_at timestamptz,
    last_problem text check (length(last_problem) <= 1000),
    created_by uuid,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    unique (organization_id, path)
);
call make_tenant_table('watched_folders', 'watched_folder_id');
call make_tenant_reference('watched_folders', 'created_by', 'users', 'user_id', 'set null');

-- Web addresses that are checked for changes.
create table monitored_urls (
    monitored_url_id uuid primary key default gen_random_uuid(),
    organization_id uuid not null,
    url text not null check (length(url) between 1 and 2000),
    enabled boolean not null default true,
    -- In minutes.
    check_interval integer not null check (check_interval between 5 and 43200),
    last_checked timestamptz,
    last_modified text check (length(last_modified) <= 200),
    etag text check (length(etag) <= 500),
    next_check_at timestamptz not null default now(),
    -- Checks in a row that failed. The next one waits longer after each.
    failures integer not null default 0 check (failures >= 0),
    last_problem text check (length(last_problem) <= 1000),
    created_by uuid,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    unique (organization_id, url)
);
call make_tenant_table('monitored_urls', 'monitored_url_id');
call make_tenant_reference('monitored_urls', 'created_by', 'users', 'user_id', 'set null');
create index on monitored_urls (next_check_at) where enabled;

-- A source that was read. A source that changes keeps its row.
create table documents (
    document_id uuid primary key default gen_random_uuid(),
    organization_id uuid not null,
    title text not null check (length(title) between 1 and 500),
    source_type text not null check (source_type in ('file', 'text', 'url', 'folder')),
    -- Name of the file, path in the folder, or address.
    source_path text not null check (length(source_path) <= 2000),
    -- Equal for versions of the same source.
    source_key text not null check (length(source_key) between 1 and 2100),
    -- pdf, docx, pptx, xlsx, epub, html, markdown, text, subtitles
    format text not null check (length(format) between 1 and 20),
    -- The content as it came.
    file_id uuid,
    -- SHA-256 of the content, in hexadecimal digits.
    content_hash text not null check (length(content_hash) = 64),
    language text check (length(language) <= 35),
    -- What a page is called: page, slide, sheet, chapter or part.
    page_kind text not null default 'page' check (length(page_kind) between 1 and 20),
    page_count integer not null default 0 check (page_count >= 0),
    -- Sentences about what could not be read, such as pages without text.
    notes text[] not null default '{}',
    -- The draft course that was made of the document last.
    course_id uuid,
    added_by uuid,
    read_at timestamptz not null default now(),
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    unique (organization_id, source_key)
);
call make_tenant_table('documents', 'document_id');
call make_tenant_reference('documents', 'file_id', 'stored_files', 'file_id', 'restrict');
call make_tenant_reference('documents', 'course_id', 'courses', 'course_id', 'set null');
call make_tenant_reference('documents', 'added_by', 'users', 'user_id', 'set null');
create index on documents (organization_id, content_hash);

-- The text of each page, to be shown beside a nugget.
create table document_pages (
    organization_id uuid not null,
    document_id uuid not null,
    -- From 1.
    page_no integer not null check (page_no >= 1),
    -- Name of a sheet or title of a slide.
    label text not null default '' check (length(label) <= 500),
    -- Markdown, and rendered.
    content text not null,
    content_html text not null,
    primary key (organization_id, document_id, page_no)
);
call make_tenant_table('document_pages', null);
call make_tenant_reference('document_pages', 'document_id', 'documents', 'document_id', 'cascade');

create table ingestion_jobs (
    ingestion_job_id uuid primary key default gen_random_uuid(),
    organization_id uuid not null,
    source_type text not null check (source_type in ('file', 'text', 'url', 'folder')),
    -- Name of the file, path in the folder, or address.
    source text not null check (length(source) <= 2000),
    source_key text not null check (length(source_key) between 1 and 2100),
    status text not null default 'pending'
        check (status in ('pending', 'processing', 'completed', 'failed', 'cancelled')),
    -- {"version": 1, "title": text or null, "made": number, "kept": number, "retired": number}
    metadata jsonb not null default '{"version": 1}',
    -- The content that waits to be read.
    file_id uuid,
    document_id uuid,
    watched_folder_id uuid,
    monitored_url_id uuid,
    -- Size and time of a watched file as they were when the job was made.
    stamp text check (length(stamp) <= 200),
    pages_done integer not null default 0 check (pages_done >= 0),
    pages_total integer check (pages_total >= 0),
    nugget_count integer check (nugget_count >= 0),
    error_message text check (length(error_message) <= 2000),
    -- Grows with each retry. A run of an older number stores nothing.
    run integer not null default 1,
    requested_by uuid,
    started_at timestamptz,
    completed_at timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);
call make_tenant_table('ingestion_jobs', 'ingestion_job_id');
call make_tenant_reference('ingestion_jobs', 'file_id', 'stored_files', 'file_id', 'restrict');
call make_tenant_reference('ingestion_jobs', 'document_id', 'documents', 'document_id', 'cascade');
call make_tenant_reference('ingestion_jobs', 'watched_folder_id', 'watched_folders', 'watched_folder_id', 'set null');
call make_tenant_reference('ingestion_jobs', 'monitored_url_id', 'monitored_urls', 'monitored_url_id', 'set null');
call make_tenant_reference('ingestion_jobs', 'requested_by', 'users', 'user_id', 'set null');
create index on ingestion_jobs (organization_id, created_at);
create index on ingestion_jobs (organization_id, source_key, created_at);

create table nuggets (
    nugget_id uuid primary key default gen_random_uuid(),
    organization_id uuid not null,
    title text not null check (length(title) between 1 and 500),
    heading_path text[] not null default '{}',
    -- Markdown, and rendered.
    content text not null,
    content_html text not null,
    -- {"version": 1, "topics": [text], "concepts": [text], "prerequisites": [text], "related": [text],
    --  "difficulty": 1-10, "minutes": number}
    metadata jsonb not null default '{"version": 1}',
    -- Shorter vectors are padded with zeros. Only vectors of the same model are compared.
    embedding vector(1536),
    embedding_model text check (length(embedding_model) <= 200),
    status nugget_status not null default 'processing',
    image_url text check (length(image_url) <= 2000),
    audio_url text check (length(audio_url) <= 2000),
    -- {"version": 1, "slides": [{"title": text, "lines": [text]}]}
    slides jsonb,
    language text check (length(language) <= 35),
    -- Of the text as the document has it, also after a person has edited the nugget.
    content_hash text not null check (length(content_hash) = 64),
    -- True once a person has edited it. The text then stays when the document is read again.
    is_edited boolean not null default false,
    words tsvector not null generated always as (to_tsvector('simple', title || ' ' || content)) stored,
    retired_at timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);
call make_tenant_table('nuggets', 'nugget_id');
create index on nuggets (organization_id, content_hash);
create index on nuggets (organization_id, created_at);

-- The place of a nugget in a document.
create table nugget_sources (
    nugget_source_id uuid primary key default gen_random_uuid(),
    organization_id uuid not null,
    nugget_id uuid not null,
    document_id uuid not null,
    ingestion_job_id uuid,
    source_type text not null check (source_type in ('file', 'text', 'url', 'folder')),
    source_path text not null check (length(source_path) <= 2000),
    -- Pages, slides, sheets or chapters, from 1.
    page_from integer check (page_from >= 1),
    page_to integer check (page_to >= page_from),
    chunk_index integer not null check (chunk_index >= 0),
    created_at timestamptz not null default now(),
    unique (nugget_id, document_id)
);
call make_tenant_table('nugget_sources', 'nugget_source_id');
call make_tenant_reference('nugget_sources', 'nugget_id', 'nuggets', 'nugget_id', 'cascade');
call make_tenant_reference('nugget_sources', 'document_id', 'documents', 'document_id', 'cascade');
call make_tenant_reference('nugget_sources', 'ingestion_job_id', 'ingestion_jobs', 'ingestion_job_id', 'set null');
create index on nugget_sources (organization_id, document_id, chunk_index);

-- The texts that a nugget had before each edit.
create table nugget_versions (
    nugget_version_id uuid primary key default gen_random_uuid(),
    organization_id uuid not null,
    nugget_id uuid not null,
    title text not null,
    content text not null,
    metadata jsonb not null,
    replaced_by uuid,
    created_at timestamptz not null default now()
);
call make_tenant_table('nugget_versions', null);
call make_tenant_reference('nugget_versions', 'nugget_id', 'nuggets', 'nugget_id', 'cascade');
call make_tenant_reference('nugget_versions', 'replaced_by', 'users', 'user_id', 'set null');
