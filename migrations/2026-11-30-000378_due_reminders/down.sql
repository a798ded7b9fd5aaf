drop table assignment_reminders;
