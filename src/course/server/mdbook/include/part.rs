//! The part of a file that an include takes: all of it, some lines, or an anchor.

/// The part of a file that an include takes.
#[derive(Debug, PartialEq)]
pub enum IncludedPart<'a> {
    /// First and last line, 1-based and inclusive.
    Lines(usize, usize),
    Anchor(&'a str),
}

/// Splits `path`, `path:3`, `path:3:`, `path::9`, `path:3:9` or `path:anchor` into path and part.
pub fn split_part(argument: &str) -> (&str, IncludedPart<'_>) {
    let Some((path, part)) = argument.split_once(':') else {
        return (argument, IncludedPart::Lines(1, usize::MAX));
    };
    let (first, last) = match part.split_once(':') {
        Some((first, last)) => (first.trim(), Some(last.trim())),
        None => (part.trim(), None),
    };
    let part = match (first.parse(), last.map(str::parse)) {
        (Ok(line), None) => IncludedPart::Lines(line, line),
        (Ok(from), Some(to)) => IncludedPart::Lines(from, to.unwrap_or(usize::MAX)),
        (Err(_), Some(to)) if first.is_empty() => IncludedPart::Lines(1, to.unwrap_or(usize::MAX)),
        (Err(_), _) if first.is_empty() => IncludedPart::Lines(1, usize::MAX),
        (Err(_), _) => IncludedPart::Anchor(first),
    };
    (path.trim(), part)
}

impl IncludedPart<'_> {
    /// Returns the lines of the part with their numbers, without lines that mark anchors. None if
    /// the file has no such anchor.
    pub fn take<'t>(&self, text: &'t str) -> Option<Vec<(usize, &'t str)>> {
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
