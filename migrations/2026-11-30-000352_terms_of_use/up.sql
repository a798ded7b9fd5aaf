-- A page of the site can be the terms that everybody must accept.

-- Gives up instead of letting all requests queue behind a long transaction. Run it again then.
set local lock_timeout = '10s';

alter table page_content
    add column is_terms boolean not null default false,
    -- The version that everybody must accept. It grows only if all are to accept the text again.
    add column terms_version integer not null default 0 check (terms_version >= 0),
    add constraint page_content_terms check (not is_terms or terms_version > 0);
create unique index page_content_one_terms on page_content (organization_id) where is_terms;

create table terms_acceptances (
    organization_id uuid not null,
    user_id uuid not null,
    page_id uuid not null,
    version integer not null check (version > 0),
    accepted_at timestamptz not null default now(),
    primary key (user_id, page_id, version)
);
call make_tenant_table('terms_acceptances', null);
call make_tenant_reference('terms_acceptances', 'user_id', 'users', 'user_id', 'cascade');
call make_tenant_reference('terms_acceptances', 'page_id', 'page_content', 'page_id', 'restrict');

-- The terms that the person accepted in the form.
alter table sign_ups
    add column terms_page_id uuid,
    add column terms_version integer;

create or replace function site_facts(organization uuid) returns jsonb language plpgsql stable as $$
begin
    return jsonb_build_object(
        'settings', (select jsonb_object_agg(s.name, s.value) from system_settings s
                     where s.organization_id = organization),
        'pages', (select jsonb_agg(jsonb_build_object('slug', p.slug, 'title', p.title,
                                                      'in_header', p.in_header, 'in_footer', p.in_footer)
                                   order by p.nav_order, p.title, p.slug)
                  from page_content p
                  where p.organization_id = organization and p.is_published and (p.in_header or p.in_footer)),
        'terms', (select jsonb_build_object('page', p.page_id, 'slug', p.slug, 'title', p.title,
                                            'version', p.terms_version)
                  from page_content p
                  where p.organization_id = organization and p.is_published and p.is_terms));
end $$;
