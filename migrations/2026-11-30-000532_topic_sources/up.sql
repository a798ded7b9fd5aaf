-- Topics whose text was changed on the site: the text of the course's source from which the change
-- started, and what later imports brought instead.

set local lock_timeout = '10s';

create table topic_sources (
    topic_id uuid primary key,
    organization_id uuid not null,
    -- Null if it is not known.
    base_title text,
    base_body text,
    -- Text of the last import that differs from the base, until somebody decides. Null if there is
    -- nothing to decide.
    source_title text,
    source_body text,
    imported_at timestamptz,
    check ((base_title is null) = (base_body is null)),
    check ((source_title is null) = (source_body is null) and (source_body is null) = (imported_at is null))
);
call make_tenant_table('topic_sources', null);
call make_tenant_reference('topic_sources', 'topic_id', 'topics', 'topic_id', 'cascade');

-- The text of the import before the first version that was published on the site.
insert into topic_sources (organization_id, topic_id, base_title, base_body)
select t.organization_id, t.topic_id, v.title, v.body
from topics t
join topic_versions v on v.topic_id = t.topic_id and v.number = 1 and v.published_by is null and v.study_persona is null
where t.edited_at is not null and not t.made_on_site;

create function keep_topic_source() returns trigger language plpgsql as $$
begin
    if old.edited_at is null and new.edited_at is not null then
        -- The site changes a text that an import brought.
        if not old.made_on_site then
            insert into topic_sources (topic_id, organization_id, base_title, base_body)
            values (old.topic_id, old.organization_id, old.title, coalesce(old.text_content, ''))
            on conflict (topic_id) do nothing;
        end if;
    elsif old.edited_at is null
        and (old.title, old.text_content) is distinct from (new.title, new.text_content)
    then
        -- An import changes a text of which the site has a draft with changes.
        if exists (
            select from topic_drafts d
            where d.topic_id = old.topic_id and not d.is_published
              and (d.title, d.body) is distinct from (old.title, coalesce(old.text_content, ''))
              and (d.title, d.body) is distinct from (new.title, coalesce(new.text_content, ''))
        ) then
            insert into topic_sources (topic_id, organization_id, base_title, base_body, source_title, source_body, imported_at)
            values (old.topic_id, old.organization_id, old.title, coalesce(old.text_content, ''),
                    new.title, coalesce(new.text_content, ''), now())
            on conflict (topic_id) do update set
                base_title = case when topic_sources.source_body is null then excluded.base_title else topic_sources.base_title end,
                base_body = case when topic_sources.source_body is null then excluded.base_body else topic_sources.base_body end,
                source_title = excluded.source_title, source_body = excluded.source_body, imported_at = excluded.imported_at;
        else
            delete from topic_sources where topic_id = old.topic_id;
            -- The draft follows. Pages of the editor that show the old text may be open, even if
            -- nothing was ever saved, and find it as the base of their changes.
            insert into topic_draft_revisions (topic_id, organization_id, revision, title, body, writer)
            select old.topic_id, old.organization_id, 0, old.title, coalesce(old.text_content, ''), gen_random_uuid()
            where not exists (select from topic_drafts d where d.topic_id = old.topic_id)
            on conflict (topic_id, revision) do nothing;
            insert into topic_drafts as d (topic_id, organization_id, title, body, revision, writer, is_published)
            values (old.topic_id, old.organization_id, new.title, coalesce(new.text_content, ''), 1, gen_random_uuid(), true)
            on conflict (topic_id) do update set
                title = excluded.title, body = excluded.body, revision = d.revision + 1, writer = excluded.writer,
                change_no = 0, is_published = true, saved_by = null
                where (d.title, d.body) is distinct from (excluded.title, excluded.body);
            insert into topic_draft_revisions (topic_id, organization_id, revision, title, body, writer)
            select d.topic_id, d.organization_id, d.revision, d.title, d.body, d.writer
            from topic_drafts d where d.topic_id = old.topic_id
            on conflict (topic_id, revision) do nothing;
            delete from topic_draft_revisions r using topic_drafts d
            where d.topic_id = old.topic_id and r.topic_id = d.topic_id
              and r.revision <= d.revision - 20 and r.saved_at < now() - interval '2 days';
        end if;
    end if;
    return null;
end $$;
create trigger keep_topic_source after update of title, text_content, edited_at on topics
for each row execute function keep_topic_source();
