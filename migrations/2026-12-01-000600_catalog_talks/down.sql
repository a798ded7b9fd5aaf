drop table catalog_talks;
