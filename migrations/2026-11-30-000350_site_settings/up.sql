-- Settings that an organization's admins choose, and the pages in the site's navigation.

-- Gives up instead of letting all requests queue behind a long transaction. Run it again then.
set local lock_timeout = '10s';

-- The registry in the code has the names, types and defaults.
create table system_settings (
    organization_id uuid not null,
    name text not null check (name ~ '^[a-z]+(_[a-z]+)*$' and length(name) <= 60),
    value jsonb not null,
    updated_at timestamptz not null default now(),
    primary key (organization_id, name)
);
call make_tenant_table('system_settings', null);

-- Admins change the name and the time zone of their own organization.
create policy tenant_changes on organizations for update to lyceum_app
    using (organization_id = (select nullif(current_setting('app.organization_id', true), '')::uuid))
    with check (organization_id = (select nullif(current_setting('app.organization_id', true), '')::uuid));
grant update (name, time_zone) on organizations to lyceum_app;

alter table page_content
    add column in_header boolean not null default false,
    add column in_footer boolean not null default false,
    add column nav_order integer not null default 0 check (nav_order between 0 and 999);
-- The site used to link to this page alone.
update page_content set in_header = true, in_footer = true where slug = 'about';

-- All that each page of an organization's site needs to know of it.
create function site_facts(organization uuid) returns jsonb language plpgsql stable as $$
begin
    return jsonb_build_object(
        'settings', (select jsonb_object_agg(s.name, s.value) from system_settings s
                     where s.organization_id = organization),
        'pages', (select jsonb_agg(jsonb_build_object('slug', p.slug, 'title', p.title,
                                                      'in_header', p.in_header, 'in_footer', p.in_footer)
                                   order by p.nav_order, p.title, p.slug)
                  from page_content p
                  where p.organization_id = organization and p.is_published and (p.in_header or p.in_footer)));
end $$;
revoke all on function site_facts(uuid) from public;
grant execute on function site_facts(uuid) to lyceum_app, lyceum_system;
