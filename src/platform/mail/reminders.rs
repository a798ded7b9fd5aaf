//! Words of reminders. They come as notifications, whose mails add the greeting and the link.

use super::texts::{MailKind, Placeholder, SCHOOL, placeholder};

const UNTIL: Placeholder = placeholder(
    "until",
    "Day and time, with the time zone",
    "3 May 2027, 12:00 (UTC)",
);

pub const WORK_DUE: MailKind = MailKind {
    key: "work_due",
    name: "Reminder of work that is due",
    sent: "To learners who have not handed in their work, one day before it is due. The link to the exercise follows by itself.",
    subject: "The exercise “{exercise}” is due soon",
    text: "You have not handed in your work. It is due on {until}.",
    placeholders: &[
        placeholder("exercise", "Title of the exercise", "The empty chairs"),
        UNTIL,
        SCHOOL,
    ],
};

pub const EXAM_CLOSING: MailKind = MailKind {
    key: "exam_closing",
    name: "Reminder of an exam",
    sent: "To learners who have not begun an exam, one day before it closes. The link to the exam follows by itself.",
    subject: "The exam “{exam}” closes soon",
    text: "You have not begun it. It closes on {until}.",
    placeholders: &[
        placeholder("exam", "Title of the exam", "Final exam"),
        UNTIL,
        SCHOOL,
    ],
};

pub const COLD_CALL_CLOSING: MailKind = MailKind {
    key: "cold_call_closing",
    name: "Reminder of a cold call",
    sent: "To members who have not answered a cold call, one day before it closes. The link to it follows by itself.",
    subject: "A cold call of “{topic}” closes soon",
    text: "You have not answered it. It closes on {until}. “{prompt}”",
    placeholders: &[
        placeholder("topic", "Title of the topic", "What averages hide"),
        UNTIL,
        placeholder("prompt", "The question", "Which average would you use?"),
        SCHOOL,
    ],
};

pub const SESSION_SOON: MailKind = MailKind {
    key: "session_soon",
    name: "Reminder of a live session",
    sent: "To the members of a cohort, one hour before a live session. The link to the cohort’s home follows by itself.",
    subject: "“{session}” starts soon",
    text: "{when}.{how}",
    placeholders: &[
        placeholder("session", "Title of the session", "Questions of the week"),
        placeholder(
            "when",
            "Day, time and time zone",
            "Monday, 3 May 2027, 18:00–19:00 (Europe/Berlin)",
        ),
        placeholder(
            "how",
            "How to join, if there is a link",
            " The cohort’s home leads there from 15 minutes before the start.",
        ),
        SCHOOL,
    ],
};
