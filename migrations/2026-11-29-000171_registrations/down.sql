drop trigger link_registrations on users;
drop function link_registrations_of_account();
drop table registration_links;
drop table registrations;
drop function enroll_linked();
drop function link_registration();
drop function guard_seats();
drop type registration_status;
drop table assessment_questions;
