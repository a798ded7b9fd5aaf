//! Expands mdBook's directives that put files into pages, with their line ranges and anchors. The
//! directives are `{{#include}}`, `{{#rustdoc_include}}` and `{{#playground}}`.

use std::ops::Range;
use std::path::{Path, PathBuf};

use super::folder::{CourseFolder, MAX_FILE_BYTES, Refusal};
use super::scan;
use super::source::{Place, Problems, Source};
use crate::platform::figures::megabytes;

/// Deepest nesting of includes.
const MAX_DEPTH: usize = 10;

/// Bytes that each include costs beyond its content, so that thousands of empty includes end too.
const COST_OF_INCLUDE: u64 = 8 * 1024;

/// Inserted into `{{#…}}` of an escaped directive, so that no later step expands it. [`unescape`]
/// removes the character.
const ESCAPED: char = '\u{e000}';

/// Marks the place of an include that was left out, until [`unescape`] removes the character. A
/// code block with nothing else is left out too.
const LEFT_OUT: char = '\u{fdd0}';

pub fn unescape(text: &str) -> String {
    text.replace([ESCAPED, LEFT_OUT], "")
}

/// Returns true if the text consists only of includes that were left out.
pub fn is_left_out(text: &str) -> bool {
    text.contains(LEFT_OUT) && text.chars().all(|c| c == LEFT_OUT || c.is_whitespace())
}

/// Text of the form `{{#name argument}}`, or `{{%name argument}}` for some preprocessors.
#[derive(Debug, PartialEq)]
pub struct Directive<'a> {
    pub range: Range<usize>,
    /// Name with its percent sign, if it has one. mdBook's own directives have none.
    pub name: &'a str,
    pub argument: &'a str,
    /// True for `\{{#…}}`, which is shown as text. The range includes the backslash.
    escaped: bool,
}

pub fn directives(text: &str) -> Vec<Directive<'_>> {
    let mut found = Vec::new();
    let mut from = 0;
    let mut close = Ahead::new(text, "}}");
    let mut line_end = Ahead::new(text, "\n");
    while let Some(start) = text[from..].find("{{").map(|at| from + at) {
        from = start + 2;
        let inner = text[from..].trim_start_matches([' ', '\t']);
        let inner = inner.strip_prefix('#').unwrap_or(inner);
        let is_one = text[..text.len() - inner.len()].ends_with('#') || inner.starts_with('%');
        if !is_one {
            continue;
        }
        let inner_start = text.len() - inner.len();
        let Some(inner_end) = close.after(inner_start) else {
            break;
        };
        if line_end.after(inner_start).is_some_and(|at| at < inner_end) {
            continue;
        }
        let inner = &text[inner_start..inner_end];
        let end = inner_end + 2;
        let sign = usize::from(inner.starts_with('%'));
        let name_end = inner[sign..].find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
        let (name, argument) = inner.split_at(name_end.map_or(inner.len(), |at| sign + at));
        if name.len() == sign {
            continue;
        }
        let escaped = text[..start].ends_with('\\');
        found.push(Directive {
            range: start - usize::from(escaped)..end,
            name,
            argument: argument.trim(),
            escaped,
        });
        from = end;
    }
    found
}

/// Finds the next place of a mark. The place is kept until the search has passed it, so that each
/// part of the text is searched once.
struct Ahead<'t> {
    text: &'t str,
    mark: &'static str,
    next: Option<usize>,
}

impl<'t> Ahead<'t> {
    fn new(text: &'t str, mark: &'static str) -> Self {
        Self {
            text,
            mark,
            next: text.find(mark),
        }
    }

    /// Returns the first place at or after `start`, which never decreases.
    fn after(&mut self, start: usize) -> Option<usize> {
        if self.next? < start {
            self.next = self.text[start..].find(self.mark).map(|at| start + at);
        }
        self.next
    }
}

pub struct Expander<'a> {
    folder: &'a CourseFolder,
    problems: &'a mut Problems,
    /// Files that are being included, outermost first.
    within: Vec<PathBuf>,
    /// Bytes that the page may still grow by. Zero once the page was too large.
    budget: u64,
}

impl<'a> Expander<'a> {
    pub fn new(folder: &'a CourseFolder, problems: &'a mut Problems) -> Self {
        Self {
            folder,
            problems,
            within: Vec::new(),
            budget: MAX_FILE_BYTES,
        }
    }

    /// Returns a page with all its includes expanded.
    pub fn page(mut self, file: &Path, text: &str) -> Source {
        let lines: Vec<_> = text
            .split_inclusive('\n')
            .enumerate()
            .map(|(i, line)| (i + 1, line))
            .collect();
        self.within.push(file.to_path_buf());
        self.lines(file, &lines)
    }

    fn lines(&mut self, file: &Path, lines: &[(usize, &str)]) -> Source {
        let mut out = Source::default();
        // Directives in comments are not looked up.
        let comments = if is_markdown(file) {
            let text: String = lines.iter().map(|(_, line)| *line).collect();
            scan::comments(&text)
        } else {
            Vec::new()
        };
        let mut offset = 0;
        let mut place = Place::new(file, 1);
        for (number, line) in lines {
            place.line = *number;
            self.line(line, &place, &mut out, |at| {
                scan::is_within(&comments, offset + at)
            });
            offset += line.len();
        }
        out
    }

    fn line(
        &mut self,
        line: &str,
        place: &Place,
        out: &mut Source,
        commented: impl Fn(usize) -> bool,
    ) {
        let mut done = 0;
        let margin = line.find(|c: char| !" \t>".contains(c));
        let margin = margin.unwrap_or(line.len());
        for directive in directives(line) {
            if commented(directive.range.start) {
                continue;
            }
            let before = &line[done..directive.range.start];
            let whole = &line[directive.range.clone()];
            let lead = &line[..directive.range.start];
            let is_inside = lead.len() <= margin;
            let indent = if is_inside { lead } else { "" };
            let (name, argument) = (directive.name, directive.argument);
            let rest = &line[directive.range.end..];
            let put_in = match name {
                // Text such as `{{#include}}` in backticks is no directive: as in mdBook, a
                // directive needs an argument.
                _ if argument.is_empty() && before.ends_with('`') && rest.starts_with('`') => None,
                _ if directive.escaped => Some(Source::at(&escaped(whole), place)),
                "include" | "rustdoc_include" => Some(self.include(argument, place)),
                "playground" | "playpen" => Some(self.playground(argument, place)),
                "title" => Some(Source::default()),
                _ => None,
            };
            if let Some(put_in) = put_in {
                let put_in = self.affordable(put_in, indent, place);
                out.push(before, place);
                out.append(&put_in, indent);
                done = directive.range.end;
            }
        }
        out.push(&line[done..], place);
    }

    /// Returns the text to put in, or leaves it out if its indented lines would make the page too
    /// large.
    fn affordable(&mut self, put_in: Source, indent: &str, place: &Place) -> Source {
        let added = (indent.len() as u64).saturating_mul(put_in.line_count() as u64);
        if added == 0 || added < self.budget {
            self.budget = self.budget.saturating_sub(added);
            return put_in;
        }
        self.budget = 0;
        self.problems.error(place, too_much());
        left_out(place)
    }

    fn include(&mut self, argument: &str, place: &Place) -> Source {
        let opened = self.open_part(argument, place);
        let Some((file, text, path, part)) = opened else {
            return left_out(place);
        };
        let Some(mut lines) = part.take(&text) else {
            if let Part::Anchor(name) = part {
                let message = format!("'{path}' has no ANCHOR named '{name}'");
                self.problems.left_out(place, message);
            }
            return left_out(place);
        };
        if let Some((_, last)) = lines.last_mut() {
            *last = last.strip_suffix('\n').unwrap_or(last);
        }
        self.within.push(file.clone());
        let source = self.lines(&file, &lines);
        self.within.pop();
        source
    }

    /// Opens the file of an include. As in mdBook, the name ends at the first space, unless a file
    /// with spaces in its name exists.
    fn open_part<'t>(
        &mut self,
        argument: &'t str,
        place: &Place,
    ) -> Option<(PathBuf, String, &'t str, Part<'t>)> {
        let (path, part) = split_part(argument);
        let word = argument.split_whitespace().next().unwrap_or_default();
        let base = place.file.parent().unwrap_or(Path::new(""));
        let (path, part) = match self.folder.locate(base, path) {
            Err(Refusal::Missing) if word != argument => split_part(word),
            _ => (path, part),
        };
        let (file, text) = self.open(path, place)?;
        Some((file, text, path, part))
    }

    /// Returns a Rust file as a code block.
    fn playground(&mut self, argument: &str, place: &Place) -> Source {
        let mut words = argument.split_whitespace();
        let mut source = Source::default();
        let Some((file, text)) = self.open(words.next().unwrap_or_default(), place) else {
            return left_out(place);
        };
        let flags: String = words.map(|word| format!(",{word}")).collect();
        source.push(&format!("```rust{flags}\n"), place);
        source.append(&Source::at(text.trim_end(), &Place::new(&file, 1)), "");
        source.push("\n```", place);
        source
    }

    fn open(&mut self, path: &str, place: &Place) -> Option<(PathBuf, String)> {
        match self.try_open(path, place) {
            Ok(opened) => Some(opened),
            Err(NotOpened::Refused(refusal)) => {
                let why = self.folder.explain(refusal);
                let message = format!("the include '{path}' {why}");
                self.problems.refused(place, refusal, message);
                None
            }
            Err(NotOpened::TooMuch) => {
                self.problems.error(place, too_much());
                None
            }
            Err(NotOpened::LeftOut(message)) => {
                self.problems.left_out(place, message);
                None
            }
        }
    }

    fn try_open(&mut self, path: &str, place: &Place) -> Result<(PathBuf, String), NotOpened> {
        if path.is_empty() {
            return Err(NotOpened::LeftOut("this include names no file".to_owned()));
        }
        let base = place.file.parent().unwrap_or(Path::new(""));
        let file = self.folder.locate(base, path).map_err(NotOpened::Refused)?;
        if self.within.contains(&file) {
            let message = format!("the include '{path}' includes itself");
            return Err(NotOpened::LeftOut(message));
        }
        if self.within.len() > MAX_DEPTH {
            let message = format!("the include '{path}' is nested more than {MAX_DEPTH} deep");
            return Err(NotOpened::LeftOut(message));
        }
        if self.budget == 0 {
            return Err(NotOpened::TooMuch);
        }
        let text = self.folder.read(&file).map_err(NotOpened::Refused)?;
        self.budget = self
            .budget
            .saturating_sub(text.len() as u64 + COST_OF_INCLUDE);
        if self.budget == 0 {
            return Err(NotOpened::TooMuch);
        }
        Ok((file, text))
    }
}

fn too_much() -> String {
    let most = megabytes(MAX_FILE_BYTES as usize);
    format!("with its includes this page is larger than {most}")
}

/// Reason for not expanding an include.
enum NotOpened {
    Refused(Refusal),
    /// The page would become larger than a file may be.
    TooMuch,
    LeftOut(String),
}

fn left_out(place: &Place) -> Source {
    Source::at(&LEFT_OUT.to_string(), place)
}

fn is_markdown(file: &Path) -> bool {
    file.extension()
        .is_some_and(|ending| ending.eq_ignore_ascii_case("md"))
}

fn escaped(directive: &str) -> String {
    directive
        .trim_start_matches('\\')
        .replacen("{{", &format!("{{{{{ESCAPED}"), 1)
}

/// The part of a file that an include takes.
#[derive(Debug, PartialEq)]
enum Part<'a> {
    /// First and last line, 1-based and inclusive.
    Lines(usize, usize),
    Anchor(&'a str),
}

/// Splits `path`, `path:3`, `path:3:`, `path::9`, `path:3:9` or `path:anchor` into path and part.
fn split_part(argument: &str) -> (&str, Part<'_>) {
    let Some((path, part)) = argument.split_once(':') else {
        return (argument, Part::Lines(1, usize::MAX));
    };
    let (first, last) = match part.split_once(':') {
        Some((first, last)) => (first.trim(), Some(last.trim())),
        None => (part.trim(), None),
    };
    let part = match (first.parse(), last.map(str::parse)) {
        (Ok(line), None) => Part::Lines(line, line),
        (Ok(from), Some(to)) => Part::Lines(from, to.unwrap_or(usize::MAX)),
        (Err(_), Some(to)) if first.is_empty() => Part::Lines(1, to.unwrap_or(usize::MAX)),
        (Err(_), _) if first.is_empty() => Part::Lines(1, usize::MAX),
        (Err(_), _) => Part::Anchor(first),
    };
    (path.trim(), part)
}

impl Part<'_> {
    /// Returns the lines of the part with their numbers, without lines that mark anchors. None if
    /// the file has no such anchor.
    fn take<'t>(&self, text: &'t str) -> Option<Vec<(usize, &'t str)>> {
        let numbered = text
            .split_inclusive('\n')
            .enumerate()
            .map(|(i, line)| (i + 1, line));
        match self {
            Self::Lines(first, last) => {
                let wanted = numbered.filter(|(number, _)| (first..=last).contains(&number));
                Some(wanted.filter(|(_, line)| marker(line).is_none()).collect())
            }
            Self::Anchor(name) => {
                let mut inside = None;
                let mut taken = Vec::new();
                for (number, line) in numbered {
                    match marker(line) {
                        Some(("ANCHOR", anchor)) if anchor == *name => {
                            inside = inside.or(Some(true))
                        }
                        Some((_, anchor)) if anchor == *name && inside.is_some() => {
                            inside = Some(false)
                        }
                        Some(_) => {}
                        None if inside == Some(true) => taken.push((number, line)),
                        None => {}
                    }
                }
                inside.map(|_| taken)
            }
        }
    }
}

/// Returns the word and the name of `ANCHOR: name` or `ANCHOR_END: name` in a line.
fn marker(line: &str) -> Option<(&str, &str)> {
    let word = &line[line.find("ANCHOR")?..];
    let (word, rest) = word.split_once(':')?;
    let word = ["ANCHOR", "ANCHOR_END"]
        .into_iter()
        .find(|known| *known == word)?;
    let rest = rest.trim_start();
    let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_' && c != '-');
    let name = &rest[..end.unwrap_or(rest.len())];
    (!name.is_empty()).then_some((word, name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::course::server::draft::CourseError;

    fn expand(files: &[(&str, &str)]) -> (Source, Problems) {
        let dir = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = dir.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        let folder = CourseFolder::open(dir.path(), None).unwrap();
        let mut problems = Problems::default();
        let source =
            Expander::new(&folder, &mut problems).page(Path::new("src/page.md"), files[0].1);
        (source, problems)
    }

    fn expanded(page: &str, file: &str) -> String {
        let (source, problems) = expand(&[("src/page.md", page), ("code/x.rs", file)]);
        assert_eq!(problems.errors, []);
        source.text().to_owned()
    }

    const TEN: &str = "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n";

    #[test]
    fn line_ranges() {
        for (part, lines) in [
            (":2", "2"),
            (":9:10", "9\n10"),
            (":9:", "9\n10"),
            ("::2", "1\n2"),
            (":20", ""),
            ("", TEN.trim_end()),
        ] {
            let page = format!("{{{{#include ../code/x.rs{part}}}}}\n");
            assert_eq!(expanded(&page, TEN), format!("{lines}\n"), "{part}");
        }
    }

    const NESTED: &str =
        "a\n// ANCHOR: all\nb\n// ANCHOR: one\nc\n// ANCHOR_END: one\nd\n// ANCHOR_END: all\ne\n";

    #[test]
    fn anchors_lose_their_markers_and_those_nested_in_them() {
        assert_eq!(expanded("{{#include ../code/x.rs:all}}", NESTED), "b\nc\nd");
        assert_eq!(
            expanded("{{#rustdoc_include ../code/x.rs:one}}", NESTED),
            "c"
        );
        assert_eq!(
            expanded("{{#include ../code/x.rs}}", NESTED),
            "a\nb\nc\nd\ne"
        );
    }

    #[test]
    fn many_openings_are_read_in_linear_time() {
        let many = 300_000;
        let begun = std::time::Instant::now();
        let nested = format!("{}}}}}", "{{#".repeat(many));
        assert_eq!(directives(&nested), []);
        let lines = format!("{}\n}}}}", "{{#a ".repeat(many));
        assert_eq!(directives(&lines), []);
        assert_eq!(directives("{{#a {{#b c}} {{#d\n}} {{#e f}}").len(), 2);
        let comments = "<!-- {{#include a.rs}} -->\n\n".repeat(many / 10);
        assert_eq!(expanded(&comments, ""), comments);
        assert!(begun.elapsed().as_secs() < 60);
    }

    #[test]
    fn the_indentation_of_an_include_counts_for_the_size_of_the_page() {
        let page = format!("{}{{{{#include ../code/x.rs}}}}\n", " ".repeat(100_000));
        let (_, problems) = expand(&[("src/page.md", &page), ("code/x.rs", &"a\n".repeat(1000))]);
        assert!(problems.errors[0].message.contains("larger than 20 MB"));
    }

    #[test]
    fn playground_title_and_escapes() {
        let shown = expanded(
            "{{#title T}}{{#playground ../code/x.rs editable}}\n",
            "fn main() {}\n",
        );
        assert_eq!(shown, "```rust,editable\nfn main() {}\n```\n");
        let shown = expanded("see \\{{#include ../code/x.rs}} here", "");
        assert_eq!(unescape(&shown), "see {{#include ../code/x.rs}} here");
    }

    #[test]
    fn an_include_keeps_the_indentation_and_the_quotation_it_stands_in() {
        assert_eq!(
            expanded("> {{#include ../code/x.rs}}\n", "a\n\nb\n"),
            "> a\n\n> b\n"
        );
        assert_eq!(
            expanded("   {{#include ../code/x.rs}}\n", "a\nb\n"),
            "   a\n   b\n"
        );
    }

    #[test]
    fn includes_nest_relative_to_the_file_they_stand_in_and_know_their_lines() {
        let (source, problems) = expand(&[
            ("src/page.md", "top\n{{#include ../parts/a.md}}\n"),
            ("parts/a.md", "in a\n{{#include b.md:2}}\n"),
            ("parts/b.md", "no\nin b\n"),
        ]);
        assert_eq!(problems.errors, []);
        assert_eq!(source.text(), "top\nin a\nin b\n");
        assert_eq!(
            source.place(source.text().len() - 2),
            Place::new(Path::new("parts/b.md"), 2)
        );
    }

    #[test]
    fn what_is_wrong_is_said_with_file_and_line() {
        let (_, problems) = expand(&[
            (
                "src/page.md",
                "x\n{{#include none.rs}}\n{{#include /etc/passwd}}\n{{#include ../../etc/passwd}}\n\
                 {{#include page.md}}\n{{#include ../a.rs:b}}\n{{#include ../loop.md}}\n",
            ),
            ("a.rs", "fn a() {}\n"),
            ("loop.md", "\n{{#include loop.md}}"),
        ]);
        let said = |list: &[CourseError]| list.iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(
            said(&problems.errors),
            [
                "src/page.md:3: the include '/etc/passwd' is an absolute path; only files of the course folder can \
                 be used",
                "src/page.md:4: the include '../../etc/passwd' leaves the course folder; --root DIR names a wider \
                 folder whose files may be used",
            ]
        );
        assert_eq!(
            said(&problems.warnings),
            [
                "src/page.md:2: the include 'none.rs' does not exist",
                "src/page.md:5: the include 'page.md' includes itself",
                "src/page.md:6: '../a.rs' has no ANCHOR named 'b'",
                "loop.md:2: the include 'loop.md' includes itself",
            ]
        );
    }

    #[test]
    fn the_name_of_a_file_ends_at_a_space_unless_it_has_one() {
        let (source, problems) = expand(&[
            (
                "src/page.md",
                "{{#include a.md some words}} {{#include b c.md}}",
            ),
            ("src/a.md", "a"),
            ("src/b c.md", "b c"),
        ]);
        assert_eq!((source.text(), problems.warnings.len()), ("a b c", 0));
    }

    #[test]
    fn deep_and_exploding_includes_are_refused() {
        let mut files = vec![("src/page.md".to_owned(), "{{#include ../f0.md}}".to_owned())];
        for level in 0..12 {
            let next = format!("{{{{#include f{}.md}}}}\n", level + 1);
            files.push((format!("f{level}.md"), next.repeat(9)));
        }
        files.push(("f12.md".to_owned(), "x".to_owned()));
        let files: Vec<_> = files
            .iter()
            .map(|(path, text)| (path.as_str(), text.as_str()))
            .collect();
        let (source, problems) = expand(&files);
        assert!(!problems.errors.is_empty());
        assert!(source.text().len() < MAX_FILE_BYTES as usize);
    }

    #[test]
    fn a_commented_include_is_left_alone() {
        let (_, problems) = expand(&[("src/page.md", "<!--\n{{#include gone.rs}}\n-->\n")]);
        assert_eq!(problems.errors, []);
    }
}
