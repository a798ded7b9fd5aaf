-- Tells people of a membership that was made before they had an account.

-- Gives up instead of letting all requests queue behind a long transaction. Run it again then.
set local lock_timeout = '10s';

create function member_linked() returns trigger language plpgsql as $$
begin
    insert into background_jobs (organization_id, kind, payload, unique_key)
    values (new.organization_id, 'tell_linked_member', jsonb_build_object('member', new.member_id), new.member_id::text)
    on conflict do nothing;
    return null;
end $$;
-- Without a list of columns, because a changed address links an account as well.
create trigger linked after update on cohort_members
    for each row when (old.user_id is null and new.user_id is not null and new.status = 'active')
    execute function member_linked();
