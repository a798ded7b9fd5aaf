alter table course_modules drop column edited_at;
alter table topics
    drop constraint topics_hidden,
    drop column made_on_site,
    drop column edited_at,
    drop column outline_order,
    drop column hidden_as;
