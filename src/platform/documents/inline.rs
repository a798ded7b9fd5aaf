//! Text within a paragraph as Markdown: marks are kept, and everything else means itself.

/// Escapes the signs that Markdown would read as marks, joins white space, and takes out what
/// can't be stored.
pub fn escape(text: &str) -> String {
    let text = joined(text);
    let mut out = String::with_capacity(text.len() + 8);
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let is_first = at == 0;
        let next = chars.peek().map(|(_, next)| *next);
        let is_escaped = match c {
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '$' | '~' => true,
            '&' => next.is_some_and(|next| next.is_alphanumeric() || next == '#'),
            '#' | '>' | '+' | '-' | '=' => is_first,
            // “1.” would begin a list.
            '.' | ')' => {
                at > 0
                    && at < 10
                    && next.is_none_or(char::is_whitespace)
                    && text[..at].chars().all(|c| c.is_ascii_digit())
            }
            _ => false,
        };
        if is_escaped {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// Text with single spaces, without control characters and with letters instead of ligatures.
pub fn joined(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut is_space = true;
    for c in text.chars() {
        match c {
            c if c.is_whitespace() => {
                if !is_space {
                    out.push(' ');
                }
                is_space = true;
                continue;
            }
            c if c.is_control() || matches!(c, '\u{ad}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}') => {
                continue;
            }
            'ﬀ' => out.push_str("ff"),
            'ﬁ' => out.push_str("fi"),
            'ﬂ' => out.push_str("fl"),
            'ﬃ' => out.push_str("ffi"),
            'ﬄ' => out.push_str("ffl"),
            'ﬅ' | 'ﬆ' => out.push_str("st"),
            c => out.push(c),
        }
        is_space = false;
    }
    out.truncate(out.trim_end().len());
    out
}

/// A run of text with its marks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Run {
    pub text: String,
    pub bold: bool,
    pub italic: bool,
    pub code: bool,
}

/// Writes runs as Markdown. Neighbors with the same marks are one.
pub fn write(runs: &[Run]) -> String {
    let mut merged: Vec<Run> = Vec::new();
    for run in runs.iter().filter(|run| !run.text.is_empty()) {
        match merged.last_mut() {
            Some(last)
                if (last.bold, last.italic, last.code) == (run.bold, run.italic, run.code) =>
            {
                last.text.push_str(&run.text);
            }
            // Space has no marks of its own.
            Some(last) if run.text.trim().is_empty() => last.text.push(' '),
            _ => merged.push(run.clone()),
        }
    }
    let is_all_bold = !merged.is_empty() && merged.iter().all(|run| run.bold);
    let mut out = String::new();
    for run in &merged {
        let text = joined(&run.text);
        let leads = run.text.starts_with(char::is_whitespace);
        if leads && !out.is_empty() && !out.ends_with(' ') {
            out.push(' ');
        }
        if text.is_empty() {
            continue;
        }
        if run.code {
            let fence = if text.contains('`') { "``" } else { "`" };
            out.push_str(&format!("{fence}{text}{fence}"));
        } else {
            let mark = match (run.bold && !is_all_bold, run.italic) {
                (true, true) => "***",
                (true, false) => "**",
                (false, true) => "*",
                (false, false) => "",
            };
            // Marks within a word would be read as signs.
            let touches = out.ends_with(char::is_alphanumeric);
            let mark = if touches { "" } else { mark };
            let text = match out.is_empty() {
                true => escape(&text),
                false => escape(&format!("x{text}"))[1..].to_owned(),
            };
            out.push_str(mark);
            out.push_str(&text);
            out.push_str(mark);
        }
        if run.text.ends_with(char::is_whitespace) {
            out.push(' ');
        }
    }
    out.truncate(out.trim_end().len());
    out
}

/// The text without the marks of Markdown.
pub fn plain_text(markdown: &str) -> String {
    let mut out = String::with_capacity(markdown.len());
    let mut chars = markdown.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\\' => {
                if let Some(next) = chars.next_if(|next| next.is_ascii_punctuation()) {
                    out.push(next);
                }
            }
            '*' | '`' => {}
            c => out.push(c),
        }
    }
    out
}
