-- When each receiver first saw a message of a tutor on a page that shows it.

set local lock_timeout = '10s';

alter table cohort_message_receivers add column read_at timestamptz;
alter table course_message_receivers add column read_at timestamptz;
