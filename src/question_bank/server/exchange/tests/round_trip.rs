//! Written questions are read back unchanged.

use std::collections::HashSet;

use proptest::prelude::*;

use super::*;
use crate::course::server::draft::QuestionPurpose;
use crate::question_bank::server::exchange::{check, write_gift, write_qti};

/// Generates a text of one line that may contain the signs of all formats.
fn line() -> impl Strategy<Value = String> {
    prop_oneof![
        "[-a-z0-9 .:=~#{}%*_`$<>&\"'\\\\\\[\\]!|()/^@é😀]{1,40}",
        proptest::sample::select(vec![
            "TRUE",
            "[html] x",
            "%50% x",
            "%100%x",
            "// x",
            "::x::",
            "$CATEGORY: x",
            "####x",
            "a -> b",
            "\\n",
            "\\\\*",
            "<b>x</b>",
            "&amp;",
            "$x^2$",
            "`a|b`",
            "*a* **b**",
            "![p](https://e.org/p.png)",
            "Vec<i32>",
            "1. x",
            "- x",
        ])
        .prop_map(str::to_owned),
    ]
    .prop_map(|text: String| text.trim().to_owned())
    .prop_filter("empty", |text| !text.is_empty())
}

fn text() -> impl Strategy<Value = String> {
    let paragraph = prop_oneof![
        4 => line(),
        1 => line().prop_map(|line| format!("```rust\n{line}\n    x();\n```")),
        1 => line().prop_map(|line| format!("- {line}\n- two")),
        1 => line().prop_map(|line| format!("> {line}")),
        1 => Just("| a | b |\n|---|---|\n| 1 | `2` |".to_owned()),
    ];
    (proptest::collection::vec(paragraph, 1..4), "\n{1,3}")
        .prop_map(|(paragraphs, gap)| paragraphs.join(&gap).trim().to_owned())
}

fn number() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<i32>().prop_map(|n| n.to_string()),
        (-1e6f64..1e6).prop_map(|n| n.to_string()),
        Just("1e3".to_owned()),
    ]
}

fn answer() -> impl Strategy<Value = AnswerDraft> {
    let option =
        (text(), any::<bool>()).prop_map(|(text, is_correct)| OptionDraft { text, is_correct });
    prop_oneof![
        (
            proptest::collection::vec(option, 2..6),
            any::<bool>(),
            any::<bool>()
        )
            .prop_map(|(mut options, several, shuffle)| {
                options[0].is_correct = true;
                for option in options.iter_mut().skip(1).filter(|_| !several) {
                    option.is_correct = false;
                }
                AnswerDraft::Choice {
                    options,
                    several,
                    shuffle,
                }
            }),
        any::<bool>().prop_map(|is_true| choice(
            &[("True", is_true), ("False", !is_true)],
            false,
            false
        )),
        proptest::collection::vec(line(), 1..4).prop_map(|accepted| AnswerDraft::ShortAnswer {
            accepted,
            tolerance: None
        }),
        (proptest::collection::vec(number(), 1..3), 0.0f64..100.0).prop_map(
            |(accepted, tolerance)| {
                AnswerDraft::ShortAnswer {
                    accepted,
                    tolerance: Some(tolerance),
                }
            }
        ),
        proptest::collection::vec(line(), 2..5).prop_map(|items| AnswerDraft::Ordering { items }),
        proptest::collection::vec((line(), line()), 2..5)
            .prop_map(|pairs| AnswerDraft::Matching { pairs }),
    ]
}

fn question() -> impl Strategy<Value = QuestionDraft> {
    (
        "[a-zA-Z0-9][-a-zA-Z0-9._]{0,30}",
        text(),
        proptest::option::of(text()),
        answer(),
        proptest::sample::select(vec![
            QuestionPurpose::Quiz,
            QuestionPurpose::Exam,
            QuestionPurpose::Both,
        ]),
        proptest::option::of(0.0f32..=1.0),
    )
        .prop_map(
            |(key, prompt, explanation, answer, purpose, difficulty)| QuestionDraft {
                key,
                prompt,
                explanation,
                answer,
                purpose,
                difficulty,
            },
        )
        .prop_filter("not in order", |question| check::check(question).is_ok())
}

/// Generates questions with different keys.
fn questions() -> impl Strategy<Value = Vec<QuestionDraft>> {
    proptest::collection::vec(question(), 1..5).prop_map(|mut questions| {
        let mut keys = HashSet::new();
        questions.retain(|question| keys.insert(question.key.clone()));
        questions
    })
}

/// Returns the written questions, without those that were reported as left out as a whole.
fn kept<T>(questions: &[QuestionDraft], written: &Written<T>) -> Vec<QuestionDraft> {
    let is_left_out = |question: &QuestionDraft| {
        let item = format!("Question '{}'", question.key);
        written.left_out.iter().any(|left| left.item == item)
    };
    questions
        .iter()
        .filter(|question| !is_left_out(question))
        .cloned()
        .collect()
}

use crate::question_bank::server::exchange::Written;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn gift(questions in questions()) {
        let written = write_gift(&questions);
        let kept = kept(&questions, &written);
        if kept.is_empty() {
            prop_assert!(read("a.gift", written.content.as_bytes()).is_err());
        } else {
            let back = read("a.gift", written.content.as_bytes()).unwrap();
            prop_assert_eq!(&back.left_out, &[], "{}", written.content);
            prop_assert_eq!(&back.questions, &kept, "{}", written.content);
        }
        for question in &questions {
            let has_no_sign = match &question.answer {
                AnswerDraft::Ordering { .. } => true,
                AnswerDraft::ShortAnswer { accepted, .. } => accepted.iter().any(|text| text.contains("->")),
                AnswerDraft::Matching { pairs } => pairs.iter().any(|(left, _)| left.contains("->")),
                _ => false,
            };
            prop_assert_eq!(has_no_sign, !kept.contains(question));
        }
    }

    #[test]
    fn qti(questions in questions()) {
        let written = write_qti(&questions).unwrap();
        prop_assert_eq!(&written.left_out, &[]);
        let back = read("a.zip", &written.content).unwrap();
        prop_assert_eq!(back.left_out, []);
        prop_assert_eq!(back.questions, questions);
    }

    #[test]
    fn changed_files_never_panic(questions in questions(), at: proptest::sample::Index, byte: u8, cut: bool) {
        for mut bytes in [write_gift(&questions).content.into_bytes(), write_qti(&questions).unwrap().content] {
            let at = at.index(bytes.len());
            match cut {
                true => bytes.truncate(at),
                false => bytes[at] = byte,
            }
            let _ = read("a", &bytes);
        }
    }
}
