drop table roster_views;
