drop procedure make_tenant_reference(regclass, text, regclass, text, text);
drop procedure make_tenant_table(regclass, text);
drop procedure protect_tenant_table(regclass);
drop table organizations;
drop function refuse_change();
drop function touch_updated_at();
