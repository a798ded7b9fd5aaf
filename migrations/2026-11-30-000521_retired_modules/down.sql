alter table topics drop column retired_from;
