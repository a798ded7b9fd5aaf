drop table leaderboard_members;
drop table course_leaderboards;
