alter table topics drop column suggestions;
