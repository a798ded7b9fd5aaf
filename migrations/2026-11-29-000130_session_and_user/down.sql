drop function load_session_and_user(uuid, bytea);
