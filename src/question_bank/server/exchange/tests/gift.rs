//! GIFT as Moodle's documentation shows it.

use super::*;
use crate::course::server::draft::QuestionPurpose;
use crate::question_bank::server::exchange::write_gift;

#[test]
fn every_kind_of_question() {
    let imported = read_text(
        "rivers.txt",
        "\
// Rivers, and what they carry.
$CATEGORY: $course$/Rivers

::Longest river::Which river is the longest?{~Rhine ~Danube =Nile}

The Rhine flows into the {
    ~Baltic Sea
    =North Sea
    ~Black Sea
} near Rotterdam.

The Elbe rises in the Czech Republic.{T}

The Main is longer than the Rhine. {FALSE}

Which river flows through London?{=Thames =River Thames}

When was the Suez Canal opened? {#1869:2}

How long is the Nile, in thousand kilometres? {#6.5..6.8}

Name a whole number that is two. {#=2:0 =2.0:0}

Match each city with its river. {
    =Paris -> Seine
    =Rome  -> Tiber
    =Vienna -> Danube
    }

Which two flow into the Black Sea? {
    ~%-50%Rhine
    ~%50%Danube
    ~%50%Dnieper
    ~%-50%Elbe }
",
    );
    let expected = [
        (
            "Which river is the longest?",
            single(&[("Rhine", false), ("Danube", false), ("Nile", true)]),
        ),
        (
            "The Rhine flows into the _____ near Rotterdam.",
            single(&[
                ("Baltic Sea", false),
                ("North Sea", true),
                ("Black Sea", false),
            ]),
        ),
        (
            "The Elbe rises in the Czech Republic.",
            choice(&[("True", true), ("False", false)], false, false),
        ),
        (
            "The Main is longer than the Rhine.",
            choice(&[("True", false), ("False", true)], false, false),
        ),
        (
            "Which river flows through London?",
            short(&["Thames", "River Thames"], None),
        ),
        (
            "When was the Suez Canal opened?",
            short(&["1869"], Some(2.0)),
        ),
        (
            "How long is the Nile, in thousand kilometres?",
            short(&["6.65"], Some(0.15)),
        ),
        (
            "Name a whole number that is two.",
            short(&["2", "2.0"], Some(0.0)),
        ),
        (
            "Match each city with its river.",
            matching(&[("Paris", "Seine"), ("Rome", "Tiber"), ("Vienna", "Danube")]),
        ),
        (
            "Which two flow into the Black Sea?",
            choice(
                &[
                    ("Rhine", false),
                    ("Danube", true),
                    ("Dnieper", true),
                    ("Elbe", false),
                ],
                true,
                true,
            ),
        ),
    ];
    let found: Vec<_> = imported
        .questions
        .iter()
        .map(|question| (question.prompt.as_str(), question.answer.clone()))
        .collect();
    assert_eq!(found, expected);
    assert_eq!(imported.left_out, []);
    assert_eq!(imported.questions[0].key, "longest-river");
}

#[test]
fn feedback_becomes_the_explanation() {
    let question = one(
        "a.txt",
        "::Delta::Where is a delta?{
~At the spring#Nothing has been carried there yet.
=At the mouth#Right.
~Anywhere
####Sand sinks where the water *slows down*.
}",
    );
    assert_eq!(
        question.explanation.unwrap(),
        "Sand sinks where the water \\*slows down\\*.\n\nAt the spring: Nothing has been carried there yet.\n\n\
         At the mouth: Right."
    );
    let question = one(
        "a.txt",
        "Water flows upwards.{FALSE#Look at a river.#Quite so.####Gravity.}",
    );
    assert_eq!(
        question.explanation.unwrap(),
        "Gravity.\n\nQuite so.\n\nLook at a river."
    );
}

#[test]
fn signs_are_escaped_and_markup_is_converted() {
    let question = one(
        "a.txt",
        r"::Signs \: all::Which answer equals 5 \{really\}? {
     ~ \= 2 + 2
     = \= 2 + 3 \~ \# \\ C\:\\n
     ~ *four* }",
    );
    assert_eq!(question.prompt, "Which answer equals 5 {really}?");
    assert_eq!(
        question.answer,
        single(&[
            ("\\= 2 + 2", false),
            ("\\= 2 + 3 ~ # \\\\ C:\\n", true),
            ("\\*four\\*", false)
        ])
    );
    assert_eq!(question.key, "signs-all");
    let question = one(
        "a.txt",
        r"[html]<p>What is <b>bold</b>,<br>and <code>x &lt; y</code>?</p>{~[plain]*a* =[markdown]*b*}",
    );
    assert_eq!(question.prompt, "What is **bold**,\\\nand `x < y`?");
    assert_eq!(
        question.answer,
        single(&[("\\*a\\*", false), ("*b*", true)])
    );
    let question = one(
        "a.txt",
        "[markdown]What is\\n\\n    Vec<i32>\\n\\nin *Rust*?{=a list}",
    );
    assert_eq!(question.prompt, "What is\n\n    Vec<i32>\n\nin *Rust*?");
    let question = one(
        "a.txt",
        "What does it print?\nlet v: Vec<i32> = f(a_b);\n{=\\*1\\*}",
    );
    assert_eq!(
        question.prompt,
        "What does it print?\\\nlet v: Vec\\<i32> = f(a_b);"
    );
    assert_eq!(question.answer, short(&["*1*"], None));
}

#[test]
fn what_has_no_counterpart_is_listed() {
    let imported = read_text(
        "a.txt",
        "::Tell::Tell me about rivers.{}

Rivers are long.

A river is {wet and {cold}.

::Half::Where is it?{~%50%near =there ~far}

::Any::Say something.{=*}

Pick.{=one =two ~three}

One of {~these}.

::Fine::Is it?{T}

Order.{>2 ABC one two three}

Match.{=a->x =b->x}

Twice {=a} and {=b}.

A river is }wet{.
",
    );
    assert_eq!(
        left_out(&imported),
        [
            (
                "Question 1 'Tell'",
                "it is an essay, which a person would have to grade"
            ),
            (
                "Question 2, line 3",
                "it has no answers in braces: it is a text that asks nothing"
            ),
            (
                "Question 3, line 5",
                "it has braces in more than one place; those of its text need a backslash before them"
            ),
            (
                "Question 4 'Half', the part of the points for 'near'",
                "an answer is right or wrong here; this one counts as wrong"
            ),
            (
                "Question 5 'Any'",
                "its answer '*' has a place for any text (*)"
            ),
            (
                "Question 6, line 11",
                "more than one of its options is right by itself"
            ),
            ("Question 7, line 13", "it has 1 options and needs 2"),
            ("Question 9, line 17", "it has 1 items and needs 2"),
            (
                "Question 10, line 19",
                "two of its right sides are the same: 'x'"
            ),
            (
                "Question 11, line 21",
                "it has braces in more than one place; those of its text need a backslash before them"
            ),
            ("Question 12, line 23", "its braces are not in pairs"),
        ]
    );
    let keys: Vec<_> = imported.questions.iter().map(|q| q.key.as_str()).collect();
    assert_eq!(keys, ["Half", "Fine"]);
}

#[test]
fn keys_are_unique_and_do_not_depend_on_the_order() {
    let questions = [
        "::A::One?{T}",
        "::A::Two?{T}",
        "Three?{T}",
        "Four?{T}",
        "// [id:my-id] [tag:x]\n::A::Five?{T}",
    ];
    let keys = |questions: &[&str]| {
        let imported = read_text("a.txt", &questions.join("\n\n"));
        let mut keys: Vec<_> = imported
            .questions
            .into_iter()
            .map(|question| (question.prompt, question.key))
            .collect();
        keys.sort();
        keys
    };
    let mut reversed = questions;
    reversed.reverse();
    assert_eq!(keys(&questions), keys(&reversed));
    let of = keys(&questions);
    let all: std::collections::HashSet<_> = of.iter().map(|(_, key)| key).collect();
    assert_eq!(all.len(), 5);
    assert!(of.contains(&("Five?".to_owned(), "my-id".to_owned())));
    let twice = keys(&["Same?{T}", "Same?{T}"]);
    assert_eq!(twice[1].1, format!("{}-2", twice[0].1));
}

#[test]
fn gift_is_written_as_moodle_reads_it() {
    let draft = |key: &str, prompt: &str, answer| QuestionDraft {
        key: key.to_owned(),
        prompt: prompt.to_owned(),
        explanation: Some("Because.\n\n[markdown] is fine".to_owned()),
        answer,
        purpose: QuestionPurpose::Quiz,
        difficulty: None,
    };
    let written = write_gift(&[
        draft(
            "one",
            "What is `{}`?\n\nSay = it",
            single(&[("%50% off", false), ("[html] b", true)]),
        ),
        QuestionDraft {
            purpose: QuestionPurpose::Exam,
            difficulty: Some(0.25),
            explanation: None,
            ..draft(
                "two",
                "Which? ![a](b.png)",
                choice(
                    &[("a", true), ("b", true), ("c", true), ("d", false)],
                    true,
                    false,
                ),
            )
        },
        draft("three", "Order", ordering(&["a", "b"])),
        draft("four", "Arrow", short(&["() -> i32"], None)),
        draft("five", "How many?", short(&["3", "4"], Some(0.5))),
    ]);
    assert_eq!(
        written.content,
        "\
// Questions in GIFT, with texts in Markdown.

// [id:one]
[markdown]What is `\\{\\}`?\\n\\nSay \\= it {
\t~%0%%50% off
\t=[markdown][html] b
\t####Because.\\n\\n[markdown] is fine
}

// [id:two] [tag:purpose-exam] [tag:difficulty-0.25] [tag:keep-order]
[markdown]Which? ![a](b.png) {
\t~%33.33333%a
\t~%33.33333%b
\t~%33.33333%c
\t~%-33.33333%d
}

// Question 'three' is left out: GIFT has no questions about an order

// Question 'four' is left out: its answer '() -> i32' has '->', which means a pair in GIFT

// [id:five]
[markdown]How many? {
\t#
\t=3:0.5
\t=4:0.5
\t####Because.\\n\\n[markdown] is fine
}
"
    );
    let left_out: Vec<_> = written
        .left_out
        .iter()
        .map(|left| left.item.as_str())
        .collect();
    assert_eq!(
        left_out,
        [
            "Question 'two', the picture 'b.png'",
            "Question 'three'",
            "Question 'four'"
        ]
    );
}

#[test]
fn an_answer_that_counts_less_within_a_right_one_is_not_taken_as_right() {
    for gift in [
        "Pi?{#=%0%3.14:0#Too coarse =3.14159:0.01}",
        "Pi?{#=%50%3:0.2 =3.14159:0.01}",
        "Colour?{=%50%Grey =grey}",
    ] {
        let imported = read_text("a.gift", gift);
        assert_eq!(imported.questions, [], "{gift}");
        assert!(
            imported.left_out[0]
                .why
                .contains("is not fully right, but lies within the right answer"),
            "{gift}"
        );
    }
    // The right answer comes first, and so decides.
    let question = one("a.gift", "Pi?{#=3.14159:0.01 =%0%3:1#Too coarse}");
    assert_eq!(question.answer, short(&["3.14159"], Some(0.01)));
}

#[test]
fn pictures_are_listed_wherever_they_are() {
    let imported = read_text(
        "a.gift",
        "[markdown]Where? ![map](@@PLUGINFILE@@/map.png){=a ![b](b.png) ~c ![d](https\\://e.org/d.png) #### See ![map](@@PLUGINFILE@@/map.png)}",
    );
    let what: Vec<&str> = imported
        .left_out
        .iter()
        .map(|left| left.item.as_str())
        .collect();
    assert_eq!(
        what,
        [
            "Question 1, line 1, the picture '@@PLUGINFILE@@/map.png'",
            "Question 1, line 1, the picture 'b.png'"
        ]
    );
    let written = write_gift(&imported.questions);
    assert_eq!(written.left_out.len(), 2, "{:?}", written.left_out);
}

#[test]
fn a_question_about_a_tag_does_not_swallow_the_next_ones() {
    for answers in [
        "{=It keeps lines ~It hides}",
        "{\n=It keeps lines\n~It hides\n}",
        "{T}",
        "{FALSE#It does}",
        "{#3:1}",
    ] {
        for tag in ["<pre>", "```"] {
            let gift = format!(
                "What does this do?\n{tag}\n{answers}\n\nWhat ends it?\n</pre>\n```\n{{T}}\n\nAnd this? {{T}}"
            );
            let imported = read_text("a.gift", &gift);
            assert_eq!(
                imported.questions.len() + imported.refused.len(),
                3,
                "{gift}\n{imported:?}"
            );
        }
    }
    // The braces of programs end none.
    for braces in [
        "{ x = 1 }",
        "{\n  ~A() { x }",
        "{#if x}",
        "\\{=x\\}",
        "{=x} y",
    ] {
        let gift = format!("What is it?\n<pre>\n{braces}\n\ny\n</pre>\n{{T}}");
        let imported = read_text("a.gift", &gift);
        assert_eq!(imported.questions.len(), 1, "{gift}\n{imported:?}");
    }
}

#[test]
fn the_first_item_of_an_order_is_no_setting() {
    let question = one("a.gift", "::a::Sort.{>Show the file\nClose it\n}");
    assert_eq!(question.answer, ordering(&["Show the file", "Close it"]));
    let question = one(
        "a.gift",
        "::a::Sort.{>ALL EXACT VERTICAL\nOpen it\nClose it\n}",
    );
    assert_eq!(question.answer, ordering(&["Open it", "Close it"]));
}

#[test]
fn lost_pictures_are_listed_before_heaps_of_other_notes() {
    let fields = "<input type\\=\"text\">".repeat(70);
    let gift = format!(
        "::a::[html]{fields}<img src\\=\"a.png\"> See{{=![b](b.png) ~c}}\n\n::b::[markdown]![m](m.png){{=a ~b}}"
    );
    let imported = read_text("a.gift", &gift);
    let left = left_out(&imported);
    assert_eq!(left[0].0, "Question 1 'a', the picture 'a.png'");
    assert_eq!(
        left[60],
        (
            "Question 1 'a', and 11 more notes",
            "only the first 60 of a question are listed"
        )
    );
    assert_eq!(left[61].0, "Question 2 'b', the picture 'm.png'");
    let marked = format!("::a::[html]{fields}See{{=[markdown]![b](b.png) ~c}}");
    let imported = read_text("a.gift", &marked);
    assert_eq!(
        left_out(&imported)[0].0,
        "Question 1 'a', the picture 'b.png'"
    );
}
