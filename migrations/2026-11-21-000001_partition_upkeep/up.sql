-- Lets the hourly housekeeping create partitions, which needs the rights of the owner.
alter procedure make_partitions(regclass, integer) security definer;
alter procedure make_partitions(regclass, integer) set search_path from current;
revoke all on procedure make_partitions(regclass, integer) from public;
grant execute on procedure make_partitions(regclass, integer) to lyceum_system;
