-- The list of people, in the order of their names.

-- Gives up instead of letting all requests queue behind a long transaction. Run it again then.
set local lock_timeout = '10s';

-- The name as lists sort and search it: in lowercase and without accents.
alter table users add column sort_name text collate "C" not null default '';
create function set_sort_name() returns trigger language plpgsql set search_path = pg_catalog, public as $$
begin
    new.sort_name := folded(new.display_name);
    return new;
end $$;
create trigger set_sort_name before insert or update of display_name on users
    for each row execute function set_sort_name();

-- Holds every column that the list filters by, so that a search reads only the index.
create index users_by_name on users (organization_id, sort_name, user_id)
    include (email, role, is_active, email_confirmed_at) where deleted_at is null;
-- Finds the admins, of whom one always stays.
create index users_admins on users (organization_id) where role = 'admin';
update users set sort_name = folded(display_name);
