//! Checks Markdown of authors. Links and pictures are checked, and paths become `file:KEY`.
//! `{{question KEY}}` becomes the place of a question.

use std::ops::Range;
use std::path::Path;

use comrak::nodes::{Node, NodeValue, Sourcepos};
use comrak::{Arena, Options, parse_document};

use super::address::{self, Address};
use super::media::FileKind;
use super::names::{closest, is_slug};
use super::reading::{Place, Reading, TopicReference};
use super::source::too_long;
use crate::platform::markdown;

/// A stretch of Markdown with its place in a file.
pub struct Passage<'a> {
    pub reading: &'a Reading,
    pub file: &'a Path,
    pub first_line: usize,
    /// Last line of the passage in the file. Escapes in TOML strings can make more lines than the
    /// file has.
    pub last_line: usize,
    pub text: &'a str,
}

/// Checked Markdown, with the references that can be judged only together with the topic.
#[derive(Debug, Default)]
pub struct Prose {
    pub text: String,
    /// Keys of the questions shown in the text.
    pub practice: Vec<(String, Place)>,
    /// Links to headings of the same text.
    pub fragments: Vec<(String, Place)>,
}

impl Prose {
    pub fn refuse_what_needs_a_topic(&self, reading: &Reading) {
        for (_, place) in &self.practice {
            reading.doubt(
                place,
                "a practice question can stand only in the text of a topic",
            );
        }
        for (fragment, place) in &self.fragments {
            let message =
                format!("'#{fragment}' leads nowhere here: write [text](topic:KEY#{fragment})");
            reading.doubt(place, message);
        }
    }
}

impl Passage<'_> {
    /// Checks the text. `name` is the text's name in messages.
    pub fn read(&self, name: &str, limit: usize) -> Prose {
        if !self.check_size(name, limit) {
            return Prose::default();
        }
        let arena = Arena::new();
        let mut scan = ProseScan::new(self);
        for node in parse_document(&arena, self.text, &options()).descendants() {
            scan.visit(node);
        }
        let linked = scan.edited();
        if !scan.edits.is_empty() {
            self.refuse_remaining_paths(&linked);
        }
        scan.place_questions(&linked);
        scan.prose
    }

    /// Reports paths that could not be found in the source text, such as ones with escapes. Left in
    /// place, they would lead nowhere.
    fn refuse_remaining_paths(&self, text: &str) {
        let arena = Arena::new();
        for node in parse_document(&arena, text, &options()).descendants() {
            let data = node.data();
            if let NodeValue::Link(link) | NodeValue::Image(link) = &data.value
                && let Ok(Address::Path(path)) = address::parse(&link.url)
                && address::serve(self.reading, self.file, path, None).is_ok()
            {
                let message = format!("write the path '{path}' plainly, without escapes");
                self.doubt(data.sourcepos.start.line, message);
            }
        }
    }

    /// Returns the ranges of 1-based lines that are code. Callers that cut the text at their own
    /// marks must skip these lines.
    pub fn code_lines(&self) -> Vec<Range<usize>> {
        let arena = Arena::new();
        let root = parse_document(&arena, self.text, &options());
        root.descendants()
            .filter(|node| matches!(node.data().value, NodeValue::CodeBlock(_)))
            .map(|node| lines_of(node.data().sourcepos))
            .collect()
    }

    pub fn place(&self, line: usize) -> Place {
        let line = (self.first_line + line.saturating_sub(1)).min(self.last_line);
        Place {
            file: self.file.to_path_buf(),
            line,
        }
    }

    fn complain(&self, line: usize, message: impl Into<String>) {
        self.reading.complain(&self.place(line), message);
    }

    fn doubt(&self, line: usize, message: impl Into<String>) {
        self.reading.doubt(&self.place(line), message);
    }

    /// Reports empty text, control characters and text over `limit`. Returns true if the text is
    /// short enough to be parsed.
    fn check_size(&self, name: &str, limit: usize) -> bool {
        let length = self.text.chars().count();
        let limit = self.reading.limit(limit);
        if self.text.trim().is_empty() {
            self.doubt(1, format!("{name} is empty"));
        }
        if self
            .text
            .chars()
            .any(|c| c.is_control() && c != '\n' && c != '\t')
        {
            self.complain(1, format!("{name} has a control character in it"));
        }
        let is_short = length <= limit;
        if !is_short {
            self.complain(1, too_long(name, length, limit));
            self.reading.mark_incomplete();
        }
        is_short
    }
}

/// Returns the options with which `platform::markdown` parses.
fn options() -> Options<'static> {
    let mut options = Options::default();
    options.extension.table = true;
    options.extension.footnotes = true;
    options.extension.strikethrough = true;
    options.extension.tasklist = true;
    options.extension.autolink = true;
    options.extension.alerts = true;
    options.extension.description_lists = true;
    options.extension.math_dollars = true;
    options
}

struct ProseScan<'p> {
    passage: &'p Passage<'p>,
    line_starts: Vec<usize>,
    /// Lines of code and raw HTML, in which nothing has a special meaning.
    opaque: Vec<Range<usize>>,
    /// Lines with `{{question` in running text.
    mentions: Vec<usize>,
    edits: Vec<(Range<usize>, String)>,
    prose: Prose,
}

impl<'p> ProseScan<'p> {
    fn new(passage: &'p Passage<'p>) -> Self {
        Self {
            passage,
            line_starts: line_starts(passage.text),
            opaque: Vec::new(),
            mentions: Vec::new(),
            edits: Vec::new(),
            prose: Prose::default(),
        }
    }

    fn visit(&mut self, node: Node<'_>) {
        let data = node.data();
        let at = data.sourcepos;
        match &data.value {
            NodeValue::Link(link) => self.link(&link.url, at),
            NodeValue::Image(link) => self.picture(&link.url, at),
            NodeValue::Heading(heading) if heading.level == 1 => self.passage.doubt(
                at.start.line,
                "a heading of level one is the title of the page, which is told elsewhere: begin with ##",
            ),
            NodeValue::CodeBlock(_) => self.opaque.push(lines_of(at)),
            NodeValue::HtmlBlock(html) => {
                self.opaque.push(lines_of(at));
                self.raw_html(&html.literal, at.start.line);
            }
            NodeValue::HtmlInline(html) => self.raw_html(html, at.start.line),
            NodeValue::Text(text) if text.contains("{{question") => self.mentions.push(at.start.line),
            _ => {}
        }
    }

    fn link(&mut self, url: &str, at: Sourcepos) {
        let line = at.start.line;
        match address::parse(url) {
            Ok(Address::Web) => {}
            Ok(Address::Fragment(fragment)) => {
                let place = self.passage.place(line);
                self.prose.fragments.push((fragment.to_owned(), place));
            }
            Ok(Address::Topic { key, fragment }) => self.passage.reading.add_link(TopicReference {
                place: self.passage.place(line),
                key: key.to_owned(),
                fragment: fragment.map(str::to_owned),
            }),
            Ok(Address::Path(path)) => self.file(path, None, at),
            Err(message) => self.passage.doubt(line, message),
        }
    }

    fn picture(&mut self, url: &str, at: Sourcepos) {
        match address::parse(url) {
            Ok(Address::Path(path)) => self.file(path, Some(FileKind::Picture), at),
            Ok(_) => self.passage.doubt(
                at.start.line,
                format!("the picture '{url}' must be a file of the course: put it in the folder"),
            ),
            Err(message) => self.passage.doubt(at.start.line, message),
        }
    }

    fn file(&mut self, path: &str, kind: Option<FileKind>, at: Sourcepos) {
        let served = address::serve(self.passage.reading, self.passage.file, path, kind);
        match served {
            Ok(target) => match self.find_url(path, at) {
                Some(range) => self.edits.push((range, target)),
                None => self.passage.doubt(
                    at.start.line,
                    format!("write the path '{path}' plainly, without escapes"),
                ),
            },
            Err(message) => self.passage.doubt(at.start.line, message),
        }
    }

    /// Returns the range of a link's address: at the link's end, or in the definition that it
    /// refers to.
    fn find_url(&self, url: &str, at: Sourcepos) -> Option<Range<usize>> {
        let start = self.line_start(at.start.line) + at.start.column - 1;
        let end = self.line_start(at.end.line) + at.end.column;
        self.find_inline(url, start..end)
            .or_else(|| self.find_definition(url))
    }

    fn find_inline(&self, url: &str, within: Range<usize>) -> Option<Range<usize>> {
        let written = self.passage.text.get(within.clone())?;
        let mut starts = written.rmatch_indices("](").map(|(at, _)| at + 2);
        starts
            .find_map(|at| url_at(written, at, url))
            .map(|range| shift(range, within.start))
    }

    fn find_definition(&self, url: &str) -> Option<Range<usize>> {
        (1..=self.line_starts.len())
            .filter(|line| !self.is_opaque(*line))
            .find_map(|line| {
                let start = self.line_start(line);
                let written = &self.passage.text[start..self.line_start(line + 1)];
                let label_end = written
                    .trim_start()
                    .starts_with('[')
                    .then(|| written.find("]:"))??;
                url_at(written, label_end + 2, url).map(|range| shift(range, start))
            })
    }

    /// Reports raw HTML that would have to be changed. Its addresses are not resolved, so it may
    /// only have `href` with web addresses and fragments. Nothing is removed from a page without
    /// telling its author.
    fn raw_html(&mut self, html: &str, first_line: usize) {
        if self.passage.reading.is_export() {
            return;
        }
        let line_of = |offset: usize| first_line + html[..offset].matches('\n').count();
        for (offset, name, value) in address::html_references(html) {
            let line = line_of(offset);
            if name != "href" {
                let message = format!(
                    "'{name}' in raw HTML is not allowed: write pictures in Markdown, and videos in the front matter or a layout"
                );
                self.passage.doubt(line, message);
            } else if !matches!(
                address::parse(value),
                Ok(Address::Web | Address::Fragment(_))
            ) {
                self.passage.doubt(
                    line,
                    format!("write the link to '{value}' in Markdown, not in raw HTML"),
                );
            }
        }
        let lower = html.to_ascii_lowercase();
        for what in markdown::render(html, &|_, _| None).removed {
            let offset = lower.find(what.trim_end_matches('>')).unwrap_or(0);
            self.passage
                .doubt(line_of(offset), format!("raw HTML can't have {what} here"));
        }
        if let Some(offset) = lower.find("data-question") {
            self.passage.doubt(
                line_of(offset),
                "write the place of a question as {{question KEY}}",
            );
        }
    }

    /// Returns the text with its edits. No edit adds or removes a line, so line numbers stay valid.
    fn edited(&mut self) -> String {
        self.edits.sort_by_key(|(range, _)| range.start);
        self.edits.dedup();
        let mut text = String::with_capacity(self.passage.text.len());
        let mut done = 0;
        for (range, new) in &self.edits {
            if let Some(before) = self.passage.text.get(done..range.start) {
                text.push_str(before);
                text.push_str(new);
                done = range.end;
            }
        }
        text.push_str(&self.passage.text[done..]);
        text
    }

    fn place_questions(&mut self, linked: &str) {
        let mut placed = Vec::new();
        for (line, written) in (1..).zip(linked.split_inclusive('\n')) {
            let Some(directive) = directive(written).filter(|_| !self.is_opaque(line)) else {
                self.prose.text.push_str(written);
                continue;
            };
            placed.push(line);
            match self.question_key(directive, line) {
                Some(key) => {
                    let indent = &written[..written.len() - written.trim_start().len()];
                    let place = format!("\n{indent}<div data-question=\"{key}\"></div>\n\n");
                    self.prose.text.push_str(&place);
                    self.prose
                        .practice
                        .push((key.to_owned(), self.passage.place(line)));
                }
                None => self.prose.text.push_str(written),
            }
        }
        for line in self.mentions.iter().filter(|line| !placed.contains(line)) {
            self.passage
                .doubt(*line, "{{question KEY}} must stand alone on its line");
        }
    }

    fn question_key<'d>(&self, directive: &'d str, line: usize) -> Option<&'d str> {
        let mut words = directive.split_whitespace();
        let name = words.next().unwrap_or_default();
        let key = words.next().unwrap_or_default();
        if name != "question" {
            let is_misspelled = closest(name, ["question"]).is_some();
            if is_misspelled || name.starts_with('#') {
                let message =
                    format!("unknown '{{{{{name}}}}}': there is only {{{{question KEY}}}}");
                self.passage.doubt(line, message);
            }
            return None;
        }
        let is_well_formed = is_slug(key) && words.next().is_none();
        if !is_well_formed {
            self.passage
                .doubt(line, "write the place of a question as {{question KEY}}");
        }
        let is_twice = self.prose.practice.iter().any(|(other, _)| other == key);
        if is_twice {
            self.passage
                .doubt(line, format!("the question '{key}' is in this text twice"));
        }
        (is_well_formed && !is_twice).then_some(key)
    }

    fn is_opaque(&self, line: usize) -> bool {
        self.opaque.iter().any(|lines| lines.contains(&line))
    }

    /// Returns the byte offset of a line's start. For lines after the last, the end of the text.
    fn line_start(&self, line: usize) -> usize {
        self.line_starts
            .get(line - 1)
            .copied()
            .unwrap_or(self.passage.text.len())
    }
}

/// Returns the text between the braces of a line that is `{{…}}` and nothing else.
fn directive(line: &str) -> Option<&str> {
    line.trim().strip_prefix("{{")?.strip_suffix("}}")
}

fn url_at(written: &str, at: usize, url: &str) -> Option<Range<usize>> {
    let rest = written.get(at..)?;
    let spaces = rest.len() - rest.trim_start().len();
    let bracket = usize::from(rest[spaces..].starts_with('<'));
    let start = at + spaces + bracket;
    written[start..]
        .starts_with(url)
        .then(|| start..start + url.len())
}

fn shift(range: Range<usize>, by: usize) -> Range<usize> {
    range.start + by..range.end + by
}

fn line_starts(text: &str) -> Vec<usize> {
    let after_breaks = text.match_indices('\n').map(|(at, _)| at + 1);
    std::iter::once(0).chain(after_breaks).collect()
}

fn lines_of(at: Sourcepos) -> Range<usize> {
    at.start.line..at.end.line + 1
}
