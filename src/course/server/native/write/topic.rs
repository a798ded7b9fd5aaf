//! Writes the files of a topic.

use std::path::{Path, PathBuf};

use super::prose::{ProseWriter, path_to};
use super::questions;
use super::values::{TomlText, short};
use crate::course::server::draft::{
    AssetDraft, BlockData, BlockDraft, BlockKind, CalloutTone, Captions, Level, SuggestionDraft,
    TopicBody, TopicDraft,
};
use crate::course::{LearnerPersona, Visibility};

/// Returns the files of a topic with their paths. `folder` is the folder of its module.
pub fn files(folder: &str, topic: &TopicDraft, prose: &ProseWriter) -> Vec<(String, String)> {
    let stem = format!("{folder}/{:02}-{}", topic.number, topic.key);
    let mut files = Vec::new();
    let mut add = |ending: &str, write: &dyn Fn(&Path) -> String| {
        let path = format!("{stem}.{ending}");
        let text = write(Path::new(&path));
        files.push((path, text));
    };
    match &topic.body {
        TopicBody::Markdown(text) => add("md", &|at| {
            format!("{}{}", front_matter(at, topic), prose.write(at, text))
        }),
        TopicBody::Blocks(blocks) => add("layout.toml", &|at| {
            let mut out = TomlText::default();
            heading(&mut out, topic);
            LayoutWriter { at, prose }.blocks(&mut out, blocks);
            LayoutWriter { at, prose }.assets(&mut out, topic);
            out.0
        }),
    }
    for (persona, body) in &topic.narrations {
        let name = persona.name();
        match body {
            TopicBody::Markdown(text) => {
                add(&format!("{name}.md"), &|at| prose.write(at, text));
            }
            TopicBody::Blocks(blocks) => add(&format!("{name}.layout.toml"), &|at| {
                let mut out = TomlText::default();
                LayoutWriter { at, prose }.blocks(&mut out, blocks);
                out.0
            }),
        }
    }
    if !topic.questions.is_empty() {
        add("quiz.toml", &|at| {
            questions::quiz(at, &topic.questions, prose)
        });
    }
    if !topic.cold_calls.is_empty() || !topic.suggestions.is_empty() {
        add("prompts.toml", &|at| prompts(at, topic, prose));
    }
    if !topic.simulations.is_empty() {
        add("simulations.toml", &|at| simulations(at, topic, prose));
    }
    files
}

fn heading(out: &mut TomlText, topic: &TopicDraft) {
    out.text("title", &topic.title);
    if topic.is_draft {
        out.raw("draft", "true");
    }
}

fn front_matter(at: &Path, topic: &TopicDraft) -> String {
    let mut out = TomlText::default();
    out.line("+++");
    heading(&mut out, topic);
    for (key, address) in [("video", &topic.video_url), ("slides", &topic.ppt_url)] {
        if let Some(address) = address {
            out.text(key, &written(at, address));
        }
    }
    out.line("+++");
    out.0
}

/// Returns the path to a file of the course, or another address as it is.
fn written(at: &Path, address: &str) -> String {
    match address.strip_prefix("file:") {
        Some(key) => path_to(at, key),
        None => address.to_owned(),
    }
}

/// Writes the blocks and assets of one file.
#[derive(Clone, Copy)]
struct LayoutWriter<'a> {
    at: &'a Path,
    prose: &'a ProseWriter,
}

impl LayoutWriter<'_> {
    fn blocks(&self, out: &mut TomlText, blocks: &[BlockDraft]) {
        for block in blocks {
            out.header("[[block]]");
            out.text("id", &block.id);
            out.text("type", kind(block.kind));
            out.optional("content_key", block.content_key.as_deref());
            out.optional("tutor_persona", block.tutor_persona.map(persona));
            if let Some(data) = &block.data {
                self.data(out, data);
            }
        }
    }

    fn assets(&self, out: &mut TomlText, topic: &TopicDraft) {
        for asset in &topic.assets {
            out.header(&format!("[asset.{}.{}]", asset.content_key, variant(asset)));
            self.data(out, &asset.payload);
        }
    }

    fn data(&self, out: &mut TomlText, data: &BlockData) {
        match data {
            BlockData::Text { markdown } => self.markdown(out, markdown),
            BlockData::Callout {
                callout,
                markdown,
                title,
            } => {
                out.text("tone", tone(*callout));
                out.optional("title", title.as_deref());
                self.markdown(out, markdown);
            }
            BlockData::Image {
                image,
                alt,
                caption,
            } => {
                out.text("image", &written(self.at, image));
                out.text("alt", alt);
                out.optional("caption", caption.as_deref());
            }
            BlockData::Video {
                video,
                captions,
                poster,
                title,
            } => {
                out.text("video", &written(self.at, video));
                out.optional("title", title.as_deref());
                let poster = poster.as_ref().map(|poster| written(self.at, poster));
                out.optional("poster", poster.as_deref());
                let captions: Vec<String> = captions.iter().map(|of| self.captions(of)).collect();
                out.list("captions", &captions);
            }
            BlockData::Ppt { slides } => {
                let slides: Vec<String> = slides
                    .iter()
                    .map(|slide| self.prose.write(self.at, slide))
                    .collect();
                out.texts("slides", &slides);
            }
            BlockData::PptFile { file, title } => {
                out.text("file", &written(self.at, file));
                out.text("title", title);
            }
            BlockData::Code {
                code,
                language,
                caption,
            } => {
                out.text("language", language);
                out.optional("caption", caption.as_deref());
                out.text("code", code);
            }
        }
    }

    fn markdown(&self, out: &mut TomlText, markdown: &str) {
        out.text("markdown", &self.prose.write(self.at, markdown));
    }

    fn captions(&self, captions: &Captions) -> String {
        format!(
            "{{ file = {}, language = {}, label = {} }}",
            short(&written(self.at, &captions.file)),
            short(&captions.language),
            short(&captions.label)
        )
    }
}

fn kind(kind: BlockKind) -> &'static str {
    match kind {
        BlockKind::Text => "text",
        BlockKind::Image => "image",
        BlockKind::Video => "video",
        BlockKind::Ppt => "ppt",
        BlockKind::Code => "code",
        BlockKind::Callout => "callout",
    }
}

fn tone(tone: CalloutTone) -> &'static str {
    match tone {
        CalloutTone::Note => "note",
        CalloutTone::Tip => "tip",
        CalloutTone::Important => "important",
        CalloutTone::Warning => "warning",
        CalloutTone::Caution => "caution",
    }
}

fn persona(persona: LearnerPersona) -> &'static str {
    let mut names = LearnerPersona::NAMES.into_iter();
    names
        .find(|(_, known)| *known == persona)
        .map_or("", |(name, _)| name)
}

fn variant(asset: &AssetDraft) -> &'static str {
    asset.persona.map_or("default", persona)
}

fn prompts(at: &Path, topic: &TopicDraft, prose: &ProseWriter) -> String {
    let mut out = TomlText::default();
    for call in &topic.cold_calls {
        out.header("[[cold_call]]");
        out.optional("key", call.key.as_deref());
        out.text("prompt", &call.prompt);
        out.optional("helper_text", call.helper_text.as_deref());
        if call.visibility != Visibility::default() {
            out.text("visibility", call.visibility.name());
        }
    }
    suggestions(&mut out, "suggestion", &topic.suggestions, &|text| {
        prose.write(at, text)
    });
    out.0
}

/// Writes suggestions below their table's name, such as `suggestion.follow_up`.
fn suggestions(
    out: &mut TomlText,
    table: &str,
    all: &[SuggestionDraft],
    markdown: &dyn Fn(&str) -> String,
) {
    for suggestion in all {
        out.header(&format!("[[{table}]]"));
        out.text("prompt", &suggestion.prompt);
        if let Some(answer) = &suggestion.answer {
            out.text("answer", &markdown(answer));
        }
        let below = format!("{table}.follow_up");
        suggestions(out, &below, &suggestion.follow_ups, markdown);
    }
}

fn simulations(at: &Path, topic: &TopicDraft, prose: &ProseWriter) -> String {
    let mut out = TomlText::default();
    for exercise in &topic.simulations {
        out.header("[[simulation]]");
        out.text("key", &exercise.key);
        out.text("title", &exercise.title);
        out.text("difficulty", level(exercise.difficulty));
        out.text("brief", &prose.write(at, &exercise.brief));
        out.texts("rubric", &exercise.rubric);
        if let Some(hand_in) = &exercise.hand_in {
            out.header("[simulation.hand_in]");
            out.optional("due", hand_in.due.as_deref());
            let numbers = [
                ("late_days", hand_in.late_days),
                ("late_percent", hand_in.late_percent),
            ];
            for (key, number) in numbers.into_iter().filter(|(_, number)| *number > 0) {
                out.raw(key, &number.to_string());
            }
            let lists = [("criteria", &hand_in.criteria), ("checks", &hand_in.checks)];
            for (key, lines) in lists.into_iter().filter(|(_, lines)| !lines.is_empty()) {
                out.texts(key, lines);
            }
        }
    }
    out.0
}

pub fn level(level: Level) -> &'static str {
    match level {
        Level::Beginner => "beginner",
        Level::Intermediate => "intermediate",
        Level::Advanced => "advanced",
    }
}

/// Returns the path of a file that keeps an empty folder in version control.
pub fn placeholder(folder: &str) -> PathBuf {
    Path::new(folder).join(".keep")
}
