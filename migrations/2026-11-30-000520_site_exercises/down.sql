alter table simulation_exercises
    drop column made_on_site,
    drop column edited_at,
    drop column placed_at;
