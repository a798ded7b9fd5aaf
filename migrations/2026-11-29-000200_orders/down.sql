drop table payment_settings;
drop table order_payments;
drop table order_lines;
drop table orders;
drop function number_order();
drop type order_status;
drop table cart_items;
