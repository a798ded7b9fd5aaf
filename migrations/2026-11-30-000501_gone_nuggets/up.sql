-- When a new version of the document no longer had the nugget's text. Null while it has it.

set local lock_timeout = '10s';

alter table nugget_sources add column gone_at timestamptz;
