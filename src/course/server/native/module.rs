//! Reads the folder of a module: its topics, and the files that belong to each topic.

use std::path::{Path, PathBuf};

use super::limits;
use super::manifest::ListedModule;
use super::names::{did_you_mean, is_slug};
use super::reading::Reading;
use super::topic::{self, TopicFiles};
use crate::course::StudyPersona;
use crate::course::server::draft::ModuleDraft;

/// Role of a file in its topic.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileRole {
    Text,
    Layout,
    Narration(StudyPersona),
    NarrationLayout(StudyPersona),
    Quiz,
    Prompts,
    Simulations,
}

/// A file name of the form `NUMBER-NAME.ENDING`.
#[derive(Debug, Clone, Copy)]
pub struct FileName<'a> {
    pub stem: &'a str,
    pub number: i32,
    pub name: &'a str,
    pub ending: &'a str,
}

impl<'a> FileName<'a> {
    pub fn parse(file_name: &'a str) -> Option<Self> {
        let (stem, ending) = file_name.split_once('.')?;
        let (digits, name) = stem.split_once('-')?;
        let is_number =
            (1..=4).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
        let number = digits.parse().ok().filter(|_| is_number)?;
        Some(Self {
            stem,
            number,
            name,
            ending,
        })
    }

    pub fn part(&self) -> Option<FileRole> {
        let narration =
            |word: &str| StudyPersona::narrations().find(|persona| persona.name() == word);
        match self.ending {
            "md" => Some(FileRole::Text),
            "layout.toml" => Some(FileRole::Layout),
            "quiz.toml" => Some(FileRole::Quiz),
            "prompts.toml" => Some(FileRole::Prompts),
            "simulations.toml" => Some(FileRole::Simulations),
            other => match other.split_once('.')? {
                (word, "md") => narration(word).map(FileRole::Narration),
                (word, "layout.toml") => narration(word).map(FileRole::NarrationLayout),
                _ => None,
            },
        }
    }
}

pub fn read(reading: &Reading, entry: &ListedModule, number: i32) -> ModuleDraft {
    let mut topics = find_topics(reading, &entry.folder);
    if topics.is_empty() {
        let message = format!(
            "the folder '{}' has no topic: a topic is a file NUMBER-NAME.md",
            entry.folder.display()
        );
        reading.doubt(&entry.place, message);
    }
    if topics.len() > limits::TOPICS {
        reading.complain(
            &entry.place,
            format!("a module may have at most {} topics", limits::TOPICS),
        );
    }
    check_numbers(reading, &topics);
    add_parts(reading, &entry.folder, &mut topics);
    ModuleDraft {
        number,
        title: entry.title.clone(),
        summary: entry.summary.clone(),
        gates: entry.gates,
        topics: topics
            .iter()
            .filter_map(|files| topic::read(reading, files))
            .collect(),
    }
}

/// Returns the topics' files, sorted by number.
fn find_topics(reading: &Reading, folder: &Path) -> Vec<TopicFiles> {
    let mut topics = Vec::new();
    for name in reading.folder.names_in(folder) {
        let Some((file, part)) = FileName::parse(name).and_then(|file| Some((file, file.part()?)))
        else {
            continue;
        };
        if matches!(part, FileRole::Text | FileRole::Layout) {
            let files = TopicFiles {
                number: file.number,
                name: file.name.to_owned(),
                main: folder.join(name),
                is_layout: part == FileRole::Layout,
                ..TopicFiles::default()
            };
            check_name(reading, &files);
            topics.push(files);
        }
    }
    topics.sort_by_key(|files| files.number);
    topics
}

fn check_name(reading: &Reading, files: &TopicFiles) {
    if !is_slug(&files.name) || files.name.len() > limits::KEY {
        let message = format!(
            "'{}' can't be a key: after its number the file's name has lowercase letters, digits and single hyphens, \
             at most {}",
            files.name,
            limits::KEY
        );
        reading.complain(&topic::place_of(files), message);
    }
}

/// Reports numbers other than 1, 2, 3 …, because the sections of a module are counted by them.
fn check_numbers(reading: &Reading, topics: &[TopicFiles]) {
    let mut expected = 1;
    let mut before: Option<&TopicFiles> = None;
    for files in topics {
        let place = topic::place_of(files);
        match before {
            Some(other) if other.number == files.number => {
                let (first, second) = (other.main.display(), files.main.display());
                let message = format!(
                    "two topics have the number {}: '{first}' and '{second}'",
                    files.number
                );
                reading.complain(&place, message);
            }
            _ if files.number != expected => {
                let message = format!(
                    "the topic has the number {}, but the next of its module is {expected}: numbers are 1, 2, 3 … without gaps",
                    files.number
                );
                reading.complain(&place, message);
            }
            _ => {}
        }
        expected = files.number + 1;
        before = Some(files);
    }
}

fn add_parts(reading: &Reading, folder: &Path, topics: &mut [TopicFiles]) {
    for name in reading.folder.names_in(folder) {
        let Some((file, part)) = FileName::parse(name).and_then(|file| Some((file, file.part()?)))
        else {
            continue;
        };
        if matches!(part, FileRole::Text | FileRole::Layout) {
            continue;
        }
        let path = folder.join(name);
        match topics.iter_mut().find(|files| stem_of(files) == file.stem) {
            Some(files) => add_part(reading, files, part, path),
            None => {
                reading.folder.use_file(&path);
                let stems: Vec<_> = topics.iter().map(stem_of).collect();
                let guess = did_you_mean(file.stem, stems.iter().map(String::as_str));
                let message = format!(
                    "there is no topic '{0}.md' or '{0}.layout.toml' that this file belongs to{guess}",
                    file.stem
                );
                reading.report.add(&path, Some(1), message);
            }
        }
    }
}

fn add_part(reading: &Reading, files: &mut TopicFiles, part: FileRole, path: PathBuf) {
    match part {
        FileRole::Quiz => files.quiz = Some(path),
        FileRole::Prompts => files.prompts = Some(path),
        FileRole::Simulations => files.simulations = Some(path),
        FileRole::Narration(persona) => {
            files.narrations.insert(persona, path);
        }
        FileRole::NarrationLayout(persona) if files.is_layout => {
            files.narration_layouts.insert(persona, path);
        }
        FileRole::NarrationLayout(_) => {
            reading.folder.use_file(&path);
            let message = "only a topic that is a layout itself can have a narration as a layout: write it in Markdown";
            reading.report.add(&path, Some(1), message);
        }
        FileRole::Text | FileRole::Layout => {}
    }
}

fn stem_of(files: &TopicFiles) -> String {
    let name = files
        .main
        .file_name()
        .and_then(|name| name.to_str())
        .unwrap_or_default();
    name.split('.').next().unwrap_or_default().to_owned()
}
