//! Writes a course in the native format, as docs/course-format.md describes exports. Reading the
//! files again gives the same draft.

mod prose;
mod questions;
mod topic;
mod values;

use std::path::Path;

use self::prose::{ProseWriter, path_to};
use self::topic::level;
use self::values::{TomlText, text};
use super::manifest;
use crate::course::server::draft::{CourseDraft, ModuleDraft};
use crate::course::server::mdbook::readable_slug;

/// Longest name of a module's folder, without its number.
const FOLDER: usize = 60;

/// Returns the text files of a course with their paths, in the order of the course. Its other files
/// are stored under their keys.
pub fn texts(draft: &CourseDraft) -> Vec<(String, String)> {
    let keys = || draft.files.iter().map(|file| file.key.as_str());
    let prose = ProseWriter::new(keys());
    let folders: Vec<String> = draft
        .modules
        .iter()
        .map(|module| folder_of(module, &keys().collect::<Vec<_>>()))
        .collect();
    let description = prose.write(Path::new(manifest::DESCRIPTION), &draft.description);
    let mut files = vec![
        (manifest::FILE.to_owned(), course(draft, &folders)),
        (manifest::DESCRIPTION.to_owned(), description),
    ];
    for (module, folder) in draft.modules.iter().zip(&folders) {
        for topic in &module.topics {
            files.extend(topic::files(folder, topic, &prose));
        }
        if module.topics.is_empty() {
            let path = topic::placeholder(folder).display().to_string();
            files.push((path, String::new()));
        }
    }
    files
}

/// Returns true if a course's file can't be stored under its key, because it would be taken for
/// something else.
pub fn is_taken(key: &str) -> bool {
    let is_hidden = key.split('/').any(|part| part.starts_with('.'));
    is_hidden || [manifest::FILE, manifest::DESCRIPTION].contains(&key)
}

/// Returns the folder of a module. No text file of the course is in it that could be taken for a
/// topic.
fn folder_of(module: &ModuleDraft, keys: &[&str]) -> String {
    let slug = readable_slug(&module.title);
    let end = slug.len().min(FOLDER);
    let mut folder = match slug[..end].trim_matches('-') {
        "" => format!("{:02}-module", module.number),
        slug => format!("{:02}-{slug}", module.number),
    };
    let is_text = |key: &&&str| key.ends_with(".md") || key.ends_with(".toml");
    while keys
        .iter()
        .filter(is_text)
        .any(|key| key.starts_with(&format!("{folder}/")))
    {
        folder.push_str("-text");
    }
    folder
}

fn course(draft: &CourseDraft, folders: &[String]) -> String {
    let mut out = TomlText::default();
    out.raw("exported", "true");
    out.text("slug", &draft.slug);
    out.text("title", &draft.title);
    out.text("summary", &draft.summary);
    out.text("language", &draft.language);
    out.text("level", level(draft.level));
    let tags: Vec<String> = draft.tags.iter().map(|tag| text(tag)).collect();
    if !tags.is_empty() {
        out.raw("tags", &format!("[{}]", tags.join(", ")));
    }
    out.texts("authors", &draft.authors);
    out.texts("outcomes", &draft.outcomes);
    out.optional("license", draft.license.as_deref());
    let (whole, cents) = (draft.price_cents / 100, draft.price_cents % 100);
    out.raw("price", &format!("{whole}.{cents:02}"));
    out.text("currency", &draft.currency);
    out.raw("cohort_only", &draft.cohort_only.to_string());
    let thumbnail = draft.thumbnail.as_ref();
    let thumbnail = thumbnail.map(|key| path_to(Path::new(manifest::FILE), key));
    out.optional("thumbnail", thumbnail.as_deref());
    let settings = &draft.settings;
    out.header("[settings]");
    out.raw("gated", &settings.gated.to_string());
    out.raw("cooldown_days", &settings.cooldown_days.to_string());
    let percent = settings.passing_score_percent.to_string();
    out.raw("passing_score_percent", &percent);
    let count = settings.questions_per_attempt.to_string();
    out.raw("questions_per_attempt", &count);
    match settings.seconds_per_question {
        Some(seconds) => out.raw("seconds_per_question", &seconds.to_string()),
        None => out.text("seconds_per_question", "untimed"),
    }
    if let Some(attempts) = settings.attempts_allowed {
        out.raw("attempts_allowed", &attempts.to_string());
    }
    let minutes = settings.retry_wait_minutes.to_string();
    out.raw("retry_wait_minutes", &minutes);
    out.raw("partial_credit", &settings.partial_credit.to_string());
    for (module, folder) in draft.modules.iter().zip(folders) {
        out.header("[[module]]");
        out.text("folder", folder);
        out.text("title", &module.title);
        if !module.summary.is_empty() {
            out.text("summary", &module.summary);
        }
        if !module.gates {
            out.raw("gates", "false");
        }
    }
    out.0
}
