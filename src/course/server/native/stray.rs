//! Reports files that nothing refers to, with the likeliest reason for each.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::manifest::ListedModule;
use super::module::{FileName, FileRole};
use super::names::closest;
use super::reading::Reading;
use crate::course::StudyPersona;

const ENDINGS: &[&str] = &[
    "md",
    "layout.toml",
    "quiz.toml",
    "prompts.toml",
    "simulations.toml",
];

pub fn report(reading: &Reading, modules: &[ListedModule]) {
    let forgotten = forgotten_folders(reading, modules);
    for folder in &forgotten {
        let message = "the folder has topics, but no [[module]] in course.toml names it";
        reading.report.add(folder, None, message);
    }
    for file in reading.folder.unused() {
        let is_in_forgotten = file
            .iter()
            .next()
            .is_some_and(|top| forgotten.contains(Path::new(top)));
        if !is_in_forgotten {
            reading.report.add(&file, None, reason(&file, modules));
        }
    }
}

fn forgotten_folders(reading: &Reading, modules: &[ListedModule]) -> BTreeSet<PathBuf> {
    let is_topic = |name: &str| {
        FileName::parse(name)
            .and_then(|file| file.part())
            .is_some_and(|part| matches!(part, FileRole::Text | FileRole::Layout))
    };
    reading
        .folder
        .top_folders()
        .map(PathBuf::from)
        .filter(|folder| modules.iter().all(|module| module.folder != *folder))
        .filter(|folder| {
            let used = |name: &str| reading.folder.is_used(&folder.join(name));
            reading
                .folder
                .names_in(folder)
                .any(|name| is_topic(name) && !used(name))
        })
        .collect()
}

fn reason(file: &Path, modules: &[ListedModule]) -> String {
    let generic =
        "nothing refers to this file: refer to it, or take it out of the folder".to_owned();
    let name = file
        .file_name()
        .and_then(|name| name.to_str())
        .unwrap_or_default();
    let is_in_module = modules
        .iter()
        .any(|module| file.parent() == Some(&module.folder));
    if !is_in_module || !(name.ends_with(".md") || name.ends_with(".toml")) {
        return generic;
    }
    let Some(parsed) = FileName::parse(name) else {
        return format!("{generic}; if it is to be a topic, its name must be NUMBER-NAME.md");
    };
    let narrations: Vec<String> = StudyPersona::narrations()
        .map(|persona| format!("{}.md", persona.name()))
        .collect();
    let endings = ENDINGS.iter().copied();
    let endings = endings.chain(narrations.iter().map(String::as_str));
    let guess = closest(parsed.ending, endings);
    let guess = guess
        .map(|ending| format!("; did you mean '{}.{ending}'?", parsed.stem))
        .unwrap_or_default();
    format!(
        "a topic has no files that end in '.{}'{guess}",
        parsed.ending
    )
}
