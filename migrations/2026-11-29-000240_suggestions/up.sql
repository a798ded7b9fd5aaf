-- Questions to the tutor that a topic suggests, with prepared answers and follow-ups, as the course's
-- folder has them: [{"prompt", "answer"?, "follow_ups"?}].
alter table topics add column suggestions jsonb not null default '[]';
