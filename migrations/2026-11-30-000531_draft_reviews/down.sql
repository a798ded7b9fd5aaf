drop table draft_comments;
drop table draft_reviews;
