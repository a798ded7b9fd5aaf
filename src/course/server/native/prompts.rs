//! Reads two kinds of files. `NUMBER-NAME.prompts.toml` has a topic's cold calls and the questions
//! that the tutor suggests. `NUMBER-NAME.simulations.toml` has a topic's exercises.

use std::path::PathBuf;

use super::fields::Fields;
use super::manifest::LEVELS;
use super::reading::{Keyed, Reading};
use super::source::TomlSource;
use super::{limits, quiz};
use crate::course::Visibility;
use crate::course::server::draft::{
    ColdCallDraft, HandInDraft, Level, SimulationDraft, SuggestionDraft,
};

#[derive(Debug, Default)]
pub struct Prompts {
    pub cold_calls: Vec<ColdCallDraft>,
    pub suggestions: Vec<SuggestionDraft>,
}

pub fn read(reading: &Reading, file: PathBuf) -> Option<Prompts> {
    let source = TomlSource::open(reading, file)?;
    let table = source.parse()?;
    let mut fields = Fields::new(&source, "a prompts file", &table);
    let cold_calls = fields.tables("cold_call", "a cold call", limits::COLD_CALLS);
    let suggestions = fields.tables("suggestion", "a suggestion", limits::SUGGESTIONS);
    if cold_calls.is_empty() && suggestions.is_empty() {
        fields.complain("a prompts file needs at least one [[cold_call]] or [[suggestion]]");
    }
    fields.finish();
    Some(Prompts {
        cold_calls: (1..)
            .zip(cold_calls)
            .map(|(place, fields)| cold_call(place, fields))
            .collect(),
        suggestions: suggestions_of(suggestions, 1),
    })
}

fn cold_call(display_order: i32, mut fields: Fields<'_>) -> ColdCallDraft {
    let draft = ColdCallDraft {
        display_order,
        key: optional_key(&mut fields),
        prompt: fields.required_line("prompt", limits::COLD_CALL),
        helper_text: fields.line("helper_text", limits::HELPER_TEXT),
        visibility: fields
            .choice("visibility", &Visibility::ALL.map(|of| (of.name(), of)))
            .unwrap_or_default(),
    };
    fields.finish();
    draft
}

fn optional_key(fields: &mut Fields<'_>) -> Option<String> {
    let value = fields.get("key")?;
    let key = value.slug(limits::KEY);
    if key.is_empty() {
        return None;
    }
    (value.source.reading).claim(Keyed::ColdCall, &key, value.place());
    Some(key)
}

/// Reads the suggestions of one level. Reports a prompt that occurs twice, because an update could
/// not tell the two apart.
fn suggestions_of(tables: Vec<Fields<'_>>, level: usize) -> Vec<SuggestionDraft> {
    let mut suggestions: Vec<SuggestionDraft> = Vec::new();
    for fields in tables {
        let (source, start) = (fields.source, fields.start());
        let draft = suggestion(fields, level);
        if !draft.prompt.is_empty() && suggestions.iter().any(|other| other.prompt == draft.prompt)
        {
            source.complain(
                start,
                format!("the suggestion \"{}\" is there twice", draft.prompt),
            );
        }
        suggestions.push(draft);
    }
    suggestions
}

fn suggestion(mut fields: Fields<'_>, level: usize) -> SuggestionDraft {
    let prompt = fields.required_line("prompt", limits::SUGGESTION);
    let answer = fields.markdown("answer", limits::SUGGESTION_ANSWER);
    let follow_ups = fields.tables("follow_up", "a follow-up", limits::SUGGESTIONS);
    let is_too_deep = level >= limits::SUGGESTION_LEVELS && !follow_ups.is_empty();
    let follow_ups = if is_too_deep {
        fields.complain(format!(
            "suggestions go at most {} levels deep",
            limits::SUGGESTION_LEVELS
        ));
        Vec::new()
    } else {
        suggestions_of(follow_ups, level + 1)
    };
    fields.finish();
    SuggestionDraft {
        prompt,
        answer,
        follow_ups,
    }
}

pub fn read_simulations(reading: &Reading, file: PathBuf) -> Option<Vec<SimulationDraft>> {
    let source = TomlSource::open(reading, file)?;
    let table = source.parse()?;
    let mut fields = Fields::new(&source, "a simulations file", &table);
    // The site takes more exercises of a topic than a file that is written by hand.
    let most = match reading.is_export() {
        true => limits::SIMULATIONS * 10,
        false => limits::SIMULATIONS,
    };
    let tables = fields.tables("simulation", "a simulation", most);
    if tables.is_empty() {
        fields.complain("a simulations file needs at least one [[simulation]]");
    }
    fields.finish();
    Some(tables.into_iter().map(simulation).collect())
}

fn simulation(mut fields: Fields<'_>) -> SimulationDraft {
    let draft = SimulationDraft {
        key: quiz::key(&mut fields, Keyed::Simulation),
        title: fields.required_line("title", limits::TITLE),
        difficulty: fields
            .required_choice("difficulty", LEVELS)
            .unwrap_or(Level::Beginner),
        brief: fields.required_markdown("brief", limits::BRIEF),
        rubric: fields.required_lines("rubric", 1, limits::RUBRIC, limits::CRITERION),
        hand_in: fields
            .get("hand_in")
            .and_then(|value| Fields::of(value, "hand_in"))
            .map(hand_in),
    };
    fields.finish();
    draft
}

fn hand_in(mut fields: Fields<'_>) -> HandInDraft {
    let due = fields.get("due").map(|value| {
        let time = value.line(limits::LANGUAGE);
        if chrono::DateTime::parse_from_rfc3339(&time).is_err() {
            value.complain("'due' must be a time such as \"2026-12-01T17:00:00Z\"");
        }
        time
    });
    let draft = HandInDraft {
        due,
        late_days: fields.integer("late_days", 0..=365).unwrap_or_default(),
        late_percent: fields.integer("late_percent", 0..=100).unwrap_or_default(),
        criteria: fields.lines("criteria", limits::RUBRIC, limits::PROMPT),
        checks: fields.lines("checks", limits::CHECKS, limits::PROMPT),
    };
    fields.finish();
    draft
}
