//! Renders a draft's sources to the HTML that pages serve. Links are resolved, media become
//! elements, and practice questions are put in place. Runs when content changes, never for a
//! request.

use std::collections::HashMap;

use crate::course::server::draft::{
    AnswerDraft, BlockData, BlockDraft, CalloutTone, Captions, QuestionDraft, TopicBody, TopicDraft,
};
use crate::course::{BlockKind, LearnerPersona};
use crate::paths::{edit_path, practice_path};
use crate::platform::markdown::{self, Heading, TargetKind};
use crate::platform::ui::direction;

/// Data to turn a course's internal links into addresses.
pub struct Links<'a> {
    pub course_slug: &'a str,
    /// BCP 47 tag of the course's language.
    pub language: &'a str,
    /// Address of each file of the course, by its key.
    pub files: &'a HashMap<String, String>,
}

impl Links<'_> {
    /// Returns the address for `topic:KEY#fragment` or `file:KEY`. None for other links and unknown
    /// files, which stay as written.
    pub fn resolve(&self, written: &str) -> Option<String> {
        if let Some(topic) = written.strip_prefix("topic:") {
            return Some(format!("/learn/{}/{topic}", self.course_slug));
        }
        let key = written.strip_prefix("file:")?;
        let (key, fragment) = key
            .split_once('#')
            .map_or((key, String::new()), |(key, id)| (key, format!("#{id}")));
        self.files
            .get(key)
            .map(|address| format!("{address}{fragment}"))
    }

    fn address(&self, written: &str) -> String {
        self.resolve(written).unwrap_or_else(|| written.to_owned())
    }

    /// Returns the `lang` and `dir` attributes for an element that holds text of the course.
    fn written(&self) -> String {
        format!(
            " lang=\"{}\" dir=\"{}\"",
            escape(self.language),
            direction(self.language)
        )
    }

    pub fn markdown(&self, source: &str) -> markdown::Rendered {
        markdown::render(source, &|written: &str, _: TargetKind| {
            self.resolve(written)
        })
    }

    /// Renders a text for the tutors of the course, for whom a link to a topic leads to its editor:
    /// they may not be enrolled.
    pub fn markdown_for_tutors(&self, source: &str) -> markdown::Rendered {
        markdown::render(source, &|written: &str, _: TargetKind| {
            let Some(topic) = written.strip_prefix("topic:") else {
                return self.resolve(written);
            };
            let (topic, heading) = topic.split_at(topic.find('#').unwrap_or(topic.len()));
            Some(edit_path(self.course_slug, topic) + heading)
        })
    }
}

/// A block ready to be served.
#[derive(Debug, Clone, PartialEq)]
pub struct RenderedBlock {
    pub id: String,
    pub kind: BlockKind,
    pub content_key: Option<String>,
    pub tutor_persona: Option<LearnerPersona>,
    pub html: String,
}

#[derive(Debug, Default)]
pub struct RenderedBody {
    pub blocks: Vec<RenderedBlock>,
    pub headings: Vec<Heading>,
    pub words: u32,
}

/// Renders one narration of a topic. The topic's own video and slides come first, unless the layout
/// has blocks of these kinds.
pub fn body(topic: &TopicDraft, body: &TopicBody, links: &Links<'_>) -> RenderedBody {
    let mut rendered = RenderedBody::default();
    let has = |kind: BlockKind| match body {
        TopicBody::Blocks(blocks) => blocks.iter().any(|block| block.kind == kind),
        TopicBody::Markdown(_) => false,
    };
    if let Some(video) = topic
        .video_url
        .as_deref()
        .filter(|_| !has(BlockKind::Video))
    {
        rendered.push(
            "video",
            BlockKind::Video,
            &video_block(video, &[], None, None, links),
        );
    }
    if let Some(slides) = topic.ppt_url.as_deref().filter(|_| !has(BlockKind::Ppt)) {
        rendered.push(
            "slides",
            BlockKind::Ppt,
            &slides_link(slides, "Slides", links),
        );
    }
    match body {
        TopicBody::Markdown(source) => rendered.add_text("text", source, topic, links),
        TopicBody::Blocks(blocks) => {
            for block in blocks {
                rendered.add_block(block, topic, links);
            }
        }
    }
    rendered
}

impl RenderedBody {
    fn push(&mut self, id: &str, kind: BlockKind, html: &str) {
        self.blocks.push(RenderedBlock {
            id: id.to_owned(),
            kind,
            content_key: None,
            tutor_persona: None,
            html: html.to_owned(),
        });
    }

    fn add_text(&mut self, id: &str, source: &str, topic: &TopicDraft, links: &Links<'_>) {
        let part = links.markdown(source);
        let html = with_practice(&part.html, topic, links);
        self.push(
            id,
            BlockKind::Text,
            &format!("<div class=\"prose\">{html}</div>"),
        );
        self.headings.extend(part.headings);
        self.words += part.words;
    }

    fn add_block(&mut self, block: &BlockDraft, topic: &TopicDraft, links: &Links<'_>) {
        match &block.data {
            Some(BlockData::Text { markdown }) => self.add_text(&block.id, markdown, topic, links),
            Some(data) => {
                self.push(&block.id, block.kind, &data_html(data, links));
                let text = plain_text(data, links);
                self.words += u32::try_from(text.split_whitespace().count()).unwrap_or(u32::MAX);
            }
            None => self.push(&block.id, block.kind, ""),
        }
        if let Some(added) = self.blocks.last_mut() {
            added.content_key.clone_from(&block.content_key);
            added.tutor_persona = block.tutor_persona;
        }
    }
}

/// Renders a block's inline data or an asset's payload.
pub fn data_html(data: &BlockData, links: &Links<'_>) -> String {
    match data {
        BlockData::Text { markdown } => format!(
            "<div class=\"prose\">{}</div>",
            links.markdown(markdown).html
        ),
        BlockData::Image {
            image,
            alt,
            caption,
        } => {
            let caption = caption
                .as_deref()
                .map(|text| format!("<figcaption>{}</figcaption>", markdown::render_inline(text)));
            format!(
                "<figure class=\"block image\"><img src=\"{}\" alt=\"{}\" loading=\"lazy\" decoding=\"async\">{}</figure>",
                escape(&links.address(image)),
                escape(alt),
                caption.unwrap_or_default()
            )
        }
        BlockData::Video {
            video,
            captions,
            poster,
            title,
        } => video_block(video, captions, poster.as_deref(), title.as_deref(), links),
        BlockData::Ppt { slides } => {
            let total = slides.len();
            let pages: String = slides
                .iter()
                .enumerate()
                .map(|(at, slide)| {
                    format!(
                        "<li class=\"slide\" aria-label=\"Slide {} of {total}\"><div class=\"prose\">{}</div></li>",
                        at + 1,
                        links.markdown(slide).html
                    )
                })
                .collect();
            format!("<ol class=\"slides\" tabindex=\"0\" aria-label=\"Slides\">{pages}</ol>")
        }
        BlockData::PptFile { file, title } => slides_link(file, title, links),
        BlockData::Code {
            code,
            language,
            caption,
        } => {
            let fence = "`".repeat(longest_run(code, '`').max(2) + 1);
            let rendered = links.markdown(&format!("{fence}{language}\n{code}\n{fence}\n"));
            let caption = caption
                .as_deref()
                .map(|text| format!("<figcaption>{}</figcaption>", markdown::render_inline(text)));
            match caption {
                Some(caption) => format!(
                    "<div class=\"prose\"><figure class=\"listing\">{}{caption}</figure></div>",
                    rendered.html
                ),
                None => format!("<div class=\"prose\">{}</div>", rendered.html),
            }
        }
        BlockData::Callout {
            callout,
            markdown: source,
            title,
        } => {
            let (class, name) = tone(*callout);
            format!(
                "<div class=\"prose\"><aside class=\"callout {class}\"><p class=\"callout-title\">{}</p>{}</aside></div>",
                escape(title.as_deref().unwrap_or(name)),
                links.markdown(source).html
            )
        }
    }
}

/// Returns the text of a block, for counting its words.
fn plain_text(data: &BlockData, links: &Links<'_>) -> String {
    match data {
        BlockData::Text { markdown } | BlockData::Callout { markdown, .. } => {
            links.markdown(markdown).text
        }
        BlockData::Image { alt, caption, .. } => {
            format!("{alt} {}", caption.as_deref().unwrap_or_default())
        }
        BlockData::Video { title, .. } => title.clone().unwrap_or_default(),
        BlockData::Ppt { slides } => slides
            .iter()
            .map(|slide| links.markdown(slide).text)
            .collect::<Vec<_>>()
            .join("\n"),
        BlockData::PptFile { title, .. } => title.clone(),
        BlockData::Code { code, .. } => code.clone(),
    }
}

fn tone(tone: CalloutTone) -> (&'static str, &'static str) {
    match tone {
        CalloutTone::Note => ("note", "Note"),
        CalloutTone::Tip => ("tip", "Tip"),
        CalloutTone::Important => ("important", "Important"),
        CalloutTone::Warning => ("warning", "Warning"),
        CalloutTone::Caution => ("caution", "Caution"),
    }
}

fn slides_link(file: &str, title: &str, links: &Links<'_>) -> String {
    format!(
        "<p class=\"block slides-file\"><a class=\"btn second\" href=\"{}\">{}</a></p>",
        escape(&links.address(file)),
        escape(title)
    )
}

/// Returns the privacy-friendly embed address of a YouTube or Vimeo page.
fn embed_of(video: &str) -> Option<String> {
    let url = url::Url::parse(video).ok()?;
    let plain_id = |id: &str| {
        !id.is_empty()
            && id.len() <= 20
            && id
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
    };
    let last = url
        .path_segments()?
        .rfind(|part| !part.is_empty())
        .unwrap_or_default()
        .to_owned();
    match url
        .host_str()?
        .trim_start_matches("www.")
        .trim_start_matches("m.")
    {
        "youtube.com" | "youtube-nocookie.com" => {
            let id = url
                .query_pairs()
                .find(|(name, _)| name == "v")
                .map_or(last, |(_, id)| id.into_owned());
            plain_id(&id).then(|| format!("https://www.youtube-nocookie.com/embed/{id}"))
        }
        "youtu.be" => {
            plain_id(&last).then(|| format!("https://www.youtube-nocookie.com/embed/{last}"))
        }
        "vimeo.com" | "player.vimeo.com" => {
            plain_id(&last).then(|| format!("https://player.vimeo.com/video/{last}?dnt=1"))
        }
        _ => None,
    }
}

fn video_block(
    video: &str,
    captions: &[Captions],
    poster: Option<&str>,
    title: Option<&str>,
    links: &Links<'_>,
) -> String {
    let label = escape(title.unwrap_or("Video"));
    if let Some(embed) = embed_of(video) {
        return format!(
            "<div class=\"block video\"><iframe class=\"embed\" src=\"{}\" title=\"{label}\" loading=\"lazy\" \
             allow=\"fullscreen; picture-in-picture; encrypted-media\" allowfullscreen referrerpolicy=\"strict-origin-when-cross-origin\"></iframe></div>",
            escape(&embed)
        );
    }
    let poster = poster
        .map(|file| format!(" poster=\"{}\"", escape(&links.address(file))))
        .unwrap_or_default();
    let tracks: String = captions
        .iter()
        .enumerate()
        .map(|(at, track)| {
            let default = if at == 0 { " default" } else { "" };
            format!(
                "<track kind=\"captions\" src=\"{}\" srclang=\"{}\" label=\"{}\"{default}>",
                escape(&links.address(&track.file)),
                escape(&track.language),
                escape(&track.label)
            )
        })
        .collect();
    let source = escape(&links.address(video));
    format!(
        "<div class=\"block video\"><video controls preload=\"metadata\" playsinline aria-label=\"{label}\"{poster} src=\"{source}\">{tracks}\
         <a href=\"{source}\">Download the video</a></video></div>"
    )
}

/// Replaces each mark of a practice question by the question. The HTML does not contain the answer.
fn with_practice(html: &str, topic: &TopicDraft, links: &Links<'_>) -> String {
    let mut out = html.to_owned();
    for question in &topic.questions {
        let mark = format!("<div {}></div>", practice_mark(&question.key));
        if out.contains(&mark) {
            out = out.replace(&mark, &practice(question, &topic.key, links));
        }
    }
    out
}

/// Returns the attribute that marks the place of a question in a topic's HTML.
pub fn practice_mark(key: &str) -> String {
    format!("data-question=\"{}\"", escape(key))
}

/// HTML before and after a practice question. `text_of` cuts questions out by these strings. The
/// frame is in the interface's language, the question inside in the course's.
pub const PRACTICE_START: &str = "<section class=\"practice\" ";
pub const PRACTICE_END: &str = "Answer</a></p></section>";

/// Renders a question for reading. On a page that accepts answers, the question's form replaces
/// this HTML.
pub fn practice(question: &QuestionDraft, topic: &str, links: &Links<'_>) -> String {
    let answer = match &question.answer {
        AnswerDraft::Choice {
            options,
            shuffle,
            several,
        } => {
            let mut texts: Vec<&str> = options.iter().map(|option| option.text.as_str()).collect();
            if *shuffle {
                // A fixed order that does not depend on which option is correct, so that the order
                // reveals nothing.
                texts.sort_by_key(|text| scramble(&question.key, text));
            }
            let hint = if *several {
                "<p class=\"practice-hint\">Select all that apply.</p>"
            } else {
                ""
            };
            format!("{hint}{}", list(links, texts.into_iter()))
        }
        AnswerDraft::ShortAnswer { .. } => {
            "<p class=\"practice-hint\">Answer in a word or two.</p>".to_owned()
        }
        AnswerDraft::Tracing {
            language, program, ..
        } => {
            format!(
                "{}<p class=\"practice-hint\">Does this program compile? If so, what does it print?</p>",
                markdown::render_code(language, program)
            )
        }
        AnswerDraft::Ordering { items } => {
            let mut shown: Vec<&str> = items.iter().map(String::as_str).collect();
            shown.sort_by_key(|text| scramble(&question.key, text));
            format!(
                "<p class=\"practice-hint\">Put these in order.</p>{}",
                list(links, shown.into_iter())
            )
        }
        AnswerDraft::Matching { pairs } => {
            let mut right: Vec<&str> = pairs.iter().map(|(_, right)| right.as_str()).collect();
            right.sort_by_key(|text| scramble(&question.key, text));
            format!(
                "<p class=\"practice-hint\">Match each on the left with one on the right.</p><div class=\"practice-match\">{}{}</div>",
                list(links, pairs.iter().map(|(left, _)| left.as_str())),
                list(links, right.into_iter())
            )
        }
    };
    format!(
        "{PRACTICE_START}{} id=\"{}\" lang=\"en\" dir=\"ltr\"><p class=\"label\">Practice</p>\
         <div class=\"practice-prompt\"{}>{}</div>{answer}\
         <p><a class=\"btn second practice-go\" rel=\"external\" href=\"{}\">{PRACTICE_END}",
        practice_mark(&question.key),
        escape(&practice_id(&question.key)),
        links.written(),
        links.markdown(&question.prompt).html,
        escape(&practice_path(links.course_slug, topic, &question.key))
    )
}

fn list<'a>(links: &Links<'_>, items: impl Iterator<Item = &'a str>) -> String {
    let items: String = items
        .map(|text| format!("<li>{}</li>", markdown::render_inline(text)))
        .collect();
    format!("<ul class=\"options\"{}>{items}</ul>", links.written())
}

fn scramble(key: &str, text: &str) -> [u8; 32] {
    use sha2::{Digest, Sha256};
    Sha256::new()
        .chain_update(key)
        .chain_update([0])
        .chain_update(text)
        .finalize()
        .into()
}

fn longest_run(text: &str, of: char) -> usize {
    let mut longest = 0;
    let mut run = 0;
    for c in text.chars() {
        run = if c == of { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    longest
}

/// Escapes text for use between tags or in a double-quoted attribute.
pub fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

/// Returns the element id of a practice question in the text.
pub fn practice_id(key: &str) -> String {
    let key: String = key.split_whitespace().collect::<Vec<_>>().join("-");
    format!("practice-{key}")
}
