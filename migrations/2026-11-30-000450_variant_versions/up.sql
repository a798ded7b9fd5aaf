-- The history of a topic also keeps texts for personas that were replaced by the normal text.

set local lock_timeout = '10s';

alter table topic_versions
    -- Null for the normal text.
    add column study_persona study_persona check (study_persona <> 'normal');
