//! Checks the texts of a course by rendering them, and its quizzes by counting.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};

use super::{CourseCheck, Finding, FindingKind, LONG_MINUTES, ReadModule, ReadTopic};
use crate::course::server::draft::{
    BlockData, CourseDraft, ModuleDraft, QuestionPurpose, TopicBody, TopicDraft,
};
use crate::course::server::render::{self, Links};
use crate::course::{CourseTitle, reading_minutes, section_of};
use crate::import::export;
use crate::paths::edit_path;
use crate::platform::auth::guard::TutorOf;
use crate::platform::error::{AppError, AppResult};
use crate::platform::markdown::{self, Heading, TargetKind};
use crate::teaching::Area;

/// Checks a course on a blocking thread, because rendering a long one takes a while.
pub async fn check(tutor: &TutorOf, slug: &str) -> AppResult<CourseCheck> {
    let (cx, course) = (tutor.signed_in.cx.clone(), tutor.course);
    let exported = cx
        .within(async move |conn| export::load(conn, course).await)
        .await?;
    let slug = slug.to_owned();
    let checking = tokio::task::spawn_blocking(move || checked(&slug, &exported.draft));
    checking.await.map_err(|error| AppError::internal(&error))
}

fn checked(slug: &str, draft: &CourseDraft) -> CourseCheck {
    let check = Check::new(slug, draft);
    let links = Links {
        course_slug: slug,
        language: &draft.language,
        files: &HashMap::new(),
    };
    let mut findings = Vec::new();
    let mut modules = Vec::new();
    let mut minutes = 0;
    for module in &draft.modules {
        findings.extend(check.module(module));
        let mut topics = Vec::new();
        for topic in &module.topics {
            // As the catalog counts, which is without what other personas read.
            let read = reading_minutes(render::body(topic, &topic.body, &links).words);
            findings.extend(check.topic(topic, read));
            if !topic.is_draft {
                minutes += read;
            }
            topics.push(ReadTopic {
                title: topic.title.clone(),
                path: edit_path(slug, &topic.key),
                is_draft: topic.is_draft,
                minutes: read,
            });
        }
        modules.push(ReadModule {
            title: module.title.clone(),
            topics,
        });
    }
    findings.sort_by_key(|finding| finding.kind);
    CourseCheck {
        course_title: CourseTitle::new(draft.title.clone(), draft.language.clone()),
        findings,
        modules,
        minutes,
    }
}

/// A topic that was rendered, with everything that it refers to.
#[derive(Debug, Default)]
struct ReadText {
    /// Links and pictures, by their targets as written.
    targets: Vec<(String, TargetKind)>,
    headings: Vec<Heading>,
    html: String,
    words: u32,
}

impl ReadText {
    fn add(&mut self, source: &str) {
        let targets = RefCell::new(Vec::new());
        let rendered = markdown::render(source, &|target, kind| {
            targets.borrow_mut().push((target.to_owned(), kind));
            None
        });
        self.targets.extend(targets.into_inner());
        self.headings.extend(rendered.headings);
        self.html.push_str(&rendered.html);
        self.words += rendered.words;
    }

    fn add_data(&mut self, data: &BlockData) {
        match data {
            BlockData::Text { markdown } | BlockData::Callout { markdown, .. } => {
                self.add(markdown);
            }
            BlockData::Ppt { slides } => slides.iter().for_each(|slide| self.add(slide)),
            BlockData::Image { image, .. } => {
                self.targets.push((image.clone(), TargetKind::Image));
            }
            BlockData::Video { video, .. } => self.targets.push((video.clone(), TargetKind::Link)),
            BlockData::PptFile { file, .. } => self.targets.push((file.clone(), TargetKind::Link)),
            BlockData::Code { .. } => {}
        }
    }

    fn add_body(&mut self, body: &TopicBody) {
        match body {
            TopicBody::Markdown(text) => self.add(text),
            TopicBody::Blocks(blocks) => {
                let inline = blocks.iter().filter_map(|block| block.data.as_ref());
                inline.for_each(|data| self.add_data(data));
            }
        }
    }

    fn of(topic: &TopicDraft) -> Self {
        let mut text = Self::default();
        text.add_body(&topic.body);
        for asset in &topic.assets {
            text.add_data(&asset.payload);
        }
        for address in [&topic.video_url, &topic.ppt_url].into_iter().flatten() {
            text.targets.push((address.clone(), TargetKind::Link));
        }
        text
    }

    fn has_anchor(&self, id: &str) -> bool {
        self.html.contains(&format!(" id=\"{id}\""))
            || self.headings.iter().any(|heading| heading.id == id)
    }

    /// Returns the number of pictures that say nothing to people who can't see them.
    fn undescribed(&self) -> usize {
        let pictures = self.html.split("<img").skip(1);
        pictures
            .filter(|rest| {
                let tag = rest.split('>').next().unwrap_or_default();
                !tag.contains(" alt=\"") || tag.contains(" alt=\"\"")
            })
            .count()
    }
}

struct Check<'a> {
    slug: &'a str,
    draft: &'a CourseDraft,
    read: HashMap<&'a str, ReadText>,
    drafts: BTreeSet<&'a str>,
    files: BTreeSet<&'a str>,
}

impl<'a> Check<'a> {
    fn new(slug: &'a str, draft: &'a CourseDraft) -> Self {
        let topics = || draft.modules.iter().flat_map(|module| &module.topics);
        Self {
            slug,
            draft,
            read: topics()
                .map(|topic| (topic.key.as_str(), ReadText::of(topic)))
                .collect(),
            drafts: topics()
                .filter(|topic| topic.is_draft)
                .map(|topic| topic.key.as_str())
                .collect(),
            files: draft.files.iter().map(|file| file.key.as_str()).collect(),
        }
    }

    fn finding(&self, topic: &TopicDraft, kind: FindingKind, said: String) -> Finding {
        Finding {
            kind,
            place: topic.title.clone(),
            path: edit_path(self.slug, &topic.key),
            said,
        }
    }

    fn topic(&self, topic: &TopicDraft, minutes: i32) -> Vec<Finding> {
        let Some(text) = self.read.get(topic.key.as_str()) else {
            return Vec::new();
        };
        let mut found = Vec::new();
        let mut add = |kind, said| found.push(self.finding(topic, kind, said));
        let said: BTreeSet<String> = text
            .targets
            .iter()
            .filter_map(|(target, kind)| self.broken(topic, text, target, *kind))
            .chain(unknown_questions(topic, &text.html))
            .collect();
        said.into_iter()
            .for_each(|said| add(FindingKind::Link, said));
        match text.undescribed() {
            0 => {}
            1 => add(
                FindingKind::Picture,
                "One picture has no description for people who can’t see it.".to_owned(),
            ),
            count => add(
                FindingKind::Picture,
                format!("{count} pictures have no description for people who can’t see them."),
            ),
        }
        if let Some(said) = disorder(&text.headings) {
            add(FindingKind::Heading, said);
        }
        let has_lead = topic.video_url.is_some() || topic.ppt_url.is_some();
        if text.words == 0 && text.targets.is_empty() && !has_lead {
            add(FindingKind::Empty, "The topic has no text.".to_owned());
        }
        if minutes > LONG_MINUTES {
            let said = format!(
                "Reading takes about {minutes} minutes. Consider two topics instead of one."
            );
            add(FindingKind::Length, said);
        }
        found
    }

    /// Returns the sentence about a target that leads nowhere.
    fn broken(
        &self,
        topic: &TopicDraft,
        text: &ReadText,
        target: &str,
        kind: TargetKind,
    ) -> Option<String> {
        let (address, fragment) = match target.split_once('#') {
            Some((address, fragment)) => (address, Some(fragment).filter(|id| !id.is_empty())),
            None => (target, None),
        };
        if let Some(key) = address.strip_prefix("topic:") {
            let Some(other) = self.read.get(key) else {
                return Some(format!("There is no topic “{key}” in this course."));
            };
            if self.drafts.contains(key) && !topic.is_draft {
                return Some(format!(
                    "The link to “{key}” leads to a draft, which learners can’t open."
                ));
            }
            return fragment
                .filter(|id| !other.has_anchor(id))
                .map(|id| format!("The topic “{key}” has no heading “#{id}”."));
        }
        if let Some(key) = address.strip_prefix("file:") {
            let is_missing = !self.files.contains(key);
            return is_missing.then(|| format!("There is no file “{key}” in this course."));
        }
        if address.is_empty() {
            return fragment
                .filter(|id| !text.has_anchor(id))
                .map(|id| format!("This topic has no heading “#{id}”."));
        }
        let is_web = ["https:", "http:", "mailto:"]
            .iter()
            .any(|scheme| address.to_ascii_lowercase().starts_with(scheme));
        match (is_web, kind) {
            (true, TargetKind::Image) => Some(format!(
                "The picture “{address}” is on another site, which learns who reads this page."
            )),
            (true, TargetKind::Link) => None,
            (false, _) => Some(format!("“{address}” leads nowhere.")),
        }
    }

    /// Checks the parts and the quizzes of a module.
    fn module(&self, module: &ModuleDraft) -> Vec<Finding> {
        let mut found = Vec::new();
        let mut add = |kind, path: String, said: String| {
            found.push(Finding {
                kind,
                place: module.title.clone(),
                path,
                said,
            });
        };
        let shown = || module.topics.iter().filter(|topic| !topic.is_draft);
        if shown().next().is_none() {
            let said = "The module has no published topic. Learners find nothing in it.";
            let path = Area::Outline.path(self.slug);
            add(FindingKind::Empty, path, said.to_owned());
        }
        let counts = |topic: &TopicDraft| {
            let asked = topic.questions.iter();
            asked
                .filter(|question| question.purpose != QuestionPurpose::Exam)
                .count()
        };
        let mut sections: HashMap<i32, usize> = HashMap::new();
        for (topic, number) in shown().zip(1..) {
            *sections.entry(section_of(number)).or_default() += counts(topic);
        }
        let wanted = usize::try_from(self.draft.settings.questions_per_attempt).unwrap_or_default();
        let questions = || Area::Questions.path(self.slug);
        let mut sections: Vec<(i32, usize)> = sections.into_iter().collect();
        sections.sort_unstable();
        for (section, count) in sections {
            if (1..wanted).contains(&count) {
                let said = format!(
                    "The quiz of section {section} has {}, but an attempt asks {wanted}.",
                    questions_in_words(count)
                );
                add(FindingKind::Quiz, questions(), said);
            }
            if count == 0 && module.gates && self.draft.settings.gated {
                let said = format!(
                    "Section {section} has no quiz, although the next part opens by passing one."
                );
                add(FindingKind::Quiz, questions(), said);
            }
        }
        let hidden: usize = module
            .topics
            .iter()
            .filter(|topic| topic.is_draft)
            .map(counts)
            .sum();
        if hidden > 0 {
            let said = format!(
                "{} can’t be reached, because the topic is a draft.",
                questions_in_words(hidden)
            );
            add(FindingKind::Quiz, Area::Outline.path(self.slug), said);
        }
        found
    }
}

fn questions_in_words(count: usize) -> String {
    match count {
        1 => "1 question".to_owned(),
        count => format!("{count} questions"),
    }
}

/// Returns a sentence about the first heading that skips a level.
fn disorder(headings: &[Heading]) -> Option<String> {
    // The title of the page is the heading of level one.
    let mut above = 1;
    for heading in headings {
        if heading.level == 1 {
            return Some(format!(
                "The heading “{}” is of level one, like the title. Begin with ##.",
                heading.text
            ));
        }
        if heading.level > above + 1 {
            return Some(format!(
                "The heading “{}” is of level {}, but the one above is of level {above}.",
                heading.text, heading.level
            ));
        }
        above = heading.level;
    }
    None
}

fn unknown_questions(topic: &TopicDraft, html: &str) -> Vec<String> {
    let marks = html.split("data-question=\"").skip(1);
    marks
        .filter_map(|rest| rest.split('"').next())
        .filter(|key| !topic.questions.iter().any(|question| question.key == *key))
        .map(|key| format!("There is no question “{key}” in this topic."))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heading(level: u8) -> Heading {
        Heading {
            level,
            id: format!("h{level}"),
            text: format!("H{level}"),
        }
    }

    #[test]
    fn headings_go_down_one_level_at_a_time() {
        let levels =
            |levels: &[u8]| disorder(&levels.iter().map(|l| heading(*l)).collect::<Vec<_>>());
        assert_eq!(levels(&[2, 3, 4, 2, 3]), None);
        assert_eq!(levels(&[]), None);
        assert!(levels(&[3]).unwrap().contains("“H3” is of level 3"));
        assert!(levels(&[2, 4]).unwrap().contains("above is of level 2"));
        assert!(levels(&[2, 1]).unwrap().contains("level one"));
    }

    #[test]
    fn pictures_need_a_description() {
        let mut text = ReadText::default();
        text.add("![](a.png) ![What it shows](b.png)");
        assert_eq!(text.undescribed(), 1);
    }
}
