//! The questions of a file, which blank lines part, each with the comments before it.

use super::signs;

pub struct Block<'a> {
    /// Where its text begins, from 1.
    pub line: usize,
    comments: Vec<&'a str>,
    /// Escaped signs are put aside.
    title: Option<String>,
    body: String,
}

pub fn blocks(text: &str) -> impl Iterator<Item = Block<'_>> {
    let mut lines = text.lines().map(str::trim).zip(1..).peekable();
    std::iter::from_fn(move || {
        loop {
            while lines.next_if(|(line, _)| line.is_empty()).is_some() {}
            lines.peek()?;
            let mut comments = Vec::new();
            let mut content: Vec<(&str, usize)> = Vec::new();
            while let Some((line, number)) = lines.next_if(|(line, _)| !line.is_empty()) {
                match line.strip_prefix("//") {
                    Some(comment) => comments.push(comment),
                    None if line.starts_with("$CATEGORY:") && content.is_empty() => {}
                    None => content.push((line, number)),
                }
            }
            if let Some((_, first)) = content.first() {
                return Some(Block::new(*first, comments, &content));
            }
        }
    })
}

impl<'a> Block<'a> {
    fn new(line: usize, comments: Vec<&'a str>, content: &[(&str, usize)]) -> Self {
        let lines: Vec<&str> = content.iter().map(|(line, _)| *line).collect();
        let text = signs::hidden(&lines.join("\n"));
        let titled = text
            .strip_prefix("::")
            .and_then(|rest| rest.split_once("::"));
        let (title, body) = match titled {
            Some((title, body)) => (Some(title.trim().to_owned()), body.trim().to_owned()),
            None => (None, text.strip_prefix("::").unwrap_or(&text).to_owned()),
        };
        Self {
            line,
            comments,
            title,
            body,
        }
    }

    /// Its title, maybe empty.
    pub fn name(&self) -> String {
        self.title.as_deref().map(signs::shown).unwrap_or_default()
    }

    pub fn body(&self) -> &str {
        &self.body
    }

    /// What comments say as `[id:…]` or `[tag:…]`.
    pub fn comment(&self, what: &str) -> impl Iterator<Item = String> {
        let open = format!("[{what}:");
        self.comments
            .iter()
            .flat_map(move |comment| bracketed(comment, &open))
    }
}

fn bracketed(comment: &str, open: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = comment;
    while let Some((_, inner)) = rest.split_once(open) {
        let Some(end) = closing_bracket(inner) else {
            break;
        };
        found.push(inner[..end].replace("\\]", "]"));
        rest = &inner[end + 1..];
    }
    found
}

fn closing_bracket(text: &str) -> Option<usize> {
    text.match_indices(']')
        .map(|(at, _)| at)
        .find(|at| !text[..*at].ends_with('\\'))
}
