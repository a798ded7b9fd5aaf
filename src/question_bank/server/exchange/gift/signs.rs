//! The signs of GIFT: escaped ones are put aside while a question is taken apart, and come back as what they mean.

/// What follows the backslash, what stands for it meanwhile (characters that no text has), and what it means.
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

/// Appends the text with every escaped sign put aside.
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

/// The same for a program, in which no sign means anything, escaped or not.
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

/// The text with the signs that were put aside.
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

/// The text as GIFT has to write it.
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
