//! Puts the included files into a page.

use std::path::{Path, PathBuf};

use super::find_directives::directives;
use super::part::{IncludedPart, split_part};
use super::{ESCAPED, LEFT_OUT};
use crate::course::server::mdbook::folder::{CourseFolder, FileRefusal, MAX_FILE_BYTES};
use crate::course::server::mdbook::scan;
use crate::course::server::mdbook::source::{Place, Problems, Source};
use crate::platform::figures::megabytes;

/// Deepest nesting of includes.
const MAX_DEPTH: usize = 10;

/// Bytes that each include costs beyond its content, so that thousands of empty includes end too.
const COST_OF_INCLUDE: u64 = 8 * 1024;

fn too_much() -> String {
    let most = megabytes(MAX_FILE_BYTES as usize);
    format!("with its includes this page is larger than {most}")
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
            if let IncludedPart::Anchor(name) = part {
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
    ) -> Option<(PathBuf, String, &'t str, IncludedPart<'t>)> {
        let (path, part) = split_part(argument);
        let word = argument.split_whitespace().next().unwrap_or_default();
        let base = place.file.parent().unwrap_or(Path::new(""));
        let (path, part) = match self.folder.locate(base, path) {
            Err(FileRefusal::Missing) if word != argument => split_part(word),
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

/// Reason for not expanding an include.
enum NotOpened {
    Refused(FileRefusal),
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
