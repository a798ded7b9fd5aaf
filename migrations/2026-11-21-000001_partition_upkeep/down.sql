revoke all on procedure make_partitions(regclass, integer) from lyceum_system;
grant execute on procedure make_partitions(regclass, integer) to public;
alter procedure make_partitions(regclass, integer) reset search_path;
alter procedure make_partitions(regclass, integer) security invoker;
