alter table orders drop column code_id;
drop table cart_codes;
drop table discount_codes;
