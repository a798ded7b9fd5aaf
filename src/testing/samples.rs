//! Courses that many tests use. All have the slug `small` and the title "A small course".

use super::{CourseBuilder, Question};

fn small() -> CourseBuilder {
    CourseBuilder::new("small").title("A small course")
}

/// A gated course of two modules without a cooldown. The first has two quizzes, the second has
/// none.
pub fn gated_course() -> CourseBuilder {
    let swims = Question::choice("one", "What swims?", "Pelicans", &["Stones"]);
    let sum = Question::short_answer("two", "Two and two?", &["4", "four"]);
    let three = Question::short_answer("three", "Three?", &["3"]);
    small()
        .gated(0)
        .module("First")
        .topic("begin")
        .question(swims.explained("They do."))
        .question(sum.explained("Count."))
        .topic("middle")
        .topic("late")
        .question(three.explained("Yes."))
        .module("Second")
        .topic("end")
        .topic_title("Ending")
        .text("Goodbye.")
}

/// An open course of two modules. The first topic has a practice question and a narration.
pub fn pelican_course() -> CourseBuilder {
    let swims = Question::choice("pelican", "What swims?", "Pelicans", &["Stones"]);
    small()
        .summary("Two modules about nothing much.")
        .module("First")
        .topic("begin")
        .topic_title("Beginning")
        .text("Hello.\n\n## A heading\n\nPelicans swim.")
        .question(swims.explained("They do."))
        .with_practice()
        .narration("sports", "A goal is scored by pelicans.")
        .topic("middle")
        .topic_title("Middle")
        .text("See [the heading](topic:begin#a-heading).")
        .module("Second")
        .topic("end")
        .topic_title("Ending")
        .text("Goodbye.")
}

/// An open course of two modules with one topic each, without quizzes. The bank has six short
/// answers for exams in module 1 and four in module 2. Two more may be asked only by quizzes. "a3"
/// is the right answer to question 3, whose key is "q3". The text of the first topic asks
/// question 1.
pub fn exam_bank() -> CourseBuilder {
    let question = |n: u32| {
        let (key, prompt) = (format!("q{n}"), format!("Question {n}"));
        let purpose = match n {
            11.. => "quiz",
            _ if n.is_multiple_of(2) => "exam",
            _ => "both",
        };
        Question::short_answer(&key, &prompt, &[&format!("a{n}")])
            .explained(&format!("Because {n}"))
            .purpose(purpose)
            .difficulty(f64::from(n) / 12.0)
    };
    small()
        .without_quizzes()
        .module("M1")
        .topic("t1")
        .topic_title("T1")
        .text("{{question q1}}")
        .questions((1..=6).map(question))
        .module("M2")
        .topic("t2")
        .topic_title("T2")
        .questions((7..=12).map(question))
}
