//! Reads a book made for mdBook as a course. Top-level chapters become modules, pages become
//! topics, and quizzes of mdbook-quiz become questions. Nothing is stored; `crate::import` stores
//! the draft.

mod about;
mod anchors;
mod aquascope;
mod code;
mod config;
mod elements;
mod files;
mod folder;
mod front_matter;
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
mod unique;

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use crate::course::server::draft::{
    CourseDraft, CourseError, CourseSettings, FileDraft, Level, ModuleDraft, QuestionDraft,
    TopicBody, TopicDraft,
};
use crate::course::server::native::is_language_tag;
pub use files::{MAX_SLUG, media_type, readable_slug, slug};
pub use quiz_file::{QuizFileQuestion, read_quiz_file};

use anchors::PageAnchors;
use config::BookToml;
use folder::{CourseFolder, FileRefusal};
use include::Expander;
use links::{BookLinks, PageTarget};
use quiz::{QuizPlace, Quizzes};
use rewrite::Context;
use source::{Problems, Source};
use summary::{BookModule, PageEntry};

/// Options of an import, and values that replace those of the book.
#[derive(Debug, Clone, Default)]
pub struct Overrides {
    /// True if leaving something out is an error.
    pub strict: bool,
    /// Folder around the book whose files the book may use.
    pub root: Option<PathBuf>,
    pub slug: Option<String>,
    pub title: Option<String>,
    /// Plain text for the catalog.
    pub summary: Option<String>,
    pub level: Option<Level>,
    pub tags: Vec<String>,
    pub outcomes: Vec<String>,
}

/// A book that was read successfully.
#[derive(Debug, Clone, PartialEq)]
pub struct Read {
    pub draft: CourseDraft,
    /// Problems that do not stop the import, such as parts left out and broken links.
    pub warnings: Vec<CourseError>,
}

/// Reads the book in this folder, which holds book.toml.
///
/// # Errors
///
/// Returns the problems that end the import. These are a path out of the root, a file over the
/// limits, or no readable SUMMARY.md. A strict import also fails for everything that would be left
/// out.
pub fn read(folder: &Path, overrides: &Overrides) -> Result<Read, Vec<CourseError>> {
    let mut problems = Problems::new(overrides.strict);
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
    let folder = match CourseFolder::open(folder, overrides.root.as_deref()) {
        Ok(folder) => folder,
        Err(sentence) => {
            problems.error_in(folder, sentence);
            return None;
        }
    };
    let book = BookToml::read(&folder, problems)?;
    let Some(src) = folder.normalize(Path::new(book.src())) else {
        let why = folder.explain(FileRefusal::Outside);
        problems.error_in(Path::new("book.toml"), format!("src {why}"));
        return None;
    };
    let modules = outline(&folder, &src, problems)?;
    let pages = pages(&folder, &src, &modules, problems);
    if pages.is_empty() {
        let message = "none of the pages that are listed can be read";
        problems.error_in(&src.join("SUMMARY.md"), message);
        return None;
    }
    let written = write(&folder, &book, &src, &pages, problems);
    let about = BookAbout {
        folder: &folder,
        book: &book,
        overrides,
    };
    Some(about.course(&modules, &pages, written, problems))
}

fn outline(folder: &CourseFolder, src: &Path, problems: &mut Problems) -> Option<Vec<BookModule>> {
    match folder.locate_and_read(src, "SUMMARY.md") {
        Ok((file, text)) => Some(summary::read(&text, &file, problems)),
        Err(refusal) => {
            let message = format!("an mdBook lists its chapters here, but this file {refusal}");
            problems.error_in(&src.join("SUMMARY.md"), message);
            None
        }
    }
}

/// Longest title of a course, in characters.
const MAX_TITLE: usize = 200;

/// A page with all its directives expanded.
struct Page {
    /// Index of the page's module in the outline.
    module: usize,
    /// Path relative to the folder of the pages.
    path: PathBuf,
    key: String,
    /// See `files::PageKey`.
    former_keys: Vec<String>,
    title: String,
    source: Source,
}

/// Returns the pages that can be read, in reading order.
fn pages(
    folder: &CourseFolder,
    src: &Path,
    modules: &[BookModule],
    problems: &mut Problems,
) -> Vec<Page> {
    let mut pages = Vec::new();
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
            problems.left_out(&entry.place, message);
            continue;
        }
        let source = Expander::new(folder, problems).page(&file, &front_matter::blanked(&text));
        let listed = folder.normalize(&src.join(without_fragment(&entry.link)));
        pages.push(Page {
            module,
            key: String::new(),
            former_keys: Vec::new(),
            path: folder.relative(src, &listed.unwrap_or(file)),
            title: entry.title.clone(),
            source: notes::without_admonish(source),
        });
    }
    let paths: Vec<&Path> = pages.iter().map(|page| page.path.as_path()).collect();
    for (page, key) in files::page_keys(&paths).into_iter().enumerate() {
        pages[page].key = key.key;
        pages[page].former_keys = key.former;
    }
    pages
}

fn without_fragment(link: &str) -> &str {
    link.split('#').next().unwrap_or_default()
}

fn open_page(
    folder: &CourseFolder,
    src: &Path,
    entry: &PageEntry,
    problems: &mut Problems,
) -> Option<(PathBuf, String)> {
    match folder.locate_and_read(src, without_fragment(&entry.link)) {
        Ok(opened) => Some(opened),
        Err(refusal) => {
            let message = format!("the page '{}' {}", entry.link, folder.explain(refusal));
            problems.refused(&entry.place, refusal, message);
            None
        }
    }
}

/// The rewritten pages in order, and the files that they refer to.
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
    let quiz_pages = pages.iter().map(|page| QuizPlace {
        // The first key that a page ever had, because keys of stored questions end in it.
        key: page.former_keys.first().unwrap_or(&page.key).clone(),
        folder: src
            .join(&page.path)
            .parent()
            .map(Path::to_path_buf)
            .unwrap_or_default(),
    });
    let quiz_pages: Vec<_> = quiz_pages.collect();
    let mut links = BookLinks::new(folder, src, targets(pages), book.redirects());
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
        let mut body = rewrite::page(&read.source, &mut cx);
        let questions = questions(&book.quiz_language(), &mut body, &mut cx);
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
            anchors: PageAnchors::of(&scan::scan(text), text),
        }
    });
    targets.collect()
}

/// Returns the questions of the page that was just rewritten. For a question that can't be used,
/// its place in the text is removed.
fn questions(language: &str, body: &mut String, cx: &mut Context<'_, '_>) -> Vec<QuestionDraft> {
    let mut questions = Vec::new();
    for placed in std::mem::take(&mut cx.quizzes.placed) {
        match placed.draft(language, |text| rewrite::question_text(text, language, cx)) {
            Ok(question) => questions.push(question),
            Err(message) => {
                cx.problems.left_out(&placed.place, message);
                *body = body.replace(&rewrite::question_place(&placed.key), "");
            }
        }
    }
    questions
}

/// Sources of a course's title, language, license and other descriptions.
struct BookAbout<'a> {
    folder: &'a CourseFolder,
    book: &'a BookToml,
    overrides: &'a Overrides,
}

impl BookAbout<'_> {
    fn course(
        &self,
        outline: &[BookModule],
        pages: &[Page],
        written: Written,
        problems: &mut Problems,
    ) -> CourseDraft {
        let overrides = self.overrides;
        let title = self.title(problems);
        let about: Vec<about::Page<'_>> = pages
            .iter()
            .zip(&written.topics)
            .map(|(page, (text, _))| about::Page {
                title: &page.title,
                key: &page.key,
                text,
            })
            .collect();
        let about = about::BookDescription::of(self.book, &about);
        let slug = overrides.slug.clone();
        CourseDraft {
            // Earlier versions made another name of a title in other letters.
            former_slug: (slug.is_none())
                .then(|| files::slug(&title))
                .filter(|former| *former != files::readable_slug(&title)),
            slug: slug.unwrap_or_else(|| files::readable_slug(&title)),
            title,
            summary: overrides.summary.clone().unwrap_or(about.summary),
            description: about.description,
            language: self.language(problems),
            level: overrides.level.unwrap_or(Level::Beginner),
            tags: overrides.tags.clone(),
            authors: self.authors(),
            outcomes: overrides.outcomes.clone(),
            license: about::license(self.folder),
            price_cents: 0,
            currency: "USD".to_owned(),
            cohort_only: false,
            settings: CourseSettings::OPEN,
            modules: module_drafts(outline, pages, written.topics),
            files: written.files,
            thumbnail: None,
            is_export: false,
        }
    }

    fn title(&self, problems: &mut Problems) -> String {
        let said = self
            .overrides
            .title
            .as_ref()
            .or(self.book.book.title.as_ref());
        let said = said
            .map(|title| title.trim())
            .filter(|title| !title.is_empty());
        let mut title = said.map_or_else(|| self.folder.name(), str::to_owned);
        if let Some((end, _)) = title.char_indices().nth(MAX_TITLE) {
            let message = format!("the title has more than {MAX_TITLE} characters; it was cut");
            problems.left_out_in(Path::new("book.toml"), message);
            title.truncate(end);
        }
        title
    }

    fn authors(&self) -> Vec<String> {
        let names = self.book.book.authors.iter().map(|name| name.trim());
        let names = names.filter(|name| !name.is_empty());
        names.map(str::to_owned).collect()
    }

    /// Returns the book's language. English, mdBook's default, stands in for a missing or invalid
    /// tag.
    fn language(&self, problems: &mut Problems) -> String {
        let said = self.book.book.language.as_deref().unwrap_or("en");
        let tag = said.trim().replace('_', "-");
        if is_language_tag(&tag) {
            return tag;
        }
        let message = format!("'{said}' is not a language's tag; the course is said to be English");
        problems.left_out_in(Path::new("book.toml"), message);
        "en".to_owned()
    }
}

fn module_drafts(
    outline: &[BookModule],
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
    // A chapter may have lost all of its pages.
    modules.retain(|module| !module.topics.is_empty());
    for (number, module) in (1..).zip(&mut modules) {
        module.number = number;
    }
    modules
}

fn topic(page: &Page, before: usize, body: String, questions: Vec<QuestionDraft>) -> TopicDraft {
    TopicDraft {
        number: i32::try_from(before).unwrap_or(i32::MAX - 1) + 1,
        key: page.key.clone(),
        former_keys: page.former_keys.clone(),
        title: page.title.clone(),
        is_draft: false,
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
