//! Tests of quizzes, prompts and simulations.

use super::Sketch;
use crate::course::server::draft::{
    AnswerDraft, Level, QuestionDraft, QuestionPurpose, TracingOutcome,
};

/// Returns a quiz of one question. `lines` begin on line 4.
fn question(lines: &str) -> Sketch {
    Sketch::new().with_quiz(&format!(
        "[[question]]\nkey = \"q\"\nprompt = \"P?\"\n{lines}\n"
    ))
}

fn only(sketch: &Sketch) -> QuestionDraft {
    sketch.first_topic().questions[0].clone()
}

#[track_caller]
fn refuses(lines: &str, place: &str) {
    question(lines).fails_with(&format!("01-start/01-hello.quiz.toml:{place}"));
}

#[test]
fn a_choice_has_options() {
    let lines = "type = \"choice\"\noptions = [{ text = \"*a*\", correct = true }, { text = \"b\" }]\nshuffle = false\n\
        explanation = \"E\"\npurpose = \"both\"\ndifficulty = 0.25";
    let question = only(&question(lines));
    let AnswerDraft::Choice {
        options,
        several: false,
        shuffle: false,
    } = &question.answer
    else {
        panic!("{question:?}")
    };
    assert_eq!(
        (
            options[0].text.as_str(),
            options[0].is_correct,
            options[1].is_correct
        ),
        ("*a*", true, false)
    );
    assert_eq!(
        (question.purpose, question.difficulty),
        (QuestionPurpose::Both, Some(0.25))
    );
    assert_eq!(question.explanation.as_deref(), Some("E"));
}

#[test]
fn a_choice_without_a_right_answer_is_refused() {
    refuses(
        "type = \"choice\"\noptions = [{ text = \"a\" }, { text = \"b\" }]",
        "1: the question has no right answer: mark one option with correct = true",
    );
    refuses(
        "type = \"several\"\noptions = [{ text = \"a\" }, { text = \"b\", correct = false }]",
        "1: the question has no right answer: mark one option with correct = true",
    );
    refuses(
        "type = \"choice\"\noptions = [{ text = \"a\", correct = true }, { text = \"b\", correct = true }]",
        "1: the question has 2 right options: make it type = \"several\", or mark only one",
    );
}

#[test]
fn options_are_two_to_ten_different_ones() {
    refuses(
        "type = \"choice\"\noptions = [\n  { text = \"a\", correct = true },\n  { text = \"a \" },\n]",
        "7: the option \"a\" is there twice",
    );
    refuses(
        "type = \"choice\"\noptions = [{ text = \"a\", correct = true }]",
        "5: 'options' must have at least 2 entries",
    );
    let many = (0..11)
        .map(|n| format!("{{ text = \"{n}\", correct = true }}"))
        .collect::<Vec<_>>()
        .join(", ");
    refuses(
        &format!("type = \"several\"\noptions = [{many}]"),
        "5: 'options' has 11 entries, more than the 10 that it may have",
    );
    refuses(
        "type = \"choice\"\noptions = [{ text = \"a\", right = true }, { text = \"b\", correct = true }]",
        "5: unknown key 'right' in an option; it can have correct, text",
    );
}

#[test]
fn a_short_answer_accepts_alternatives() {
    let read = only(&question(
        "type = \"short-answer\"\nanswers = [\"1.5\", \"1.50\"]\ntolerance = 0.1",
    ));
    let accepted = vec!["1.5".to_owned(), "1.50".to_owned()];
    assert_eq!(
        read.answer,
        AnswerDraft::ShortAnswer {
            accepted,
            tolerance: Some(0.1)
        }
    );
    refuses(
        "type = \"short-answer\"\nanswers = [\"half\"]\ntolerance = 1",
        "5: with a tolerance every answer must be a number, but \"half\" is none",
    );
    refuses(
        "type = \"short-answer\"\nanswers = [\"Half\", \"half\"]",
        "5: the answer \"half\" is there twice (upper and lower case are the same)",
    );
    refuses(
        "type = \"short-answer\"\nanswers = []",
        "5: 'answers' must have at least 1 entry",
    );
    refuses(
        "type = \"short-answer\"\nanswers = [\"1\"]\ntolerance = -1",
        "6: 'tolerance' must be from 0 to 1000000000000000",
    );
}

#[test]
fn a_tracing_question_says_what_happens() {
    let program = "type = \"tracing\"\nlanguage = \"rust\"\nprogram = '''\na\nb\n'''\n";
    let outcome = |lines: &str| match only(&question(&format!("{program}{lines}"))).answer {
        AnswerDraft::Tracing {
            program, outcome, ..
        } => {
            assert_eq!(program, "a\nb");
            outcome
        }
        other => panic!("{other:?}"),
    };
    assert_eq!(
        outcome("prints = \"1\\n2\\n\""),
        TracingOutcome::Prints("1\n2".to_owned())
    );
    assert_eq!(
        outcome("fails_at_line = 2"),
        TracingOutcome::FailsAtLine(Some(2))
    );
    assert_eq!(outcome("fails = true"), TracingOutcome::FailsAtLine(None));
    refuses(
        &format!("{program}fails_at_line = 3"),
        "10: 'fails_at_line' must be from 1 to 2",
    );
    for lines in ["", "prints = \"1\"\nfails = true", "fails = false"] {
        refuses(
            &format!("{program}{lines}"),
            "1: a tracing question says what the program does in exactly one of 'prints', 'fails_at_line' and fails = true",
        );
    }
}

#[test]
fn ordering_and_matching_have_distinct_parts() {
    let ordered = only(&question("type = \"ordering\"\nitems = [\"a\", \"b\"]"));
    assert_eq!(
        ordered.answer,
        AnswerDraft::Ordering {
            items: vec!["a".to_owned(), "b".to_owned()]
        }
    );
    let matched = only(&question(
        "type = \"matching\"\npairs = [[\"a\", \"1\"], [\"b\", \"2\"]]",
    ));
    let AnswerDraft::Matching { pairs } = matched.answer else {
        panic!()
    };
    assert_eq!(pairs[1], ("b".to_owned(), "2".to_owned()));
    refuses(
        "type = \"ordering\"\nitems = [\"a\", \"a\"]",
        "5: \"a\" is in 'items' twice",
    );
    refuses(
        "type = \"matching\"\npairs = [[\"a\", \"1\"], [\"a\", \"2\"]]",
        "5: \"a\" is on the left of two pairs",
    );
    refuses(
        "type = \"matching\"\npairs = [[\"a\", \"1\"], [\"b\", \"1\"]]",
        "5: \"1\" is on the right of two pairs",
    );
    refuses(
        "type = \"matching\"\npairs = [[\"a\", \"1\"], [\"b\"]]",
        "5: a pair is a list of two texts: [\"left\", \"right\"]",
    );
}

#[test]
fn a_type_has_its_own_keys_only() {
    refuses(
        "type = \"ordering\"\nitems = [\"a\", \"b\"]\nanswers = [\"a\"]",
        "6: unknown key 'answers' in a question of type ordering; it can have difficulty, explanation, items, key, prompt, purpose, type",
    );
    refuses(
        "type = \"chioce\"\noptions = []",
        "4: 'type' is \"chioce\", but must be one of \"choice\", \"several\", \"short-answer\", \"tracing\", \"ordering\", \"matching\"; did you mean 'choice'?",
    );
    refuses(
        "type = \"ordering\"\nitems = [\"a\", \"b\"]\ndifficulty = 2",
        "6: 'difficulty' must be from 0 to 1",
    );
    refuses(
        "type = \"ordering\"\nitems = [\"a\", \"b\"]\nexplaination = \"x\"",
        "6: unknown key 'explaination' in a question of type ordering; did you mean 'explanation'?",
    );
}

#[test]
fn keys_of_questions_are_unique_in_the_course() {
    let quiz = |key: &str| {
        format!(
            "[[question]]\nkey = \"{key}\"\nprompt = \"P?\"\ntype = \"ordering\"\nitems = [\"a\", \"b\"]\n"
        )
    };
    let sketch = Sketch::new()
        .with("01-start/02-more.md", "+++\ntitle = \"More\"\n+++\nx\n")
        .with_quiz(&quiz("same"))
        .with("01-start/02-more.quiz.toml", quiz("same"));
    sketch.fails_with(
        "01-start/02-more.quiz.toml:2: the key 'same' is already that of the question at 01-start/01-hello.quiz.toml:2; keys of questions are unique in the course",
    );
}

#[test]
fn links_in_questions_are_checked_on_their_line() {
    let text = "type = \"ordering\"\nitems = [\"a\", \"b\"]\nexplanation = '''\nSee\n[it](topic:gone).\n'''";
    refuses(text, "8: there is no topic 'gone'");
    refuses(
        "type = \"ordering\"\nitems = [\"a\", \"b\"]\nexplanation = \"[up](#there)\"",
        "6: '#there' leads nowhere here: write [text](topic:KEY#there)",
    );
    let picture =
        question("type = \"ordering\"\nitems = [\"a\", \"b\"]\nexplanation = \"![x](x.svg)\"");
    let read = only(&picture.with("01-start/x.svg", "<svg/>"));
    assert_eq!(
        read.explanation.as_deref(),
        Some("![x](file:01-start/x.svg)")
    );
}

#[test]
fn empty_files_are_refused() {
    refuses_file(
        "quiz.toml",
        "",
        "1: a quiz file needs at least one [[question]]",
    );
    refuses_file(
        "prompts.toml",
        "",
        "1: a prompts file needs at least one [[cold_call]] or [[suggestion]]",
    );
    refuses_file(
        "simulations.toml",
        "",
        "1: a simulations file needs at least one [[simulation]]",
    );
}

#[track_caller]
fn refuses_file(part: &str, text: &str, place: &str) {
    Sketch::new()
        .with(&format!("01-start/01-hello.{part}"), text)
        .fails_with(&format!("01-start/01-hello.{part}:{place}"));
}

#[test]
fn prompts_keep_their_order_and_their_levels() {
    let text = "[[cold_call]]\nprompt = \"one\"\nhelper_text = \"h\"\n[[cold_call]]\nprompt = \"two\"\n\
        [[suggestion]]\nprompt = \"a\"\nanswer = \"b\"\n[[suggestion.follow_up]]\nprompt = \"c\"\n\
        [[suggestion.follow_up.follow_up]]\nprompt = \"d\"\n[[suggestion]]\nprompt = \"e\"\n";
    let topic = Sketch::new()
        .with("01-start/01-hello.prompts.toml", text)
        .first_topic();
    let calls: Vec<_> = topic
        .cold_calls
        .iter()
        .map(|call| (call.display_order, call.prompt.as_str()))
        .collect();
    assert_eq!(calls, [(1, "one"), (2, "two")]);
    assert_eq!(topic.cold_calls[0].helper_text.as_deref(), Some("h"));
    assert_eq!(topic.suggestions[0].follow_ups[0].follow_ups[0].prompt, "d");
    assert_eq!(
        (
            topic.suggestions[0].answer.as_deref(),
            topic.suggestions[1].answer.as_deref()
        ),
        (Some("b"), None)
    );
}

#[test]
fn prompts_are_as_strict() {
    refuses_file(
        "prompts.toml",
        "[[cold_call]]\nhelper = \"x\"\nprompt = \"p\"",
        "2: unknown key 'helper' in a cold call; it can have helper_text, key, prompt, visibility",
    );
    refuses_file(
        "prompts.toml",
        "[[suggestion]]\nprompt = \"p\"\n[[suggestion]]\nprompt = \"p\"",
        "3: the suggestion \"p\" is there twice",
    );
    let deep = "[[suggestion]]\nprompt = \"1\"\n[[suggestion.follow_up]]\nprompt = \"2\"\n\
        [[suggestion.follow_up.follow_up]]\nprompt = \"3\"\n[[suggestion.follow_up.follow_up.follow_up]]\nprompt = \"4\"\n";
    Sketch::new()
        .with("01-start/01-hello.prompts.toml", deep)
        .read();
    let deeper =
        format!("{deep}[[suggestion.follow_up.follow_up.follow_up.follow_up]]\nprompt = \"5\"\n");
    refuses_file(
        "prompts.toml",
        &deeper,
        "7: suggestions go at most 4 levels deep",
    );
}

#[test]
fn simulations_have_everything() {
    let text = "[[simulation]]\nkey = \"s\"\ntitle = \"S\"\ndifficulty = \"advanced\"\nbrief = \"*B*\"\nrubric = [\"r\"]\n";
    let topic = Sketch::new()
        .with("01-start/01-hello.simulations.toml", text)
        .first_topic();
    let simulation = &topic.simulations[0];
    assert_eq!(
        (
            simulation.key.as_str(),
            simulation.difficulty,
            simulation.rubric.len()
        ),
        ("s", Level::Advanced, 1)
    );
    let handed_in =
        format!("{text}[simulation.hand_in]\nlate_days = 2\ncriteria = [\"A: No 0 | Yes 1\"]\n");
    let topic = Sketch::new()
        .with("01-start/01-hello.simulations.toml", &handed_in)
        .first_topic();
    let hand_in = topic.simulations[0].hand_in.as_ref().unwrap();
    assert_eq!((hand_in.late_days, hand_in.criteria.len()), (2, 1));
    refuses_file(
        "simulations.toml",
        &format!("{text}[simulation.hand_in]\ndue = \"tomorrow\"\n"),
        "8: 'due' must be a time such as \"2026-12-01T17:00:00Z\"",
    );
    refuses_file(
        "simulations.toml",
        &text.replace("rubric = [\"r\"]\n", ""),
        "1: 'rubric' is missing in a simulation",
    );
    refuses_file(
        "simulations.toml",
        &text.replace("[\"r\"]", "[]"),
        "6: 'rubric' must have at least 1 entry",
    );
}
