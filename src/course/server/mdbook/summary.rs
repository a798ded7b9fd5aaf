//! Reads SUMMARY.md, the book's outline, as modules of pages in reading order.

use std::path::Path;

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use super::source::{Place, Problems, Source};

/// Longest title of a module, in characters.
const MAX_TITLE: usize = 200;

#[derive(Debug, PartialEq)]
pub struct BookModule {
    pub title: String,
    /// False for front and back matter.
    pub gates: bool,
    pub pages: Vec<PageEntry>,
}

#[derive(Debug, PartialEq)]
pub struct PageEntry {
    /// Plain text.
    pub title: String,
    /// Target of the link relative to SUMMARY.md, with percent escapes resolved.
    pub link: String,
    pub place: Place,
}

/// A line of the outline. Outside of any list it is front or back matter; in a list it belongs to
/// the chapter above.
#[derive(Debug)]
struct SummaryLine {
    /// Depth of nested lists; 0 outside of any list.
    depth: usize,
    title: String,
    /// Empty for a draft, which has no page yet.
    link: String,
    place: Place,
}

pub fn read(text: &str, file: &Path, problems: &mut Problems) -> Vec<BookModule> {
    let text = angle_links_with_spaces(text);
    let source = Source::at(&text, &Place::new(file, 1));
    let modules = group(entries(&source, problems));
    if modules.is_empty() && problems.errors.is_empty() {
        problems.error_in(
            file,
            "no chapters are listed: each one is a link to its page",
        );
    }
    modules
}

fn entries(source: &Source, problems: &mut Problems) -> Vec<SummaryLine> {
    let mut entries: Vec<SummaryLine> = Vec::new();
    let mut depth = 0;
    let mut open: Option<SummaryLine> = None;
    // Text of open items before any link. Without a link the item is a draft chapter.
    let mut bare: Vec<Option<SummaryLine>> = Vec::new();
    let mut in_heading = false;
    for (event, range) in Parser::new_ext(source.text(), Options::empty()).into_offset_iter() {
        match event {
            Event::Start(Tag::Heading { .. }) => in_heading = true,
            Event::End(TagEnd::Heading(_)) => in_heading = false,
            Event::Start(Tag::List(_)) => {
                entries.extend(bare.last_mut().and_then(Option::take));
                depth += 1;
            }
            Event::End(TagEnd::List(_)) => depth -= 1,
            Event::Start(Tag::Item) => bare.push(Some(SummaryLine {
                depth,
                title: String::new(),
                link: String::new(),
                place: source.place(range.start),
            })),
            Event::End(TagEnd::Item) => {
                let draft = bare.pop().flatten();
                entries.extend(draft.filter(|draft| !draft.title.trim().is_empty()));
            }
            Event::Start(Tag::Link { dest_url, .. }) if !in_heading => {
                if let Some(item) = bare.last_mut() {
                    *item = None;
                }
                open = Some(SummaryLine {
                    depth,
                    title: String::new(),
                    link: percent_decoded(dest_url.trim()),
                    place: source.place(range.start),
                });
            }
            Event::End(TagEnd::Link) => entries.extend(open.take()),
            Event::Text(text) | Event::Code(text) => {
                if let Some(entry) = open.as_mut().or_else(|| bare.last_mut()?.as_mut()) {
                    entry.title.push_str(&text);
                }
            }
            Event::SoftBreak | Event::HardBreak => {
                if let Some(entry) = &mut open {
                    entry.title.push(' ');
                }
            }
            _ => {}
        }
    }
    for entry in &mut entries {
        entry.title = entry.title.split_whitespace().collect::<Vec<_>>().join(" ");
        name_well(entry, problems);
    }
    entries.retain(|entry| !entry.title.is_empty());
    entries
}

/// Names a chapter without a title after its file, and cuts a title that is too long.
fn name_well(entry: &mut SummaryLine, problems: &mut Problems) {
    if entry.title.is_empty() {
        let name = Path::new(&entry.link).file_stem().unwrap_or_default();
        entry.title = name.to_string_lossy().into_owned();
        let message = match entry.title.as_str() {
            "" => "this chapter has neither title nor page".to_owned(),
            name => format!("this chapter has no title; it was called '{name}'"),
        };
        problems.left_out(&entry.place, message);
    }
    if let Some((end, _)) = entry.title.char_indices().nth(MAX_TITLE) {
        let message = format!("the title has more than {MAX_TITLE} characters; it was cut");
        problems.left_out(&entry.place, message);
        entry.title.truncate(end);
    }
}

fn group(entries: Vec<SummaryLine>) -> Vec<BookModule> {
    let mut modules: Vec<BookModule> = Vec::new();
    let mut numbered_seen = false;
    // True if the last module is front or back matter, which further pages outside of lists join.
    let mut in_matter = false;
    for entry in entries {
        let matter = entry.depth == 0;
        let opens_module = if matter { !in_matter } else { entry.depth == 1 };
        if opens_module || modules.is_empty() {
            modules.push(match (matter, numbered_seen) {
                (true, false) => BookModule::matter("Front matter"),
                (true, true) => BookModule::matter("Back matter"),
                (false, _) => BookModule::chapter(&entry.title),
            });
        }
        in_matter = matter;
        numbered_seen |= !matter;
        if let Some(module) = modules.last_mut().filter(|_| !entry.link.is_empty()) {
            module.pages.push(PageEntry {
                title: entry.title,
                link: entry.link,
                place: entry.place,
            });
        }
    }
    modules.retain(|module| !module.pages.is_empty());
    modules
}

impl BookModule {
    fn matter(title: &str) -> Self {
        Self {
            title: title.to_owned(),
            gates: false,
            pages: Vec::new(),
        }
    }

    /// Makes a module of a chapter. An appendix does not gate, though many books list it among the
    /// numbered chapters.
    fn chapter(title: &str) -> Self {
        let first_word = title
            .split(|c: char| !c.is_alphanumeric())
            .next()
            .unwrap_or_default();
        let appendix = ["appendix", "appendices"].contains(&first_word.to_lowercase().as_str());
        Self {
            title: title.to_owned(),
            gates: !appendix,
            pages: Vec::new(),
        }
    }
}

/// Puts angle brackets around link targets with spaces. `[Title](my page.md)` is no link in
/// Markdown, but in an outline it can mean nothing else.
fn angle_links_with_spaces(text: &str) -> String {
    let lines = text.split_inclusive('\n').map(|line| {
        let body = line.trim_end();
        let spaced = body
            .strip_suffix(')')
            .and_then(|body| body.rsplit_once("]("));
        match spaced {
            Some((before, target))
                if target.contains(' ') && !target.contains(['<', '"', '\'', '(']) =>
            {
                format!("{before}](<{}>)\n", target.trim())
            }
            _ => line.to_owned(),
        }
    });
    lines.collect()
}

/// Resolves percent escapes such as `%20`. Text that would not become UTF-8 stays as written.
pub fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        let digits = tail.get(..2).and_then(|hex| std::str::from_utf8(hex).ok());
        let escaped = digits.and_then(|hex| u8::from_str_radix(hex, 16).ok());
        match escaped.filter(|_| first == b'%') {
            Some(byte) => {
                bytes.push(byte);
                rest = &tail[2..];
            }
            None => {
                bytes.push(first);
                rest = tail;
            }
        }
    }
    String::from_utf8(bytes).unwrap_or_else(|_| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outline(text: &str) -> Vec<(String, bool, Vec<String>)> {
        let mut problems = Problems::default();
        let modules = read(text, Path::new("src/SUMMARY.md"), &mut problems);
        assert_eq!(problems.errors, []);
        let pages = |module: &BookModule| {
            let pages = module.pages.iter();
            pages
                .map(|page| format!("{}={}", page.title, page.link))
                .collect()
        };
        modules
            .iter()
            .map(|module| (module.title.clone(), module.gates, pages(module)))
            .collect()
    }

    fn module(title: &str, gates: bool, pages: &[&str]) -> (String, bool, Vec<String>) {
        (
            title.to_owned(),
            gates,
            pages.iter().map(|page| (*page).to_owned()).collect(),
        )
    }

    #[test]
    fn everything_that_a_summary_may_have() {
        let text = "# Summary\n\n[Preface](preface.md)\n[Introduction](./README.md)\n\n# Part one\n\n\
            - [The `match` *construct*](a.md)\n\t- [Deep](a/b.md)\n\t\t- [Deeper](<a/b c.md>)\n\
            - [Draft]()\n    - [Under a draft](d.md)\n- Not written\n\n---\n\n## Part two\n\n\
            1. [Numbered](my%20page.md)\n   1. [With spaces](other page.md)\n\n* [Appendix](x.md)\n  * [A](xa.md)\n\n\
            ----\n\n[Glossary](g.md)\n[Thanks](t.md)\n";
        assert_eq!(
            outline(text),
            [
                module(
                    "Front matter",
                    false,
                    &["Preface=preface.md", "Introduction=./README.md"]
                ),
                module(
                    "The match construct",
                    true,
                    &["The match construct=a.md", "Deep=a/b.md", "Deeper=a/b c.md"]
                ),
                module("Draft", true, &["Under a draft=d.md"]),
                module(
                    "Numbered",
                    true,
                    &["Numbered=my page.md", "With spaces=other page.md"]
                ),
                module("Appendix", false, &["Appendix=x.md", "A=xa.md"]),
                module("Back matter", false, &["Glossary=g.md", "Thanks=t.md"]),
            ]
        );
    }

    #[test]
    fn places_are_lines_of_the_summary() {
        let mut problems = Problems::default();
        let modules = read(
            "# S\n\n- [A](a.md)\n- [B](b.md)\n",
            Path::new("s.md"),
            &mut problems,
        );
        assert_eq!(modules[1].pages[0].place, Place::new(Path::new("s.md"), 4));
    }

    #[test]
    fn an_empty_summary_is_an_error() {
        let mut problems = Problems::default();
        assert!(read("# Summary\n", Path::new("src/SUMMARY.md"), &mut problems).is_empty());
        assert!(problems.errors[0].message.contains("no chapters"));
    }

    #[test]
    fn percent_signs() {
        assert_eq!(percent_decoded("a%20b%C3%A9"), "a bé");
        assert_eq!(percent_decoded("100%"), "100%");
    }
}
