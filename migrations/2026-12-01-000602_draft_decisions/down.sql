drop table draft_decisions;
