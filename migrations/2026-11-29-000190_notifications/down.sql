drop function load_session_and_user(uuid, bytea);
create function load_session_and_user(organization uuid, hash bytea)
returns table (data jsonb, expires_at timestamptz, user_id uuid, email text, display_name text, username text,
               role user_role, time_zone text)
language plpgsql stable security definer set search_path = pg_catalog, public as $$
begin
    return query
    select s.data, s.expires_at, u.user_id, u.email, u.display_name, u.username, u.role, u.time_zone
    from web_sessions s
    left join users u on u.user_id = s.user_id and u.organization_id = s.organization_id
                     and u.is_active and u.deleted_at is null
    where s.organization_id = organization and s.session_hash = hash and s.expires_at > now();
end $$;
revoke all on function load_session_and_user(uuid, bytea) from public;
grant execute on function load_session_and_user(uuid, bytea) to lyceum_app;
drop table notification_settings;
drop table notification_choices;
drop table notifications;
