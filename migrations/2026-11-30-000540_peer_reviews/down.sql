drop table peer_reviews;
alter table submissions drop column is_peer_marked, drop column peers_until;
alter table assignments drop column peer_days, drop column peers_are_named, drop column peer_reviews;
