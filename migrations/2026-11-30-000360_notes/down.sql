drop table ai_notes;
