//! Writes one question as a QTI 3.0 item.

use super::{DIFFICULTY, PURPOSE, TOOL};
use crate::course::server::draft::{AnswerDraft, OptionDraft, QuestionDraft, QuestionPurpose};
use crate::question_bank::server::exchange::check::is_clean;
use crate::question_bank::server::exchange::collect::shortened;
use crate::question_bank::server::exchange::markup::to_xhtml::{block, inline};
use crate::question_bank::server::exchange::markup::{Element, Node};

const RESPONSE: &str = "RESPONSE";
const EXPLANATION: &str = "EXPLANATION";

/// The parts of an item that depend on the type of its question.
struct ItemParts {
    declaration: Element,
    interaction: Node,
    /// The rules that give the points.
    processing: Element,
}

pub fn item(question: &QuestionDraft, identifier: &str) -> Result<Element, String> {
    let parts = parts(&question.answer)?;
    let prompt = clean(&question.prompt)?;
    let explanation = question.explanation.as_deref().map(clean).transpose()?;
    let title = shortened(&prompt);
    let mut item = Element::new("qti-assessment-item")
        .with("xmlns", "http://www.imsglobal.org/xsd/imsqtiasi_v3p0")
        .with("identifier", identifier)
        .with("title", if title.is_empty() { identifier } else { &title });
    if is_clean(&question.key) {
        item = item.with("label", question.key.as_str());
    }
    let mut processing = Element::new("qti-response-processing").holding([parts.processing.into()]);
    let mut children: Vec<Node> = vec![parts.declaration.into()];
    children.extend(outcomes(question));
    if explanation.is_some() {
        children.push(outcome("FEEDBACK", "identifier", None));
        let value = base_value("identifier", EXPLANATION);
        processing = processing.holding([set("FEEDBACK", value).into()]);
    }
    children.push(
        Element::new("qti-item-body")
            .holding([block(&prompt), parts.interaction])
            .into(),
    );
    children.push(processing.into());
    children.extend(explanation.as_deref().map(feedback));
    Ok(item
        .with("adaptive", "false")
        .with("time-dependent", "false")
        .with("tool-name", TOOL)
        .with("tool-version", env!("CARGO_PKG_VERSION"))
        .holding(children))
}

fn clean(text: &str) -> Result<String, String> {
    let text = text.replace("\r\n", "\n").trim().to_owned();
    match is_clean(&text) {
        true => Ok(text),
        false => Err("it has a control character".to_owned()),
    }
}

fn parts(answer: &AnswerDraft) -> Result<ItemParts, String> {
    match answer {
        AnswerDraft::Choice {
            options,
            several,
            shuffle,
        } => choice(options, *several, *shuffle),
        AnswerDraft::ShortAnswer {
            accepted,
            tolerance: None,
        } => short_answer(accepted),
        AnswerDraft::ShortAnswer {
            accepted,
            tolerance: Some(tolerance),
        } => number(accepted, *tolerance),
        AnswerDraft::Ordering { items } => ordering(items),
        AnswerDraft::Matching { pairs } => matching(pairs),
        AnswerDraft::Tracing { .. } => {
            Err("QTI has no questions about what a program prints".to_owned())
        }
    }
}

fn choice(options: &[OptionDraft], several: bool, shuffle: bool) -> Result<ItemParts, String> {
    let texts = options.iter().map(|option| option.text.as_str());
    let right: Vec<String> = options
        .iter()
        .zip(1..)
        .filter(|(option, _)| option.is_correct)
        .map(|(_, number)| format!("choice-{number}"))
        .collect();
    let cardinality = if several { "multiple" } else { "single" };
    Ok(ItemParts {
        declaration: declaration(cardinality, "identifier", &right),
        interaction: interaction("qti-choice-interaction")
            .with("shuffle", shuffle.to_string())
            .with("max-choices", if several { "0" } else { "1" })
            .holding(choices("qti-simple-choice", "choice", texts)?)
            .into(),
        processing: all_or_nothing(matches_correct()),
    })
}

fn ordering(items: &[String]) -> Result<ItemParts, String> {
    let right: Vec<String> = (1..=items.len())
        .map(|number| format!("item-{number}"))
        .collect();
    let texts = items.iter().map(String::as_str);
    Ok(ItemParts {
        declaration: declaration("ordered", "identifier", &right),
        interaction: interaction("qti-order-interaction")
            .with("shuffle", "true")
            .holding(choices("qti-simple-choice", "item", texts)?)
            .into(),
        processing: all_or_nothing(matches_correct()),
    })
}

fn matching(pairs: &[(String, String)]) -> Result<ItemParts, String> {
    let right: Vec<String> = (1..=pairs.len())
        .map(|number| format!("left-{number} right-{number}"))
        .collect();
    let set = |name, texts: &mut dyn Iterator<Item = &String>| {
        let texts = texts.map(String::as_str);
        let choices = choices("qti-simple-associable-choice", name, texts)?;
        Ok::<_, String>(Node::from(
            Element::new("qti-simple-match-set").holding(choices),
        ))
    };
    Ok(ItemParts {
        declaration: declaration("multiple", "directedPair", &right),
        interaction: interaction("qti-match-interaction")
            .with("shuffle", "true")
            .with("max-associations", pairs.len().to_string())
            .holding([
                set("left", &mut pairs.iter().map(|(left, _)| left))?,
                set("right", &mut pairs.iter().map(|(_, right)| right))?,
            ])
            .into(),
        processing: all_or_nothing(matches_correct()),
    })
}

fn short_answer(accepted: &[String]) -> Result<ItemParts, String> {
    let accepted: Vec<String> = accepted
        .iter()
        .map(|text| clean(text))
        .collect::<Result<_, _>>()?;
    let entries = accepted.iter().map(|text| {
        Element::new("qti-map-entry")
            .with("map-key", text.as_str())
            .with("mapped-value", "1")
            .with("case-sensitive", "false")
            .into()
    });
    let mapping = Element::new("qti-mapping")
        .with("default-value", "0")
        .holding(entries);
    Ok(ItemParts {
        declaration: declaration("single", "string", accepted.get(..1).unwrap_or_default())
            .holding([mapping.into()]),
        interaction: entry(),
        processing: set("SCORE", referring("qti-map-response")),
    })
}

fn number(accepted: &[String], tolerance: f64) -> Result<ItemParts, String> {
    let mut rules: Vec<Node> = Vec::new();
    for text in accepted {
        let number = text.trim();
        if !number.parse::<f64>().is_ok_and(f64::is_finite) {
            return Err(format!("its answer '{}' is not a number", shortened(text)));
        }
        let equal = Element::new("qti-equal")
            .with("tolerance-mode", "absolute")
            .with("tolerance", format!("{tolerance} {tolerance}"))
            .holding([
                referring("qti-variable").into(),
                base_value("float", number).into(),
            ]);
        rules.push(equal.into());
    }
    let first = accepted.first().map(|text| text.trim().to_owned());
    Ok(ItemParts {
        declaration: declaration("single", "float", first.as_slice()),
        interaction: entry(),
        processing: all_or_nothing(Element::new("qti-or").holding(rules)),
    })
}

fn choices<'a>(
    element: &str,
    name: &str,
    texts: impl Iterator<Item = &'a str>,
) -> Result<Vec<Node>, String> {
    let choices = texts.zip(1..).map(|(text, number)| {
        let mut choice = Element::new(element).with("identifier", format!("{name}-{number}"));
        if element == "qti-simple-associable-choice" {
            choice = choice.with("match-max", "1");
        }
        Ok(choice.holding(inline(&clean(text)?)).into())
    });
    choices.collect()
}

fn interaction(name: &str) -> Element {
    Element::new(name).with("response-identifier", RESPONSE)
}

/// Returns a text field within a paragraph, because a text entry is only allowed inside text.
fn entry() -> Node {
    Element::new("p")
        .holding([interaction("qti-text-entry-interaction").into()])
        .into()
}

fn declaration(cardinality: &str, base_type: &str, correct: &[String]) -> Element {
    let values = correct.iter().map(|value| value_of(value));
    Element::new("qti-response-declaration")
        .with("identifier", RESPONSE)
        .with("cardinality", cardinality)
        .with("base-type", base_type)
        .holding([Element::new("qti-correct-response").holding(values).into()])
}

fn value_of(text: &str) -> Node {
    Element::new("qti-value").saying(text).into()
}

/// Declares the score, and the settings that QTI has no word for. Our own reader looks for the
/// latter.
fn outcomes(question: &QuestionDraft) -> Vec<Node> {
    let mut outcomes = vec![outcome("SCORE", "float", Some("0"))];
    match question.purpose {
        QuestionPurpose::Quiz => {}
        QuestionPurpose::Exam => outcomes.push(outcome(PURPOSE, "string", Some("exam"))),
        QuestionPurpose::Both => outcomes.push(outcome(PURPOSE, "string", Some("both"))),
    }
    if let Some(difficulty) = question.difficulty {
        outcomes.push(outcome(DIFFICULTY, "float", Some(&difficulty.to_string())));
    }
    outcomes
}

fn outcome(identifier: &str, base_type: &str, value: Option<&str>) -> Node {
    let default = value.map(|value| {
        Element::new("qti-default-value")
            .holding([value_of(value)])
            .into()
    });
    Element::new("qti-outcome-declaration")
        .with("identifier", identifier)
        .with("cardinality", "single")
        .with("base-type", base_type)
        .holding(default)
        .into()
}

fn referring(name: &str) -> Element {
    Element::new(name).with("identifier", RESPONSE)
}

fn base_value(base_type: &str, value: &str) -> Element {
    Element::new("qti-base-value")
        .with("base-type", base_type)
        .saying(value)
}

fn set(outcome: &str, value: Element) -> Element {
    Element::new("qti-set-outcome-value")
        .with("identifier", outcome)
        .holding([value.into()])
}

fn matches_correct() -> Element {
    Element::new("qti-match").holding([
        referring("qti-variable").into(),
        referring("qti-correct").into(),
    ])
}

fn all_or_nothing(condition: Element) -> Element {
    let points = set("SCORE", base_value("float", "1"));
    let branch = Element::new("qti-response-if").holding([condition.into(), points.into()]);
    Element::new("qti-response-condition").holding([branch.into()])
}

fn feedback(text: &str) -> Node {
    Element::new("qti-modal-feedback")
        .with("outcome-identifier", "FEEDBACK")
        .with("identifier", EXPLANATION)
        .with("show-hide", "show")
        .holding([Element::new("qti-content-body")
            .holding([block(text)])
            .into()])
        .into()
}
