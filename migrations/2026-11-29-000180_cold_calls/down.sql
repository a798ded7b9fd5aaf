drop table moderation_actions;
drop table cold_call_reports;
drop table cold_call_stars;
drop table cold_call_messages;
drop table cold_call_prompts;
drop type prompt_visibility;
