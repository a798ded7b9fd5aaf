-- The secret in the address of a member's calendar, which calendar programs read without a sign-in.

alter table cohort_members add column calendar_key text not null unique
    default replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', '');
