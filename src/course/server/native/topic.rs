//! Reads one topic: its text or layout, its narrations, and the files beside it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::content::{self, Wishes};
use super::fields::Fields;
use super::layout::{self, LaidOut};
use super::names::did_you_mean;
use super::prose::Passage;
use super::reading::{Keyed, Place, Reading};
use super::source::{TomlSource, TomlValue};
use super::{anchors, limits, prompts, quiz};
use crate::course::StudyPersona;
use crate::course::server::draft::{
    BlockData, BlockDraft, BlockKind, QuestionDraft, QuestionPurpose, TopicBody, TopicDraft,
};

/// The files of one topic.
#[derive(Debug, Default)]
pub struct TopicFiles {
    pub number: i32,
    /// Name in the file's name; the topic's key unless the topic sets another.
    pub name: String,
    /// The `.md` or `.layout.toml` file.
    pub main: PathBuf,
    pub is_layout: bool,
    pub narrations: BTreeMap<StudyPersona, PathBuf>,
    pub narration_layouts: BTreeMap<StudyPersona, PathBuf>,
    pub quiz: Option<PathBuf>,
    pub prompts: Option<PathBuf>,
    pub simulations: Option<PathBuf>,
}

/// Title, key and state, at the top of front matter and of layouts.
#[derive(Debug)]
pub struct TopicHeading {
    pub title: String,
    pub key: String,
    pub is_draft: bool,
}

impl TopicHeading {
    pub fn read(fields: &mut Fields<'_>, default_key: &str) -> Self {
        let title = fields.required_line("title", limits::TITLE);
        let written = fields.get("key");
        let key = written.map_or_else(|| default_key.to_owned(), |value| value.slug(limits::KEY));
        let place = written.map_or_else(|| fields.source.place(0), |value| value.place());
        if !key.is_empty() {
            fields.source.reading.claim(Keyed::Topic, &key, place);
        }
        let is_draft = fields.flag("draft", false);
        Self {
            title,
            key,
            is_draft,
        }
    }
}

/// A narration or the normal text, with its references to questions and headings.
struct Narration {
    body: TopicBody,
    wishes: Wishes,
}

pub fn read(reading: &Reading, files: &TopicFiles) -> Option<TopicDraft> {
    let questions = match &files.quiz {
        Some(file) => quiz::read(reading, file.clone()),
        None => Some(Vec::new()),
    };
    let prompts = files
        .prompts
        .as_ref()
        .and_then(|file| prompts::read(reading, file.clone()))
        .unwrap_or_default();
    let simulations = files
        .simulations
        .as_ref()
        .and_then(|file| prompts::read_simulations(reading, file.clone()));
    let topic = if files.is_layout {
        laid_out(reading, files)
    } else {
        written(reading, files)
    };
    let Some(mut topic) = topic else {
        reading.claim_unread(&files.name, place_of(files));
        return None;
    };
    topic.check(reading, questions.as_deref());
    topic.draft.questions = questions.unwrap_or_default();
    topic.draft.cold_calls = prompts.cold_calls;
    topic.draft.suggestions = prompts.suggestions;
    topic.draft.simulations = simulations.unwrap_or_default();
    Some(topic.draft)
}

/// A topic whose bodies have been read, but whose references have not been checked.
struct Unchecked {
    draft: TopicDraft,
    normal: Wishes,
    narrations: BTreeMap<StudyPersona, Wishes>,
}

impl Unchecked {
    fn new(
        number: i32,
        heading: TopicHeading,
        normal: Narration,
        narrations: BTreeMap<StudyPersona, Narration>,
    ) -> Self {
        let mut bodies = BTreeMap::new();
        let mut wishes = BTreeMap::new();
        for (persona, told) in narrations {
            bodies.insert(persona, told.body);
            wishes.insert(persona, told.wishes);
        }
        let draft = TopicDraft {
            number,
            key: heading.key,
            former_keys: Vec::new(),
            title: heading.title,
            is_draft: heading.is_draft,
            body: normal.body,
            narrations: bodies,
            video_url: None,
            ppt_url: None,
            assets: Vec::new(),
            simulations: Vec::new(),
            cold_calls: Vec::new(),
            suggestions: Vec::new(),
            questions: Vec::new(),
        };
        Self {
            draft,
            normal: normal.wishes,
            narrations: wishes,
        }
    }

    /// Checks references. `questions` is None if the quiz file could not be read.
    fn check(&self, reading: &Reading, questions: Option<&[QuestionDraft]>) {
        let narrations = self
            .narrations
            .iter()
            .map(|(persona, wishes)| (&self.draft.narrations[persona], wishes));
        for (body, wishes) in narrations.chain([(&self.draft.body, &self.normal)]) {
            if let Some(questions) = questions {
                check_practice(reading, wishes, questions);
            }
            if !wishes.fragments.is_empty() {
                let anchors = anchors::of(body, &self.draft.assets);
                for (fragment, place) in &wishes.fragments {
                    anchors.check(reading, fragment, place);
                }
            }
        }
    }
}

fn check_practice(reading: &Reading, wishes: &Wishes, questions: &[QuestionDraft]) {
    for (key, place) in &wishes.practice {
        match questions.iter().find(|question| question.key == *key) {
            Some(question) if question.purpose == QuestionPurpose::Exam => {
                let message = format!(
                    "the question '{key}' is kept for exams (purpose = \"exam\") and can't be shown here"
                );
                reading.doubt(place, message);
            }
            Some(_) => {}
            None => {
                let guess =
                    did_you_mean(key, questions.iter().map(|question| question.key.as_str()));
                reading.doubt(
                    place,
                    format!("this topic has no question '{key}' in its .quiz.toml{guess}"),
                );
            }
        }
    }
}

fn laid_out(reading: &Reading, files: &TopicFiles) -> Option<Unchecked> {
    let LaidOut {
        heading,
        blocks,
        assets,
        wishes,
        narrations,
    } = layout::read(
        reading,
        files.main.clone(),
        &files.name,
        &files.narration_layouts,
    )?;
    let normal = Narration {
        body: TopicBody::Blocks(blocks),
        wishes,
    };
    let mut told = markdown_narrations(reading, files, &Lead::default());
    for (persona, blocks, wishes) in narrations {
        told.insert(
            persona,
            Narration {
                body: TopicBody::Blocks(blocks),
                wishes,
            },
        );
    }
    let mut topic = Unchecked::new(files.number, heading, normal, told);
    topic.draft.assets = assets;
    Some(topic)
}

fn written(reading: &Reading, files: &TopicFiles) -> Option<Unchecked> {
    let text = reading.read_text(&files.main)?;
    let (front, body, body_line) = split_front_matter(reading, &files.main, &text)?;
    let source = TomlSource {
        reading,
        file: files.main.clone(),
        text: front.to_owned(),
        first_line: 2,
    };
    let table = source.parse()?;
    let mut fields = Fields::new(&source, "the front matter", &table);
    let heading = TopicHeading::read(&mut fields, &files.name);
    let lead = Lead::read(&mut fields, &heading.title);
    fields.finish();
    let normal = tell(reading, &files.main, body, body_line, &lead);
    let narrations = markdown_narrations(reading, files, &lead);
    let mut topic = Unchecked::new(files.number, heading, normal, narrations);
    (topic.draft.video_url, topic.draft.ppt_url) = lead.addresses();
    Some(topic)
}

/// Splits a file into its front matter, its text, and the 1-based line on which the text begins.
fn split_front_matter<'t>(
    reading: &Reading,
    file: &Path,
    text: &'t str,
) -> Option<(&'t str, &'t str, usize)> {
    let is_mark = |line: &str| line.trim_end() == "+++";
    let first = text.split_inclusive('\n').next().unwrap_or_default();
    if !is_mark(first) {
        reading.report.add(
            file,
            Some(1),
            "a topic begins with its front matter: a line +++, title = \"…\", a line +++",
        );
        reading.mark_incomplete();
        return None;
    }
    let mut offset = first.len();
    for (line, written) in (2..).zip(text[first.len()..].split_inclusive('\n')) {
        if is_mark(written) {
            return Some((
                &text[first.len()..offset],
                &text[offset + written.len()..],
                line + 1,
            ));
        }
        offset += written.len();
    }
    reading.report.add(
        file,
        Some(1),
        "the front matter has no end: close it with a line +++",
    );
    reading.mark_incomplete();
    None
}

fn markdown_narrations(
    reading: &Reading,
    files: &TopicFiles,
    lead: &Lead,
) -> BTreeMap<StudyPersona, Narration> {
    let mut narrations = BTreeMap::new();
    for (persona, file) in &files.narrations {
        let text = content::markdown_file(reading, file);
        narrations.extend(text.map(|text| (*persona, tell(reading, file, &text, 1, lead))));
    }
    narrations
}

fn tell(reading: &Reading, file: &Path, text: &str, first_line: usize, lead: &Lead) -> Narration {
    let passage = Passage {
        reading,
        file,
        first_line,
        last_line: usize::MAX,
        text,
    };
    let mut wishes = Wishes::default();
    let markdown = wishes.note(passage.read("the text", limits::TOPIC_TEXT));
    Narration {
        body: lead.with(markdown),
        wishes,
    }
}

/// Video and slides above the text of a Markdown topic.
#[derive(Debug, Default)]
struct Lead {
    video: Option<BlockData>,
    slides: Option<BlockData>,
}

impl Lead {
    fn read(fields: &mut Fields<'_>, title: &str) -> Self {
        Self {
            video: fields.get("video").map(lead_video),
            slides: fields
                .get("slides")
                .map(|value| content::slides(value, title)),
        }
    }

    /// Returns the addresses of video and slides, for the two columns of a topic. None if blocks
    /// are needed.
    fn addresses(self) -> (Option<String>, Option<String>) {
        if self.needs_blocks() {
            return (None, None);
        }
        let video = self.video.and_then(|video| match video {
            BlockData::Video { video, .. } => Some(video),
            _ => None,
        });
        let slides = self.slides.and_then(|slides| match slides {
            BlockData::PptFile { file, .. } => Some(file),
            _ => None,
        });
        (video, slides)
    }

    /// Returns true if the lead has captions, a poster, a title or pages of slides. A plain address
    /// can't hold them.
    fn needs_blocks(&self) -> bool {
        let video = match &self.video {
            Some(BlockData::Video {
                captions,
                poster,
                title,
                ..
            }) => !captions.is_empty() || poster.is_some() || title.is_some(),
            _ => false,
        };
        video || matches!(self.slides, Some(BlockData::Ppt { .. }))
    }

    fn with(&self, markdown: String) -> TopicBody {
        if !self.needs_blocks() {
            return TopicBody::Markdown(markdown);
        }
        let text = Some(BlockData::Text { markdown });
        let parts = [
            ("video", BlockKind::Video, self.video.clone()),
            ("slides", BlockKind::Ppt, self.slides.clone()),
            ("text", BlockKind::Text, text),
        ];
        let block = |(id, kind, data): (&str, BlockKind, Option<BlockData>)| {
            let id = id.to_owned();
            data.map(|data| BlockDraft {
                id,
                kind,
                content_key: None,
                tutor_persona: None,
                data: Some(data),
            })
        };
        TopicBody::Blocks(parts.into_iter().filter_map(block).collect())
    }
}

/// Reads a video: an address, a path, or a table with captions and other keys.
fn lead_video(value: TomlValue<'_>) -> BlockData {
    if !value.raw().is_table() {
        let (video, _) = super::address::video(value, limits::ADDRESS);
        return BlockData::Video {
            video,
            captions: Vec::new(),
            poster: None,
            title: None,
        };
    }
    let Some(mut fields) = Fields::of(value, "[video]") else {
        return content::nothing();
    };
    let video = content::video(&mut fields, "source");
    fields.finish();
    video
}

/// Returns the place for messages about a topic as a whole.
pub fn place_of(files: &TopicFiles) -> Place {
    Place {
        file: files.main.clone(),
        line: 1,
    }
}
