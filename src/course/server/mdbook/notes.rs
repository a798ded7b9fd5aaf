//! Converts notes and warnings to GitHub's alerts, which the platform shows as callouts. Sources
//! are quotations that begin with "Note:" and mdbook-admonish's fences. Other quotations stay.

use super::scan::{self, PageBlockKind, Scan};
use super::source::{Edits, Source};

/// GitHub's alerts, each with the kinds of mdbook-admonish that it stands for.
const KINDS: [(&str, &[&str]); 5] = [
    (
        "NOTE",
        &[
            "note", "abstract", "summary", "tldr", "info", "todo", "question", "help", "faq",
            "example", "quote", "cite",
        ],
    ),
    ("TIP", &["tip", "hint", "success", "check", "done"]),
    ("IMPORTANT", &["important"]),
    ("WARNING", &["warning", "attention"]),
    (
        "CAUTION",
        &[
            "caution", "failure", "fail", "missing", "danger", "error", "bug",
        ],
    ),
];

/// Deepest nesting of admonitions.
const MAX_NESTING: usize = 5;

fn alert(kind: &str) -> Option<&'static str> {
    let kind = kind.to_ascii_lowercase();
    KINDS
        .iter()
        .find(|(_, names)| names.contains(&kind.as_str()))
        .map(|(alert, _)| *alert)
}

/// Makes alerts of quotations whose first words are "Note:" or similar.
pub fn rewrite(scan: &Scan, text: &str, edits: &mut Edits) {
    for (index, block) in scan.blocks.iter().enumerate() {
        let PageBlockKind::Quote(container) = block.kind else {
            continue;
        };
        let first = scan.blocks[index + 1..]
            .iter()
            .find(|inner| inner.container == container);
        let Some(first) = first.filter(|first| first.kind == PageBlockKind::Paragraph) else {
            continue;
        };
        let paragraph = &text[first.range.clone()];
        if let Some((alert, label)) = label(paragraph) {
            let prefix = scan::line_prefix(text, first.range.start);
            let start = first.range.start;
            let mut end = start + label;
            let mut capital = String::new();
            if let Some(small) = text[end..first.range.end]
                .chars()
                .next()
                .filter(char::is_ascii_lowercase)
            {
                capital.push(small.to_ascii_uppercase());
                end += 1;
            }
            edits.replace(start..end, format!("[!{alert}]\n{prefix}{capital}"));
        }
    }
}

/// Returns the alert that a paragraph announces with `Note:`, `**Note:**` or `*Note*:`, and the
/// announcement's length in bytes.
fn label(paragraph: &str) -> Option<(&'static str, usize)> {
    let word = paragraph.trim_start_matches(['*', '_']);
    let marks = &paragraph[..paragraph.len() - word.len()];
    let end = word.find(|c: char| !c.is_ascii_alphabetic())?;
    let name = word[..end].to_ascii_lowercase();
    let known = [
        "note",
        "tip",
        "important",
        "warning",
        "caution",
        "attention",
        "info",
        "hint",
    ];
    let alert =
        alert(&name).filter(|_| known.contains(&name.as_str()) && !marks.contains("****"))?;
    let rest = &word[end..];
    let rest = match rest.strip_prefix(':') {
        Some(rest) => rest.strip_prefix(marks)?,
        None => rest.strip_prefix(marks)?.strip_prefix(':')?,
    };
    let rest = rest.trim_start_matches([' ', '\n', '>']);
    Some((alert, paragraph.len() - rest.len()))
}

/// Turns ```` ```admonish warning title="Mind" ```` fences into quotations, so that later steps
/// rewrite their content too.
pub fn without_admonish(mut source: Source) -> Source {
    for _ in 0..MAX_NESTING {
        if !source.text().contains("admonish") {
            break;
        }
        let scan = scan::scan(source.text());
        let fences = scan.fences.iter().filter(|fence| is_admonish(&fence.info));
        let found: Vec<_> = fences
            .map(|fence| (fence.range.clone(), fence.info.clone()))
            .collect();
        if found.is_empty() {
            break;
        }
        source = as_quotations(&source, &found);
    }
    source
}

fn is_admonish(info: &str) -> bool {
    info.split([' ', ',']).next() == Some("admonish")
}

fn as_quotations(source: &Source, fences: &[(std::ops::Range<usize>, String)]) -> Source {
    let mut out = Source::default();
    let mut offset = 0;
    for (line, place) in source.lines_with_places() {
        let end = offset + line.len();
        let fence = fences
            .iter()
            .find(|(range, _)| range.start < end && range.end > offset);
        match fence {
            None => out.push(line, place),
            Some((range, info)) => {
                let prefix = scan::line_prefix(source.text(), range.start);
                if range.start >= offset {
                    let lead = &source.text()[offset..range.start];
                    out.push(&format!("{lead}> {}\n", head(info)), place);
                } else if range.end <= end && is_closing(line) {
                    out.push(&format!("{}\n", prefix.trim_end()), place);
                } else {
                    let content = line
                        .strip_prefix(prefix.as_str())
                        .unwrap_or(line.trim_start());
                    out.push(&format!("{prefix}> {content}"), place);
                }
            }
        }
        offset = end;
    }
    out
}

fn is_closing(line: &str) -> bool {
    let line = line.trim_start_matches([' ', '>', '\t']).trim_end();
    line.len() >= 3 && (line.chars().all(|c| c == '`') || line.chars().all(|c| c == '~'))
}

/// Returns the first line of an alert, such as `[!WARNING] Mind`.
fn head(info: &str) -> String {
    let rest = info.strip_prefix("admonish").unwrap_or(info).trim();
    let word = rest.split([' ', ',', '.']).next().unwrap_or_default();
    let kind = alert(word).map(|_| word);
    let alert = kind.and_then(alert).unwrap_or("NOTE");
    let title = match attribute(rest, "title") {
        Some(title) => title,
        None if kind.is_none_or(|kind| kind.eq_ignore_ascii_case(alert)) => String::new(),
        None => capitalized(word),
    };
    format!("[!{alert}] {title}").trim_end().to_owned()
}

fn attribute(info: &str, name: &str) -> Option<String> {
    let (_, rest) = info.split_once(&format!("{name}="))?;
    let quote = rest.chars().next().filter(|c| *c == '"' || *c == '\'')?;
    let (value, _) = rest[1..].split_once(quote)?;
    Some(value.trim().to_owned())
}

fn capitalized(word: &str) -> String {
    let mut letters = word.chars();
    let first = letters.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::course::server::mdbook::source::Place;

    fn noted(text: &str) -> String {
        let mut edits = Edits::default();
        rewrite(&scan::scan(text), text, &mut edits);
        edits.apply(text)
    }

    #[test]
    fn quotations_that_say_note() {
        assert_eq!(
            noted("> Note: this is\n> it.\n"),
            "> [!NOTE]\n> This is\n> it.\n"
        );
        assert_eq!(noted("> **Note:** `x` is\n"), "> [!NOTE]\n> `x` is\n");
        assert_eq!(noted("> _Note_: if\n"), "> [!NOTE]\n> If\n");
        assert_eq!(
            noted("- a\n  > *Warning:* mind\n"),
            "- a\n  > [!WARNING]\n  > Mind\n"
        );
    }

    #[test]
    fn quotations_that_are_quotations() {
        for text in [
            "> Notes: none\n",
            "> ### Note: heading\n",
            "> [!TIP]\n> x\n",
            "> *Note* well\n",
            "> \n",
        ] {
            assert_eq!(noted(text), text);
        }
    }

    fn admonished(text: &str) -> String {
        let source = Source::at(text, &Place::new(Path::new("a.md"), 1));
        without_admonish(source).text().to_owned()
    }

    #[test]
    fn admonish_fences() {
        assert_eq!(
            admonished("a\n\n```admonish warning title=\"Mind *it*\"\nOne\n\n- two\n```\n\nb\n"),
            "a\n\n> [!WARNING] Mind *it*\n> One\n> \n> - two\n\n\nb\n"
        );
        assert_eq!(admonished("```admonish\nx\n```\n"), "> [!NOTE]\n> x\n\n");
        assert_eq!(
            admonished("```admonish bug\nx\n```\n"),
            "> [!CAUTION] Bug\n> x\n\n"
        );
        assert_eq!(
            admonished("- ```admonish tip\n  x\n  ```\n"),
            "- > [!TIP]\n  > x\n\n"
        );
    }

    #[test]
    fn admonish_in_admonish_and_in_code() {
        let nested = "````admonish note\na\n```admonish tip\nb\n```\n````\n";
        assert_eq!(
            admonished(nested),
            "> [!NOTE]\n> a\n> > [!TIP]\n> > b\n>\n\n"
        );
        let shown = "````md\n```admonish\nx\n```\n````\n";
        assert_eq!(admonished(shown), shown);
    }
}
