update notifications set body = left(body, 1000) where length(body) > 1000;
alter table notifications drop constraint notifications_body_check,
    add constraint notifications_body_check check (length(body) <= 1000);
drop table cohort_message_receivers;
drop table cohort_messages;
