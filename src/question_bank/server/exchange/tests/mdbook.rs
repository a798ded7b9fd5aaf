//! Quiz files of mdbook-quiz.

use super::*;
use crate::course::server::draft::TracingOutcome;

#[test]
fn questions_are_read_one_by_one() {
    let imported = read_text(
        "ch03.toml",
        r#"
[multipart]
shared = "Look at this:"

[[questions]]
id = "11f3ae2b-9d7b-43ce-9f4f-0f1a6d0a3a53"
type = "MultipleChoice"
multipart = "shared"
prompt.prompt = "Which is *mutable*?"
prompt.distractors = ["`let x`", "`const X`"]
answer.answer = "`let mut x`"
context = "It says `mut`."

[[questions]]
type = "Tracing"
prompt.program = """
fn main() {
    println!("{}", 1);
}
"""
answer.doesCompile = true
answer.stdout = "1"

[[questions]]
id = "broken"
type = "ShortAnswer"
prompt.prompt = "No answer?"
answer = 3

[[questions]]
id = "other"
type = "Essay"
prompt.prompt = "Tell."
answer.answer = "x"

[[questions]]
id = "lost"
type = "ShortAnswer"
multipart = "nowhere"
prompt.prompt = "?"
answer.answer = "x"

[[questions]]
type = "ShortAnswer"
prompt.prompt = "Say yes"
answer.answer = "yes"
answer.alternatives = ["yeah"]
"#,
    );
    let [first, tracing, short_answer] = imported.questions.as_slice() else {
        panic!("{imported:?}");
    };
    assert_eq!(first.key, "11f3ae2b-9d7b-43ce-9f4f-0f1a6d0a3a53");
    assert_eq!(first.prompt, "Look at this:\n\nWhich is *mutable*?");
    assert_eq!(first.explanation.as_deref(), Some("It says `mut`."));
    assert_eq!(
        first.answer,
        single(&[
            ("`let mut x`", true),
            ("`let x`", false),
            ("`const X`", false)
        ])
    );
    assert!(matches!(
        &tracing.answer,
        AnswerDraft::Tracing { language, outcome: TracingOutcome::Prints(text), .. }
            if language == "rust" && text == "1"
    ));
    assert_eq!(short_answer.answer, short(&["yes", "yeah"], None));
    let left: Vec<_> = imported
        .left_out
        .iter()
        .map(|left| left.item.as_str())
        .collect();
    assert_eq!(
        left,
        [
            "Question 3 'broken'",
            "Question 4 'other'",
            "Question 5 'lost'"
        ]
    );
}

#[test]
fn a_broken_file_is_refused_with_its_line() {
    let why = refusal("a.toml", b"[[questions]]\nid = \"a\"\ntype = \n");
    assert!(
        why.starts_with("The quiz file cannot be read, line 3:"),
        "{why}"
    );
    let why = refusal("a.toml", b"title = \"no questions\"\n");
    assert!(
        why.starts_with("The quiz file cannot be read, line 1:"),
        "{why}"
    );
}

#[test]
fn what_is_in_another_file_of_the_book_is_left_out_wherever_it_is_named() {
    let toml = "[[questions]]\ntype = \"ShortAnswer\"\nprompt.prompt = \"Which?\"\nanswer.answer = \"a\"\ncontext = \"{{#include a.md}}\"\n";
    let imported = read_text("a.toml", toml);
    assert_eq!(imported.questions, []);
    assert_eq!(
        imported.left_out[0].why,
        "it includes another file of its book"
    );
}
