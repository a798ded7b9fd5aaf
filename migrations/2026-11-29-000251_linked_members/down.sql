drop trigger linked on cohort_members;
drop function member_linked();
