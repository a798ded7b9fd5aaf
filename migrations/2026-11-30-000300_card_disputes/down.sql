drop table card_disputes;
