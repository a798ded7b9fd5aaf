//! The rules by which QTI judges typed answers.

use super::qti::{declaration, item};
use super::*;

pub const TEMPLATE: &str = "<responseProcessing template=\"http://www.imsglobal.org/question/qti_v2p2/rptemplates/match_correct\"/>";

/// Returns an item with a text entry that `rules` judge.
fn judged(base_type: &str, right: &str, rules: &str) -> String {
    item(
        "pi",
        &declaration("single", base_type, &[right]),
        "<p>What is pi?</p><p><textEntryInteraction responseIdentifier=\"RESPONSE\"/></p>",
    )
    .replace(
        TEMPLATE,
        &format!("<responseProcessing>{rules}</responseProcessing>"),
    )
}

pub fn set(outcome: &str, value: &str) -> String {
    format!(
        "<setOutcomeValue identifier=\"{outcome}\"><baseValue baseType=\"float\">{value}</baseValue></setOutcomeValue>"
    )
}

/// Returns a condition with one or several branches, each an element such as `responseIf` and its
/// content.
pub fn condition(branches: &[(&str, String)]) -> String {
    let branches: String = branches
        .iter()
        .map(|(name, content)| format!("<{name}>{content}</{name}>"))
        .collect();
    format!("<responseCondition>{branches}</responseCondition>")
}

pub const ANSWER: &str = "<variable identifier=\"RESPONSE\"/>";

fn value(value: &str) -> String {
    format!("<baseValue baseType=\"float\">{value}</baseValue>")
}

#[test]
fn numbers_to_type() {
    let number = |test: &str| {
        let rule = condition(&[("responseIf", format!("{test}{}", set("SCORE", "1")))]);
        judged("float", "3.14", &rule)
    };
    let operands = "<variable identifier=\"RESPONSE\"/><correct identifier=\"RESPONSE\"/>";
    let equal = |attributes: &str| number(&format!("<equal {attributes}>{operands}</equal>"));
    let question = one(
        "pi.xml",
        &equal("toleranceMode=\"absolute\" tolerance=\"0.01 0.01\""),
    );
    assert_eq!(question.prompt, "What is pi?");
    assert_eq!(question.answer, short(&["3.14"], Some(0.01)));
    let question = one("pi.xml", &equal("toleranceMode=\"exact\""));
    assert_eq!(question.answer, short(&["3.14"], Some(0.0)));
    let question = one(
        "pi.xml",
        &equal("toleranceMode=\"relative\" tolerance=\"1\""),
    );
    assert_eq!(question.answer, short(&["3.14"], Some(0.0314)));
    let why = |text: &str| read_text("pi.xml", text).left_out[0].why.clone();
    assert_eq!(
        why(&equal("toleranceMode=\"absolute\" tolerance=\"1 2\"")),
        "its tolerance is not the same to both sides"
    );
    assert_eq!(
        why(&number("<patternMatch pattern=\"3.*\"/>")),
        "its answer is judged by a rule (patternMatch) that has no counterpart here"
    );
}

#[test]
fn only_what_brings_all_points_is_right() {
    let equal = |number: &str| {
        format!(
            "<equal toleranceMode=\"exact\">{ANSWER}{}</equal>",
            value(number)
        )
    };
    let right = format!(
        "<match>{ANSWER}<correct identifier=\"RESPONSE\"/></match>{}",
        set("SCORE", "2")
    );
    let read = |rules: &[String]| read_text("a.xml", &judged("integer", "42", &rules.concat()));
    let scored = condition(&[
        ("responseIf", right.clone()),
        (
            "responseElseIf",
            format!("{}{}", equal("24"), set("FEEDBACK", "1")),
        ),
        (
            "responseElseIf",
            format!("{}{}", equal("25"), set("SCORE", "0")),
        ),
        (
            "responseElseIf",
            format!("{}{}", equal("41"), set("SCORE", "1")),
        ),
        ("responseElse", set("SCORE", "0")),
    ]);
    let feedback = condition(&[(
        "responseIf",
        format!(
            "<equal><variable identifier=\"SCORE\"/>{}</equal>{}",
            value("1"),
            set("FEEDBACK", "7")
        ),
    )]);
    let imported = read(&[set("SCORE", "0"), scored, feedback]);
    assert_eq!(imported.questions[0].answer, short(&["42"], Some(0.0)));
    assert_eq!(
        left_out(&imported),
        [(
            "Question 1 'About pi', the part of the points for '41'",
            "an answer is right or wrong here; this one counts as wrong"
        )]
    );
    let refused = |rules: &[String]| {
        let imported = read(rules);
        assert_eq!(imported.questions, []);
        imported.left_out[0].why.clone()
    };
    let one = |test: &str| condition(&[("responseIf", format!("{test}{}", set("SCORE", "1")))]);
    let too_many = "its scoring rules give all points to more answers than can be named";
    for (test, why) in [
        (format!("<not>{}</not>", equal("24")), too_many),
        (format!("<gt>{ANSWER}{}</gt>", value("24")), too_many),
        (
            format!(
                "<equal><variable identifier=\"OTHER\"/>{}</equal>",
                value("24")
            ),
            "its rules use OTHER, which it does not declare",
        ),
        (
            format!("<or>{}<patternMatch/></or>", equal("24")),
            "its answer is judged by a rule (patternMatch) that has no counterpart here",
        ),
    ] {
        assert_eq!(refused(&[one(&test)]), why);
        assert_eq!(refused(&[one(&equal("42")), one(&test)]), why);
    }
    // A mistake that is caught before the right answer takes the points away.
    let caught = condition(&[
        (
            "responseIf",
            format!("{}{}", equal("42"), set("SCORE", "0")),
        ),
        ("responseElseIf", right),
    ]);
    assert_eq!(
        refused(&[caught]),
        "its scoring rules give no answer any points"
    );
    let elsewhere = judged("integer", "42", &one(&equal("42")))
        .replace("identifier=\"SCORE\"", "identifier=\"GRADE\"");
    assert_eq!(
        read_text("a.xml", &elsewhere).left_out[0].why,
        "its points are put into GRADE, not into SCORE"
    );
}

#[test]
fn texts_and_ranges_that_conditions_name() {
    let one = |test: &str| condition(&[("responseIf", format!("{test}{}", set("SCORE", "1")))]);
    let range = format!(
        "<and><gte>{ANSWER}{}</gte><lte>{ANSWER}{}</lte></and>",
        value("3.13"),
        value("3.15")
    );
    let question = super::one("pi.xml", &judged("float", "3.14", &one(&range)));
    assert_eq!(question.answer, short(&["3.14"], Some(0.01)));
    let word = |word: &str| {
        format!("<match>{ANSWER}<baseValue baseType=\"string\">{word}</baseValue></match>")
    };
    let either = format!("<or>{}{}</or>", word("grey"), word("gray"));
    let imported = read_text("a.xml", &judged("string", "grey", &one(&either)));
    assert_eq!(imported.questions[0].answer, short(&["grey", "gray"], None));
    assert_eq!(
        imported.left_out[0].item,
        "Question 1 'About pi', the difference of capital and small letters"
    );
    // The usual templates, written out.
    let mapped = condition(&[
        ("responseIf", format!("<isNull>{ANSWER}</isNull>{}", set("SCORE", "0"))),
        (
            "responseElse",
            "<setOutcomeValue identifier=\"SCORE\"><mapResponse identifier=\"RESPONSE\"/></setOutcomeValue>".to_owned(),
        ),
    ]);
    let question = super::one("a.xml", &judged("string", "grey", &mapped));
    assert_eq!(question.answer, short(&["grey"], None));
    let unknown = TEMPLATE.replace("match_correct", "map_response_point");
    let imported = read_text(
        "a.xml",
        &judged("string", "grey", "")
            .replace("<responseProcessing></responseProcessing>", &unknown),
    );
    assert_eq!(
        imported.left_out[0].why,
        "its answer is judged by a rule (map_response_point) that has no counterpart here"
    );
}
