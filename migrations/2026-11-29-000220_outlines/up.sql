-- Courses that are written on the site: topics that are drafts, and the order of an outline.

alter table topics
    -- Why the site hides the topic; null if it is shown, or was retired by an import. A hidden topic
    -- has `retired_at` too, so every query that leaves out retired topics leaves out drafts.
    add column hidden_as text check (hidden_as in ('draft', 'retired')),
    -- Place within the module among all topics, also hidden ones. Null: the topic's number.
    add column outline_order integer,
    -- Set when the site changes the title or the text. Imports then leave both as they are.
    add column edited_at timestamptz,
    -- True for a topic that no imported folder has had. Imports do not retire it.
    add column made_on_site boolean not null default false,
    add constraint topics_hidden check (hidden_as is null or retired_at is not null);

-- Set when the site changes the title. Imports then leave it as it is.
alter table course_modules add column edited_at timestamptz;
