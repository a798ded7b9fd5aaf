-- What was noted was wrong, and nothing misses it.
select 1;
