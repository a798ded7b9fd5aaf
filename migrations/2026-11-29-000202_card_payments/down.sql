drop table card_events;
drop table card_refunds;
drop table card_payments;
