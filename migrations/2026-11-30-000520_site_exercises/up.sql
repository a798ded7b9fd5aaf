-- Exercises that tutors write and change on the site. Imports leave them as they are.

set local lock_timeout = '10s';

alter table simulation_exercises
    add column made_on_site boolean not null default false,
    -- Time of the last change of its texts on the site, or of retiring or restoring it there.
    add column edited_at timestamptz,
    -- Time at which the topic's exercises were put in order on the site. Imports keep the order.
    add column placed_at timestamptz;
