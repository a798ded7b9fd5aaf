//! Writes a course's page as sentences, and questions in the words of these sentences.

use std::fmt::Write;

use uuid::Uuid;

use super::store::CatalogCourseRow;
use crate::catalog::counted;
use crate::course::server::index::Passage;
use crate::course::server::search::text_of;
use crate::course::{Price, duration};
use crate::platform::ids::TopicId;
use crate::tutor_chat::server::answer::key_words;

/// Topics of a course that are named.
const TOPICS: usize = 60;
/// Characters of a description that are read.
const DESCRIPTION: usize = 6_000;

/// Words of questions about courses that say nothing about the course that is wanted.
const PLAIN: [&str; 55] = [
    "class",
    "classes",
    "courses",
    "teach",
    "teaches",
    "teaching",
    "learn",
    "learning",
    "offer",
    "offers",
    "offered",
    "cover",
    "covers",
    "want",
    "wants",
    "need",
    "like",
    "good",
    "best",
    "better",
    "recommend",
    "suggest",
    "available",
    "site",
    "here",
    "know",
    "much",
    "long",
    "many",
    "get",
    "would",
    "could",
    "will",
    "some",
    "something",
    "anything",
    "anyone",
    "am",
    "all",
    "new",
    "help",
    "find",
    "suitable",
    "suits",
    "looking",
    "interested",
    "im",
    "ve",
    "don",
    "every",
    "list",
    "show",
    "explains",
    "topics",
    "topic",
];

/// Words for which the sentences have another one.
const SAME: [(&str, &[&str]); 4] = [
    (
        "costs",
        &[
            "cost",
            "pay",
            "paid",
            "price",
            "prices",
            "fee",
            "fees",
            "cheap",
            "expensive",
            "money",
        ],
    ),
    (
        "takes",
        &[
            "take", "duration", "hours", "minutes", "length", "quick", "quickly", "short",
        ],
    ),
    (
        "beginners",
        &[
            "beginner",
            "novice",
            "novices",
            "newcomer",
            "newcomers",
            "basic",
            "basics",
            "easy",
        ],
    ),
    (
        "taught",
        &[
            "teacher",
            "teachers",
            "tutor",
            "tutors",
            "instructor",
            "instructors",
        ],
    ),
];

/// Returns the words of a question that say what is asked for, in the words of the sentences.
pub fn about(question: &str) -> String {
    let mut asked: Vec<String> = Vec::new();
    for (word, _) in key_words(question) {
        let small = word.to_lowercase();
        if PLAIN.contains(&small.as_str()) {
            continue;
        }
        let same = SAME
            .iter()
            .find(|(_, others)| others.contains(&small.as_str()));
        let word = same.map_or(word, |(plain, _)| (*plain).to_owned());
        if !asked.contains(&word) {
            asked.push(word);
        }
    }
    asked.join(" ")
}

/// Returns true if the question asks for the courses as such, and for nothing about them.
pub fn asks_for_all(question: &str) -> bool {
    let small = question.to_lowercase();
    let mut words = small.split(|letter: char| !letter.is_alphanumeric());
    let names_courses =
        words.any(|word| matches!(word, "course" | "courses" | "class" | "classes"));
    names_courses && about(question).is_empty()
}

/// Returns what is known of a course. `place` is its place among the courses that were found.
pub fn passage(course: &CatalogCourseRow, place: u8) -> Passage {
    let text = sentences(course);
    Passage {
        chunk_id: course.slug.clone(),
        topic_id: TopicId(Uuid::nil()),
        topic_slug: course.slug.clone(),
        topic_title: course.title.clone(),
        module_no: 0,
        heading_path: Vec::new(),
        anchor: None,
        start: 0,
        end: i32::try_from(text.chars().count()).unwrap_or(i32::MAX),
        text,
        score: 1.0 / (1.0 + f32::from(place) / 10.0),
    }
}

fn sentences(course: &CatalogCourseRow) -> String {
    let title = one_line(&course.title);
    let mut text = String::new();
    let mut say = |line: String| {
        let _ = writeln!(text, "{line}");
    };
    if !course.summary.is_empty() {
        say(format!("{title}: {}", one_line(&course.summary)));
    }
    let level = course.level.label().to_lowercase();
    say(format!("{title} is a course: {level}."));
    let time = duration(course.reading_minutes);
    let topics = counted(course.topic_count, "topic", "topics");
    say(format!("{title} takes about {time} to read, in {topics}."));
    let price = Price {
        cents: course.price_cents,
        currency: course.currency.clone(),
    };
    say(match course.price_cents {
        0 => format!("{title} is free: it costs nothing."),
        _ => format!("{title} costs {}.", price.label()),
    });
    say(match course.cohort_only {
        true => format!(
            "{title} is studied together in a cohort that starts at a date, for which one applies."
        ),
        false => format!("{title} can be started at any time, alone."),
    });
    if !course.tutors.is_empty() {
        say(format!(
            "{title} is taught by {}.",
            course.tutors.join(", ")
        ));
    }
    for outcome in &course.outcomes {
        say(format!("After {title}: {}", one_line(outcome)));
    }
    for topic in course.topics.iter().take(TOPICS) {
        say(format!("{title} has the topic “{}”.", one_line(topic)));
    }
    let description: String = text_of(&course.description_html)
        .chars()
        .take(DESCRIPTION)
        .collect();
    say(description);
    text
}

/// A line ends a sentence, so texts of a course have none in them.
fn one_line(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ")
}

#[cfg(test)]
mod rules {
    use super::{about, asks_for_all};

    #[test]
    fn a_question_is_reduced_to_what_it_asks_for() {
        assert_eq!(
            about("Which courses do you offer for beginners about Rust?"),
            "beginners Rust"
        );
        assert_eq!(about("How much does the Rust course cost?"), "Rust costs");
        assert_eq!(about("What courses do you have?"), "");
        assert!(asks_for_all("What courses do you have?"));
        assert!(!asks_for_all("And why?") && !asks_for_all("Which course is about Rust?"));
    }
}
