-- The site's pages are written in the browser: a draft of each, and every published version.

-- Gives up instead of letting all requests queue behind a long transaction. Run it again then.
set local lock_timeout = '10s';

alter table page_content
    add constraint page_content_page unique (organization_id, page_id),
    -- Text that is not published yet. Null if there is none.
    add column draft_title text check (length(trim(draft_title)) between 1 and 200),
    add column draft_body text,
    -- Grows with each save. A save names the revision that it started from.
    add column revision integer not null default 0,
    add constraint page_content_draft check ((draft_title is null) = (draft_body is null));

create table page_versions (
    version_id uuid primary key default gen_random_uuid(),
    organization_id uuid not null,
    page_id uuid not null,
    number integer not null check (number > 0),
    title text not null,
    body text not null,
    -- Null for the command line, and for a person who is gone.
    published_by uuid,
    published_at timestamptz not null default now(),
    unique (page_id, number)
);
call make_tenant_table('page_versions', null);
call make_tenant_reference('page_versions', 'page_id', 'page_content', 'page_id', 'cascade');
call make_tenant_reference('page_versions', 'published_by', 'users', 'user_id', 'set null');

insert into page_versions (organization_id, page_id, number, title, body, published_at)
select organization_id, page_id, 1, title, body, updated_at from page_content where is_published;
