drop table people_views;
