-- Topics that were retired together with their module, and their status before. Restoring the
-- module gives it back.

set local lock_timeout = '10s';

alter table topics add column retired_from text check (retired_from in ('published', 'draft'));
