create or replace function site_facts(organization uuid) returns jsonb language plpgsql stable as $$
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
alter table sign_ups drop column terms_page_id, drop column terms_version;
drop table terms_acceptances;
alter table page_content drop constraint page_content_terms, drop column is_terms, drop column terms_version;
