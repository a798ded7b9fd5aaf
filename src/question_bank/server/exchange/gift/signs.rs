//! Escaped characters of GIFT. They are replaced by placeholders while a question is split, and
//! restored afterwards.

/// The character after the backslash, its placeholder (a Unicode noncharacter), and the character
/// that the escape means.
const SIGNS: [(char, char, char); 8] = [
    ('\\', '\u{fdd0}', '\\'),
    (':', '\u{fdd1}', ':'),
    ('#', '\u{fdd2}', '#'),
    ('=', '\u{fdd3}', '='),
    ('{', '\u{fdd4}', '{'),
    ('}', '\u{fdd5}', '}'),
    ('~', '\u{fdd6}', '~'),
    ('n', '\u{fdd7}', '\n'),
];

/// Appends the text with a placeholder for every escaped character.
pub fn hide(out: &mut String, text: &str) {
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let sign = |next: &char| SIGNS.iter().find(|(sign, ..)| sign == next);
        match c {
            '\\' => match chars.peek().and_then(sign) {
                Some((_, hidden, _)) => {
                    out.push(*hidden);
                    chars.next();
                }
                None => out.push(c),
            },
            '\u{fdd0}'..='\u{fdef}' => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
}

/// Appends a program, in which GIFT's signs have no meaning even without a backslash. All of them
/// are replaced by placeholders.
pub fn hide_all(out: &mut String, text: &str) {
    let mut escaped = String::with_capacity(text.len());
    hide(&mut escaped, text);
    out.extend(escaped.chars().map(|c| {
        let found = SIGNS.iter().find(|(sign, ..)| *sign == c);
        match found {
            Some((_, hidden, meant)) if *meant == c && c != '\\' => *hidden,
            _ => c,
        }
    }));
}

/// Returns the text with every placeholder replaced by the character that it stands for.
pub fn shown(text: &str) -> String {
    text.chars()
        .map(|c| {
            SIGNS
                .iter()
                .find(|(_, hidden, _)| *hidden == c)
                .map_or(c, |(.., meant)| *meant)
        })
        .collect()
}

/// Escapes the text for GIFT.
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 8);
    for c in text.chars() {
        if let Some((sign, ..)) = SIGNS.iter().find(|(.., meant)| *meant == c) {
            out.push('\\');
            out.push(*sign);
        } else {
            out.push(c);
        }
    }
    out
}
