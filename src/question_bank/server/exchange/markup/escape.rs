//! Escapes plain text as Markdown that shows exactly that text, with as few backslashes as
//! possible.

/// Surroundings of the text that forbid further characters.
#[derive(Debug, Clone, Copy, Default)]
pub struct Surroundings {
    pub in_link: bool,
    pub in_cell: bool,
}

/// Escapes a text that stands alone.
pub fn text(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    append(&mut out, text, Surroundings::default());
    out
}

/// Appends the escaped text to existing Markdown. The last character there decides what must be
/// escaped. Anything may follow.
pub fn append(out: &mut String, text: &str, place: Surroundings) {
    let mut before = out.chars().next_back();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let at_line_start = matches!(before, None | Some('\n'));
        if at_line_start && let Some(digits) = list_number(rest) {
            let (number, end) = rest.split_at(digits);
            out.push_str(number);
            out.push('\\');
            out.push_str(&end[..1]);
            before = out.chars().next_back();
            rest = &end[1..];
            continue;
        }
        if before == Some(' ')
            && let Some(len) = gap(rest)
        {
            out.push_str(&rest[..len]);
            rest = &rest[len..];
            before = Some('_');
            continue;
        }
        rest = &rest[c.len_utf8()..];
        let after = rest.chars().next();
        if means_something(before, c, after, place) || at_line_start && begins_block(c, after) {
            out.push('\\');
        }
        out.push(c);
        before = Some(c);
    }
}

/// Returns the length of a row of three or more underscores, a gap to fill in. After a space such a
/// row cannot close an emphasis, so it needs no backslashes.
fn gap(text: &str) -> Option<usize> {
    let len = text.bytes().take_while(|byte| *byte == b'_').count();
    (len >= 3).then_some(len)
}

/// Returns the number of digits of a number that would begin a list item.
fn list_number(text: &str) -> Option<usize> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let is_number = (1..=9).contains(&digits) && text[digits..].starts_with(['.', ')']);
    is_number.then_some(digits)
}

fn means_something(
    before: Option<char>,
    c: char,
    after: Option<char>,
    place: Surroundings,
) -> bool {
    let is_word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    match c {
        '`' | '$' => true,
        '\\' => !is_word(after),
        '*' | '~' => before != Some(' ') || !after.is_some_and(char::is_whitespace),
        '_' => !(is_word(before) && is_word(after)),
        '[' => place.in_link || matches!(after, None | Some('^' | '!')),
        ']' => place.in_link || matches!(after, None | Some('(' | '[' | ':')),
        '<' => !after.is_some_and(char::is_whitespace),
        '&' => after.is_none_or(|c| c.is_ascii_alphanumeric() || c == '#'),
        '!' => matches!(after, None | Some('[')),
        '|' => place.in_cell,
        _ => false,
    }
}

fn begins_block(c: char, after: Option<char>) -> bool {
    match c {
        '>' | '|' | '[' => true,
        '#' | '+' | '-' | '=' | ':' => !after.is_some_and(char::is_alphanumeric),
        _ => false,
    }
}
