drop table page_versions;
alter table page_content
    drop constraint page_content_draft,
    drop column draft_title,
    drop column draft_body,
    drop column revision,
    drop constraint page_content_page;
