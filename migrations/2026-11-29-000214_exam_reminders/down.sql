drop table exam_reminders;
