//! Quizzes of books and their questions.

use std::collections::HashSet;

use super::*;
use crate::course::server::draft::{AnswerDraft, TracingOutcome};

#[test]
fn quizzes_become_questions_at_their_places() {
    let read = book(&[
        ("src/SUMMARY.md", "- [A](a.md)\n- [B](b.md)\n"),
        (
            "src/a.md",
            "# A\n\nBefore\n{{#quiz ../quizzes/ch 1.toml}}\nAfter\n",
        ),
        ("src/b.md", "- item\n\n  {{#quiz ../quizzes/ch 1.toml}}\n"),
        ("quizzes/ch 1.toml", QUIZ),
    ]);
    let [a, b] = [
        &read.draft.modules[0].topics[0],
        &read.draft.modules[1].topics[0],
    ];
    let places = "Before\n\n<div data-question=\"one\"></div>\n\n<div data-question=\"quizzes-ch-1-2\"></div>\n\n\
                  <div data-question=\"short\"></div>\n\n<div data-question=\"trace\"></div>\n\nAfter\n";
    assert_eq!(body(a), places);
    assert!(
        body(b).contains("\n  <div data-question=\"one-in-b\"></div>\n"),
        "{}",
        body(b)
    );
    let code = "```rust labels=\"1=changed\"\nfn a() {new}\n```";
    assert_eq!(
        a.questions[0].prompt,
        format!("What of [A](topic:a)?\n\n{code}")
    );
    assert_eq!(a.questions[0].explanation.as_deref(), Some("Because."));
    assert_eq!(a.questions[1].prompt, "**Shared** text.\n\nWhich?");
    let AnswerDraft::Choice {
        options,
        several,
        shuffle,
    } = &a.questions[1].answer
    else {
        panic!()
    };
    let order: Vec<_> = options
        .iter()
        .map(|o| (o.text.as_str(), o.is_correct))
        .collect();
    assert_eq!(
        order,
        [("x", false), ("m", true), ("n", true), ("y", false)]
    );
    assert!(*several && !shuffle);
    let AnswerDraft::ShortAnswer { accepted, .. } = &a.questions[2].answer else {
        panic!()
    };
    assert_eq!(accepted, &["it", "that"]);
    let AnswerDraft::Tracing {
        program, outcome, ..
    } = &a.questions[3].answer
    else {
        panic!()
    };
    assert_eq!(
        (program.as_str(), outcome),
        ("fn main() {}\n", &TracingOutcome::FailsAtLine(Some(1)))
    );
    let keys: HashSet<_> = a
        .questions
        .iter()
        .chain(&b.questions)
        .map(|q| q.key.as_str())
        .collect();
    assert_eq!(keys.len(), 8);
}

#[test]
fn a_quiz_brings_the_questions_that_can_be_read() {
    let question = "[[questions]]\nid = \"x\"\ntype = \"MultipleChoice\"\nprompt.prompt = \"P\"\n\
                    prompt.distractors = [\"b\"]\nanswer.answer = \"a\"\n";
    let without_id = question.replace("id = \"x\"\n", "");
    let files = [
        ("src/SUMMARY.md", "- [A](a.md)\n"),
        (
            "src/a.md",
            "{{#quiz ../q1.toml}}\n{{#quiz ../q2.toml}}\n{{#quiz ../q3.toml}}\n{{#quiz ../no.toml}}\n\
             {{#quiz ../q1.toml}}\n{{#quiz ../q4.toml}}\n",
        ),
        ("q1.toml", &format!("{question}\n{question}")),
        ("q2.toml", &format!("# another file\n{question}")),
        (
            "q3.toml",
            &format!(
                "[[questions]]\ntype = \"Essay\"\nprompt.prompt = \"P\"\nanswer.answer = 1\n\
                 {without_id}[[questions]]\ntype = \"Essay\"\nprompt.prompt = \"P\"\nanswer.answer = \"a\"\n\
                 [[questions]]\ntype = \"ShortAnswer\"\nmultipart = \"no\"\nprompt.prompt = \"P\"\nanswer.answer = \"a\"\n"
            ),
        ),
        ("q4.toml", "[[questions]\n"),
    ];
    let expected = [
        "q1.toml:8: the question id 'x' is used twice; here it is 'q1-2'",
        "q2.toml:2: the question id 'x' is used twice; here it is 'q2-1'",
        "q3.toml:1: this question cannot be read: data did not match any variant of untagged enum OneOrMore",
        "q3.toml:14: [multipart] has no 'no'",
        "src/a.md:4: the quiz '../no.toml' does not exist",
        "src/a.md:5: the quiz '../q1.toml' is on this page already",
        "q4.toml:1: this quiz cannot be read: ",
        "q3.toml:10: questions of type 'Essay' are not known; there are MultipleChoice, ShortAnswer and Tracing",
    ];
    let read = book(&files);
    let warnings = said(&read.warnings);
    assert_eq!(warnings.len(), expected.len(), "{warnings:#?}");
    for (said, expected) in warnings.iter().zip(expected) {
        assert!(said.starts_with(expected), "{said}");
    }
    let topic = &read.draft.modules[0].topics[0];
    let keys: Vec<_> = topic
        .questions
        .iter()
        .map(|question| &question.key)
        .collect();
    assert_eq!(keys, ["x", "q1-2", "q2-1", "q3-2"]);
    // Each of the questions has a place in the text, and no other question has.
    for key in &keys {
        assert!(body(topic).contains(&format!("<div data-question=\"{key}\"></div>")));
    }
    assert_eq!(body(topic).matches("data-question").count(), 4);
    assert_eq!(said(&strict_book(&files).unwrap_err()), warnings);
}

#[test]
fn ids_of_questions_that_no_course_can_have_are_replaced() {
    let question = |id: &str| {
        format!(
            "[[questions]]\nid = \"{id}\"\ntype = \"ShortAnswer\"\nprompt.prompt = \"P\"\nanswer.answer = \"a\"\n"
        )
    };
    let quiz = [
        question(""),
        question("file:x"),
        question(&"long".repeat(60)),
    ]
    .concat();
    let read = book(&[
        ("src/SUMMARY.md", "- [A](a.md)\n"),
        ("src/a.md", "{{#quiz ../q.toml}}\n"),
        ("q.toml", &quiz),
    ]);
    let questions = &read.draft.modules[0].topics[0].questions;
    let keys: Vec<_> = questions
        .iter()
        .map(|question| question.key.as_str())
        .collect();
    assert_eq!(keys, ["q-1", "q-2", "q-3"]);
    assert_eq!(read.warnings.len(), 3);
}
