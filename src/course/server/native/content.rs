//! Reads the content of blocks and assets by type, and the videos and slides of front matter.

use std::path::{Path, PathBuf};

use toml::de::DeValue;

use super::fields::Fields;
use super::manifest::language;
use super::media::{FileKind, VideoHost};
use super::prose::{Passage, Prose};
use super::reading::{Place, Reading};
use super::source::{TomlValue, too_long};
use super::{address, limits};
use crate::course::server::draft::{BlockData, BlockKind, CalloutTone, Captions};

const TONES: &[(&str, CalloutTone)] = &[
    ("note", CalloutTone::Note),
    ("tip", CalloutTone::Tip),
    ("important", CalloutTone::Important),
    ("warning", CalloutTone::Warning),
    ("caution", CalloutTone::Caution),
];

/// References in the texts of one body. They are checked once the body and its topic's questions
/// are known.
#[derive(Debug, Default)]
pub struct Wishes {
    pub practice: Vec<(String, Place)>,
    pub fragments: Vec<(String, Place)>,
}

impl Wishes {
    pub fn add(&mut self, other: Self) {
        self.practice.extend(other.practice);
        self.fragments.extend(other.fragments);
    }

    /// Records the references of a text and returns the text.
    pub fn note(&mut self, prose: Prose) -> String {
        self.practice.extend(prose.practice);
        self.fragments.extend(prose.fragments);
        prose.text
    }
}

/// Returns a stand-in for wrong content.
pub fn nothing() -> BlockData {
    BlockData::Text {
        markdown: String::new(),
    }
}

pub fn read(kind: BlockKind, fields: &mut Fields<'_>, wishes: &mut Wishes) -> BlockData {
    match kind {
        BlockKind::Text => BlockData::Text {
            markdown: markdown(fields, wishes),
        },
        BlockKind::Callout => BlockData::Callout {
            callout: fields
                .required_choice("tone", TONES)
                .unwrap_or(CalloutTone::Note),
            markdown: markdown(fields, wishes),
            title: fields.line("title", limits::TITLE),
        },
        BlockKind::Image => BlockData::Image {
            image: required_file(fields, "image", FileKind::Picture),
            alt: fields.required_line("alt", limits::CAPTION),
            caption: fields.line("caption", limits::CAPTION),
        },
        BlockKind::Video => video(fields, "video"),
        BlockKind::Ppt => deck(fields),
        BlockKind::Code => BlockData::Code {
            code: code(fields),
            language: fields.required_line("language", limits::LANGUAGE),
            caption: fields.line("caption", limits::CAPTION),
        },
    }
}

/// Marks the keys of all types as asked for. If the type is missing, any of them may be right, and
/// complaints about unknown keys would mislead.
pub fn ask_for_every_type(fields: &mut Fields<'_>) {
    for key in [
        "markdown", "tone", "title", "image", "alt", "caption", "video", "captions", "poster",
        "slides", "file", "code", "language",
    ] {
        fields.get(key);
    }
}

/// Reads a Markdown file that is part of something else: a narration, a deck or a block's text.
pub fn markdown_file(reading: &Reading, file: &Path) -> Option<String> {
    let text = reading.read_text(file)?;
    if text.starts_with("+++") {
        let message =
            "only a topic's own file has front matter; this one is a part of something else";
        reading.report.add(file, Some(1), message);
    }
    Some(text)
}

fn markdown(fields: &mut Fields<'_>, wishes: &mut Wishes) -> String {
    let Some(value) = fields.require("markdown") else {
        return String::new();
    };
    if !value.raw().is_table() {
        return wishes.note(value.prose(limits::TOPIC_TEXT));
    }
    let Some(path) = file_of(value).and_then(|file| resolve(file, Some("md"))) else {
        return String::new();
    };
    let reading = fields.source.reading;
    let Some(text) = markdown_file(reading, &path) else {
        return String::new();
    };
    let passage = Passage {
        reading,
        file: &path,
        first_line: 1,
        last_line: usize::MAX,
        text: &text,
    };
    wishes.note(passage.read("the text", limits::TOPIC_TEXT))
}

fn code(fields: &mut Fields<'_>) -> String {
    let Some(value) = fields.require("code") else {
        return String::new();
    };
    let code = if value.raw().is_table() {
        let path = file_of(value).and_then(|file| resolve(file, None));
        path.and_then(|path| fields.source.reading.read_text(&path))
            .unwrap_or_default()
    } else {
        value.text(limits::CODE)
    };
    let length = code.chars().count();
    if value.raw().is_table() && length > limits::CODE {
        value.complain(too_long("the code", length, limits::CODE));
    } else if code.trim().is_empty()
        && (value.raw().is_str() || !fields.source.reading.is_incomplete())
    {
        value.complain("'code' is empty");
    }
    match value.source.reading.is_export() {
        true => code,
        false => code.trim_end_matches('\n').to_owned(),
    }
}

/// Returns the path in `{ file = "…" }`.
fn file_of(value: TomlValue<'_>) -> Option<TomlValue<'_>> {
    let mut fields = Fields::of(value, format!("the table that '{}' is", value.name))?;
    let file = fields.require("file");
    fields.finish();
    file
}

fn resolve(value: TomlValue<'_>, ending: Option<&str>) -> Option<PathBuf> {
    let path = value.str()?;
    match value
        .source
        .reading
        .folder
        .resolve(&value.source.file, path)
    {
        Ok(file)
            if ending
                .is_none_or(|ending| file.extension().is_some_and(|found| found == ending)) =>
        {
            Some(file)
        }
        Ok(_) => {
            value.complain(format!(
                "'{path}' must be a file whose name ends in .{}",
                ending.unwrap_or_default()
            ));
            None
        }
        Err(message) => {
            value.complain(message);
            None
        }
    }
}

fn required_file(fields: &mut Fields<'_>, key: &'static str, kind: FileKind) -> String {
    fields
        .require(key)
        .map(|value| address::file(value, kind))
        .unwrap_or_default()
}

/// Reads a video from the keys of its table. `key` names the key that holds the file or address.
pub fn video(fields: &mut Fields<'_>, key: &'static str) -> BlockData {
    let (video, host) = match fields.require(key) {
        Some(value) => address::video(value, limits::ADDRESS),
        None => (String::new(), VideoHost::File),
    };
    let captions = captions(fields);
    if host == VideoHost::Embedded && !captions.is_empty() {
        fields
            .complain("videos of YouTube and Vimeo bring their own captions: leave 'captions' out");
    }
    let poster = fields
        .get("poster")
        .map(|value| address::file(value, FileKind::Picture));
    BlockData::Video {
        video,
        captions,
        poster,
        title: fields.line("title", limits::TITLE),
    }
}

fn captions(fields: &mut Fields<'_>) -> Vec<Captions> {
    let mut all: Vec<Captions> = Vec::new();
    for mut fields in fields.tables("captions", "captions", limits::CAPTION_FILES) {
        let file = fields.require("file");
        let captions = Captions {
            file: file.map(caption_file).unwrap_or_default(),
            language: fields.require("language").map(language).unwrap_or_default(),
            label: fields.required_line("label", limits::CAPTION),
        };
        if all.iter().any(|other| other.label == captions.label) {
            fields.complain(format!(
                "two captions of one video are called \"{}\"",
                captions.label
            ));
        }
        fields.finish();
        all.push(captions);
    }
    all
}

fn caption_file(value: TomlValue<'_>) -> String {
    let key = address::file(value, FileKind::Captions);
    let path = Path::new(key.strip_prefix("file:").unwrap_or_default());
    let marks: &[&[u8]] = &[b"WEBVTT", b"\xef\xbb\xbfWEBVTT"];
    if !key.is_empty() && !value.source.reading.folder.begins_with(path, marks) {
        value.complain("the caption file is not WebVTT: its first line must be WEBVTT");
    }
    key
}

/// Reads the content of a block of type ppt: pages, or a PDF.
fn deck(fields: &mut Fields<'_>) -> BlockData {
    if !fields.has_any(&["file"]) {
        return match fields.require("slides") {
            Some(value) => pages(value),
            None => nothing(),
        };
    }
    if fields.has_any(&["slides"]) {
        fields.complain("a block of type ppt has either 'slides' or a 'file'");
        fields.get("slides");
    }
    BlockData::PptFile {
        file: required_file(fields, "file", FileKind::Pdf),
        title: fields.required_line("title", limits::TITLE),
    }
}

/// Reads the slides of front matter: pages, or a PDF, which gets the topic's title.
pub fn slides(value: TomlValue<'_>, title: &str) -> BlockData {
    let is_pdf = value
        .raw()
        .as_str()
        .is_some_and(|path| path.to_ascii_lowercase().ends_with(".pdf"));
    if is_pdf {
        BlockData::PptFile {
            file: address::file(value, FileKind::Pdf),
            title: title.to_owned(),
        }
    } else {
        pages(value)
    }
}

fn pages(value: TomlValue<'_>) -> BlockData {
    let slides = match value.raw().as_array() {
        Some(_) => listed_pages(value),
        None => pages_of_file(value),
    };
    if slides.len() > limits::SLIDES {
        value.complain(format!(
            "the deck has {} slides, more than the {} it may have",
            slides.len(),
            limits::SLIDES
        ));
    } else if value.raw().as_array().is_some_and(|pages| pages.is_empty()) {
        value.complain("'slides' is empty");
    }
    BlockData::Ppt { slides }
}

fn listed_pages(value: TomlValue<'_>) -> Vec<String> {
    let pages = value
        .raw()
        .as_array()
        .into_iter()
        .flat_map(|array| array.iter());
    pages
        .map(|page| TomlValue::new(value.source, "slides", page).markdown(limits::SLIDE))
        .collect()
}

fn pages_of_file(value: TomlValue<'_>) -> Vec<String> {
    let written = match value.raw() {
        DeValue::Table(_) => file_of(value),
        DeValue::String(_) => Some(value),
        _ => {
            value.expect("a list of pages or a Markdown file");
            None
        }
    };
    let Some(path) = written.and_then(|file| resolve(file, Some("md"))) else {
        return Vec::new();
    };
    let reading = value.source.reading;
    let Some(text) = markdown_file(reading, &path) else {
        return Vec::new();
    };
    let whole = Passage {
        reading,
        file: &path,
        first_line: 1,
        last_line: usize::MAX,
        text: &text,
    };
    let read_page = |(first_line, page): (usize, String)| {
        let passage = Passage {
            reading,
            file: &path,
            first_line,
            last_line: usize::MAX,
            text: &page,
        };
        let prose = passage.read("the slide", limits::SLIDE);
        prose.refuse_what_needs_a_topic(reading);
        prose.text
    };
    split_pages(&whole).into_iter().map(read_page).collect()
}

/// Splits text at lines of `---`, except in code. Returns each page with its first line.
fn split_pages(whole: &Passage<'_>) -> Vec<(usize, String)> {
    let code = whole.code_lines();
    let mut pages = vec![(1, String::new())];
    for (line, written) in (1..).zip(whole.text.lines()) {
        let is_code = code.iter().any(|lines| lines.contains(&line));
        if written.trim_end() == "---" && !is_code {
            pages.push((line + 1, String::new()));
        } else if let Some((_, page)) = pages.last_mut() {
            page.push_str(written);
            page.push('\n');
        }
    }
    pages
}
