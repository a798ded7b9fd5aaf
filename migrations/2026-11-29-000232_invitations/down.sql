drop table invitation_lists;
drop table invitation_links;
drop table invitations;
