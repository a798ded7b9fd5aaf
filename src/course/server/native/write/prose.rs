//! Makes stored Markdown readable for people who edit it in files: paths instead of `file:KEY`, and
//! `{{question KEY}}` instead of the mark that rendering replaces.

use std::path::Path;

use super::super::folder::Folder;
use super::super::media::{self, FileKind};
use super::super::prose::Passage;
use super::super::reading::Reading;
use super::super::report::Mistakes;

/// Knows the files of an export, to write paths to them.
pub struct ProseWriter {
    reading: Reading,
}

impl ProseWriter {
    pub fn new<'a>(files: impl Iterator<Item = &'a str>) -> Self {
        let reading = Reading::new(Folder::of_names(files), Mistakes::default());
        reading.mark_export();
        Self { reading }
    }

    /// Returns the text as a person would write it in the file `at`. Text that would be read
    /// differently stays as it is: exports may have `file:KEY` and marks.
    pub fn write(&self, at: &Path, text: &str) -> String {
        if !text.contains("file:") && !text.contains("data-question") {
            return text.to_owned();
        }
        let linked = with_paths(at, text);
        let attempts = [with_directives(&linked), linked];
        let mut readable = attempts.into_iter();
        readable
            .find(|attempt| self.read(at, attempt) == text)
            .unwrap_or_else(|| text.to_owned())
    }

    fn read(&self, at: &Path, text: &str) -> String {
        let passage = Passage {
            reading: &self.reading,
            file: at,
            first_line: 1,
            last_line: usize::MAX,
            text,
        };
        passage.read("the text", usize::MAX / 100).text
    }
}

/// Returns the path to a file of the course from the file `at`, which is at the top or in a folder
/// there.
pub fn path_to(at: &Path, key: &str) -> String {
    let folder = at.parent().and_then(Path::to_str).unwrap_or_default();
    if folder.is_empty() {
        return key.to_owned();
    }
    match key
        .strip_prefix(folder)
        .and_then(|rest| rest.strip_prefix('/'))
    {
        Some(rest) => rest.to_owned(),
        None => format!("../{key}"),
    }
}

fn with_paths(at: &Path, text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut parts = text.split("](file:");
    out.push_str(parts.next().unwrap_or_default());
    for rest in parts {
        let end = rest.find([')', ' ', '#', '\n']).unwrap_or(rest.len());
        let (key, after) = rest.split_at(end);
        let is_picture = out
            .rfind('[')
            .is_some_and(|bracket| out[..bracket].ends_with('!'));
        let kind = media::of(Path::new(key)).map(|(kind, _)| kind);
        let is_readable = kind.is_some_and(|kind| !is_picture || kind == FileKind::Picture)
            && after.starts_with([')', ' ']);
        match is_readable {
            true => out.push_str(&format!("]({}", path_to(at, key))),
            false => out.push_str(&format!("](file:{key}")),
        }
        out.push_str(after);
    }
    out
}

/// Replaces each mark of a question that has an empty line before and after it.
fn with_directives(text: &str) -> String {
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let is_empty = |at: Option<usize>| {
        at.and_then(|at| lines.get(at))
            .is_some_and(|line| *line == "\n")
    };
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while at < lines.len() {
        if let Some(key) = lines.get(at + 1).and_then(|line| marked_key(line))
            && is_empty(Some(at))
            && is_empty(Some(at + 2))
        {
            let mark = lines[at + 1];
            let indent = &mark[..mark.len() - mark.trim_start().len()];
            out.push_str(&format!("{indent}{{{{question {key}}}}}\n"));
            at += 3;
        } else {
            out.push_str(lines[at]);
            at += 1;
        }
    }
    out
}

fn marked_key(line: &str) -> Option<&str> {
    let inside = line.trim().strip_prefix("<div data-question=\"")?;
    inside.strip_suffix("\"></div>")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stored_text_becomes_what_its_author_wrote() {
        let writer = ProseWriter::new(["one/img/a.svg", "b.csv", "odd.md"].into_iter());
        let at = Path::new("one/01-x.md");
        let stored = "![A](file:one/img/a.svg) and [b](file:b.csv).\n\n<div data-question=\"why\"></div>\n\nEnd.\n";
        let written = "![A](img/a.svg) and [b](../b.csv).\n{{question why}}\nEnd.\n";
        assert_eq!(writer.write(at, stored), written);
        assert_eq!(writer.read(at, written), stored);
    }

    #[test]
    fn text_that_would_be_read_differently_stays() {
        let writer = ProseWriter::new(["one/img/a.svg", "odd.md"].into_iter());
        let at = Path::new("one/01-x.md");
        for stored in [
            "```\n![A](file:one/img/a.svg)\n```\n",
            "[odd](file:odd.md)\n",
            "[gone](file:gone.svg)\n",
            "`[A](file:one/img/a.svg)` ![A](file:one/img/a.svg)\n",
            "<div>\n\n<div data-question=\"no slug\"></div>\n\n</div>\n",
        ] {
            assert_eq!(writer.write(at, stored), stored);
        }
    }
}
