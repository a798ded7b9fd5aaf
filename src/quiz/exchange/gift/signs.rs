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

/// The text with every escaped sign put aside.
pub fn hidden(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
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
    out
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
