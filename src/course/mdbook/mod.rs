//! Reads a book made for mdBook as a course: top-level chapters are modules, pages are topics, quizzes of mdbook-quiz
//! are questions. Nothing is stored; the draft goes to `course::import`.

mod about;
mod anchors;
mod aquascope;
mod code;
mod config;
mod elements;
mod files;
mod folder;
mod html;
mod include;
mod links;
mod notes;
mod permissions;
mod quiz;
mod quiz_file;
mod rewrite;
mod scan;
mod source;
mod summary;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod tests_rust_book;

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use crate::course::draft::{
    CourseDraft, CourseError, CourseSettings, FileDraft, Level, ModuleDraft, QuestionDraft,
    TopicBody, TopicDraft,
};
pub use files::slug;
pub use quiz_file::{FoundQuestion, read_quiz_file};

use anchors::Anchors;
use config::BookToml;
use folder::{CourseFolder, normalize};
use include::Expander;
use links::{Links, PageTarget};
use quiz::{QuizPage, Quizzes};
use rewrite::Context;
use source::{Problems, Source};
use summary::{ModuleEntry, PageEntry};

/// What the importer may say instead of the book.
#[derive(Debug, Clone, Default)]
pub struct Overrides {
    pub slug: Option<String>,
    pub title: Option<String>,
    /// Plain text for the catalog.
    pub summary: Option<String>,
    pub level: Option<Level>,
    pub tags: Vec<String>,
    pub outcomes: Vec<String>,
}

/// A book that can be imported.
#[derive(Debug, Clone, PartialEq)]
pub struct Read {
    pub draft: CourseDraft,
    /// Links that lead nowhere and the like: the course works without.
    pub warnings: Vec<CourseError>,
}

/// Reads the book in this folder, the one with book.toml.
///
/// # Errors
/// Everything found wrong, in the order of the book.
pub fn read(folder: &Path, overrides: &Overrides) -> Result<Read, Vec<CourseError>> {
    let mut problems = Problems::default();
    let draft = draft(folder, overrides, &mut problems);
    match draft.filter(|_| problems.errors.is_empty()) {
        Some(draft) => Ok(Read {
            draft,
            warnings: problems.warnings,
        }),
        None => Err(problems.errors),
    }
}

fn draft(folder: &Path, overrides: &Overrides, problems: &mut Problems) -> Option<CourseDraft> {
    let folder = match CourseFolder::open(folder) {
        Ok(folder) => folder,
        Err(refusal) => {
            problems.error_in(folder, format!("the course folder {refusal}"));
            return None;
        }
    };
    let book = BookToml::read(&folder, problems)?;
    let Some(src) = normalize(Path::new(book.src())) else {
        problems.error_in(Path::new("book.toml"), "src leaves the course folder");
        return None;
    };
    let modules = outline(&folder, &src, problems)?;
    let pages = pages(&folder, &src, &modules, problems);
    if pages.is_empty() {
        return None;
    }
    let written = write(&folder, &book, &src, &pages, problems);
    Some(course(&folder, &book, overrides, &modules, &pages, written))
}

fn outline(folder: &CourseFolder, src: &Path, problems: &mut Problems) -> Option<Vec<ModuleEntry>> {
    match folder.locate_and_read(src, "SUMMARY.md") {
        Ok((file, text)) => Some(summary::read(&text, &file, problems)),
        Err(refusal) => {
            let message = format!("an mdBook lists its chapters here, but this file {refusal}");
            problems.error_in(&src.join("SUMMARY.md"), message);
            None
        }
    }
}

/// A page with everything put in that its directives ask for.
struct Page {
    /// Index of its module in the outline.
    module: usize,
    /// Relative to the folder of the pages.
    path: PathBuf,
    key: String,
    title: String,
    source: Source,
}

/// The pages that can be read, in reading order.
fn pages(
    folder: &CourseFolder,
    src: &Path,
    modules: &[ModuleEntry],
    problems: &mut Problems,
) -> Vec<Page> {
    let mut pages = Vec::new();
    let mut keys = HashSet::new();
    let mut seen: HashMap<PathBuf, usize> = HashMap::new();
    let numbered = modules.iter().enumerate();
    for (module, entry) in
        numbered.flat_map(|(number, module)| module.pages.iter().map(move |page| (number, page)))
    {
        let Some((file, text)) = open_page(folder, src, entry, problems) else {
            continue;
        };
        if let Some(line) = seen.insert(file.clone(), entry.place.line) {
            let message = format!(
                "the page '{}' is listed already, in line {line}",
                entry.link
            );
            problems.error(&entry.place, message);
            continue;
        }
        let source = Expander::new(folder, problems).page(&file, &text);
        let path = normalize(Path::new(entry.link.trim_start_matches('/'))).unwrap_or_default();
        pages.push(Page {
            module,
            key: files::unique(files::page_key(&path), &mut keys),
            path,
            title: entry.title.clone(),
            source: notes::without_admonish(source),
        });
    }
    pages
}

fn open_page(
    folder: &CourseFolder,
    src: &Path,
    entry: &PageEntry,
    problems: &mut Problems,
) -> Option<(PathBuf, String)> {
    let link = entry.link.split('#').next().unwrap_or_default();
    match folder.locate_and_read(src, link) {
        Ok(opened) => Some(opened),
        Err(refusal) => {
            problems.error(&entry.place, format!("the page '{}' {refusal}", entry.link));
            None
        }
    }
}

/// What the pages have become, in their order, and the files that they refer to.
struct Written {
    topics: Vec<(String, Vec<QuestionDraft>)>,
    files: Vec<FileDraft>,
}

fn write(
    folder: &CourseFolder,
    book: &BookToml,
    src: &Path,
    pages: &[Page],
    problems: &mut Problems,
) -> Written {
    let quiz_pages = pages.iter().map(|page| QuizPage {
        key: page.key.clone(),
        folder: src
            .join(&page.path)
            .parent()
            .map(Path::to_path_buf)
            .unwrap_or_default(),
    });
    let quiz_pages: Vec<_> = quiz_pages.collect();
    let mut links = Links::new(folder, src, targets(pages), book.redirects());
    let mut quizzes = Quizzes::new(folder, &quiz_pages);
    let mut topics = Vec::new();
    for (page, read) in pages.iter().enumerate() {
        let mut cx = Context {
            links: &mut links,
            quizzes: &mut quizzes,
            problems,
            hidelines: book.hidelines(),
            maths: book.maths(),
            page,
        };
        let body = rewrite::page(&read.source, &mut cx);
        let questions = questions(&book.quiz_language(), &mut cx);
        topics.push((body, questions));
    }
    Written {
        topics,
        files: links.files.list,
    }
}

fn targets(pages: &[Page]) -> Vec<PageTarget> {
    let targets = pages.iter().map(|page| {
        let text = page.source.text();
        PageTarget {
            path: page.path.clone(),
            key: page.key.clone(),
            anchors: Anchors::of(&scan::scan(text), text),
        }
    });
    targets.collect()
}

/// The questions that the page just rewritten has brought.
fn questions(language: &str, cx: &mut Context<'_, '_>) -> Vec<QuestionDraft> {
    let mut questions = Vec::new();
    for placed in std::mem::take(&mut cx.quizzes.placed) {
        match placed.draft(language, |text| rewrite::question_text(text, language, cx)) {
            Ok(question) => questions.push(question),
            Err(message) => cx.problems.error(&placed.place, message),
        }
    }
    questions
}

fn course(
    folder: &CourseFolder,
    book: &BookToml,
    overrides: &Overrides,
    outline: &[ModuleEntry],
    pages: &[Page],
    written: Written,
) -> CourseDraft {
    let title = overrides.title.clone().or_else(|| book.book.title.clone());
    let title = title.unwrap_or_else(|| folder.name());
    let about = about::About::of(
        book,
        pages
            .iter()
            .zip(&written.topics)
            .map(|(page, topic)| (page.title.as_str(), topic.0.as_str())),
    );
    CourseDraft {
        slug: overrides
            .slug
            .clone()
            .unwrap_or_else(|| files::slug(&title)),
        title,
        summary: overrides.summary.clone().unwrap_or(about.summary),
        description: about.description,
        language: book
            .book
            .language
            .clone()
            .unwrap_or_else(|| "en".to_owned()),
        level: overrides.level.unwrap_or(Level::Beginner),
        tags: overrides.tags.clone(),
        authors: book.authors(),
        outcomes: overrides.outcomes.clone(),
        licence: about::licence(folder),
        price_cents: 0,
        currency: "USD".to_owned(),
        cohort_only: false,
        settings: CourseSettings::OPEN,
        modules: module_drafts(outline, pages, written.topics),
        files: written.files,
        thumbnail: None,
    }
}

fn module_drafts(
    outline: &[ModuleEntry],
    pages: &[Page],
    topics: Vec<(String, Vec<QuestionDraft>)>,
) -> Vec<ModuleDraft> {
    let mut modules: Vec<ModuleDraft> = Vec::new();
    for (number, entry) in (1..).zip(outline) {
        modules.push(ModuleDraft {
            number,
            title: entry.title.clone(),
            summary: String::new(),
            gates: entry.gates,
            topics: Vec::new(),
        });
    }
    for (page, (body, questions)) in pages.iter().zip(topics) {
        let module = &mut modules[page.module];
        if module.topics.is_empty() && module.gates {
            module.summary = about::opening(&body);
        }
        module
            .topics
            .push(topic(page, module.topics.len(), body, questions));
    }
    modules
}

fn topic(page: &Page, before: usize, body: String, questions: Vec<QuestionDraft>) -> TopicDraft {
    TopicDraft {
        number: i32::try_from(before).unwrap_or(i32::MAX - 1) + 1,
        key: page.key.clone(),
        title: page.title.clone(),
        body: TopicBody::Markdown(body),
        narrations: Default::default(),
        video_url: None,
        ppt_url: None,
        assets: Vec::new(),
        simulations: Vec::new(),
        cold_calls: Vec::new(),
        suggestions: Vec::new(),
        questions,
    }
}
