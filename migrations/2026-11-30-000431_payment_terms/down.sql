delete from background_jobs where kind in ('remind_payment', 'expire_payment');
alter table registrations drop column pay_until;
alter table course_offerings drop column payment_days;
