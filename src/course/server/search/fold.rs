//! The normal form shared by indexed text and queries. Accents, case, widths and variants of
//! letters are folded. Text of scripts without spaces is told apart from words.

use std::ops::Range;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// A folded character with the bytes of the original text that it stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Letter {
    pub char: char,
    pub start: usize,
    pub end: usize,
}

/// A word, or a run of letters of a script that is written without spaces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    /// Indexes of the span's letters.
    pub letters: Range<usize>,
    pub is_unspaced: bool,
}

/// Returns the letters of a text in normal form: compatibility decomposition, lowercase, without
/// accents and invisible characters.
pub fn letters(text: &str) -> Vec<Letter> {
    let mut letters = Vec::with_capacity(text.len());
    let mut chars = text.char_indices().peekable();
    while let Some((start, c)) = chars.next() {
        let mut end = start + c.len_utf8();
        while let Some((at, mark)) = chars.next_if(|(_, next)| extends(*next)) {
            end = at + mark.len_utf8();
        }
        let mut push = |char| letters.push(Letter { char, start, end });
        match &text[start..end] {
            _ if c == '\u{200b}' || c == '\u{200c}' => {
                let before = letters.last().map(|letter: &Letter| letter.char);
                if separates(c, before) {
                    letters.push(Letter {
                        char: ' ',
                        start,
                        end,
                    });
                }
            }
            one if one.len() == 1 => push(c.to_ascii_lowercase()),
            cluster => folded(cluster).chars().for_each(push),
        }
    }
    letters
}

/// Returns the words and runs of a text, in order.
pub fn spans(letters: &[Letter]) -> Vec<Span> {
    let mut spans: Vec<Span> = Vec::new();
    let mut open = false;
    for (at, letter) in letters.iter().enumerate() {
        let is_unspaced = match kind(letter.char) {
            LetterKind::Word => false,
            LetterKind::Unspaced => true,
            LetterKind::Other => {
                open = false;
                continue;
            }
        };
        match spans.last_mut() {
            Some(span) if open && span.is_unspaced == is_unspaced => span.letters.end = at + 1,
            _ => spans.push(Span {
                letters: at..at + 1,
                is_unspaced,
            }),
        }
        open = true;
    }
    spans
}

pub fn text(letters: &[Letter]) -> String {
    letters.iter().map(|letter| letter.char).collect()
}

/// Returns the bytes of the original text that the letters stand for.
pub fn bytes(letters: &[Letter]) -> Range<usize> {
    match (letters.first(), letters.last()) {
        (Some(first), Some(last)) => first.start..last.end,
        _ => 0..0,
    }
}

#[derive(PartialEq, Eq)]
pub(crate) enum LetterKind {
    Word,
    Unspaced,
    Other,
}

pub(crate) fn kind(c: char) -> LetterKind {
    match c {
        _ if c.is_ascii() => match c.is_ascii_alphanumeric() {
            true => LetterKind::Word,
            false => LetterKind::Other,
        },
        _ if !c.is_alphanumeric() && !is_combining_mark(c) => LetterKind::Other,
        _ if is_unspaced(c) => LetterKind::Unspaced,
        _ => LetterKind::Word,
    }
}

/// Returns true for scripts in which spaces do not separate words. Korean has spaces, but its words
/// are compounds with particles. So words are looked up inside Korean words too.
fn is_unspaced(c: char) -> bool {
    matches!(c,
        '\u{0e01}'..='\u{0e4e}' // Thai, without its digits
        | '\u{0e80}'..='\u{0ecf}' | '\u{0edc}'..='\u{0edf}' // Lao
        | '\u{1000}'..='\u{103f}' | '\u{104a}'..='\u{109f}' // Myanmar
        | '\u{a9e0}'..='\u{a9ef}' | '\u{a9fa}'..='\u{a9ff}' | '\u{aa60}'..='\u{aa7f}'
        | '\u{1100}'..='\u{11ff}' | '\u{a960}'..='\u{a97f}' // Hangul
        | '\u{ac00}'..='\u{d7ff}'
        | '\u{1780}'..='\u{17dd}' // Khmer
        | '\u{1950}'..='\u{19cf}' | '\u{1a20}'..='\u{1a7f}' // Tai
        | '\u{2e80}'..='\u{2fdf}' | '\u{3005}'..='\u{3007}' | '\u{3021}'..='\u{3029}' // Han
        | '\u{3031}'..='\u{3035}' | '\u{3038}'..='\u{303c}'
        | '\u{3041}'..='\u{31ff}' // Kana, Bopomofo
        | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}'
        | '\u{1aff0}'..='\u{1b16f}' // Kana
        | '\u{20000}'..='\u{3ffff}' // Han
    )
}

/// Returns true if a character belongs to the one before it. Examples are an accent, a vowel sign,
/// a voicing mark or the end of a Hangul syllable.
fn extends(c: char) -> bool {
    !c.is_ascii()
        && (is_combining_mark(c)
            || matches!(c, '\u{1160}'..='\u{11ff}' | '\u{d7b0}'..='\u{d7ff}' | '\u{ff9e}' | '\u{ff9f}'))
}

/// Returns true if an invisible character separates words. A zero-width space does, except within a
/// script without spaces. A non-joiner does within a Persian word, since many people write a space
/// there. In other scripts the non-joiner only changes the shape of letters.
fn separates(c: char, before: Option<char>) -> bool {
    let Some(before) = before else { return false };
    match c {
        '\u{200b}' => kind(before) != LetterKind::Unspaced,
        _ => matches!(before, '\u{0600}'..='\u{08ff}'),
    }
}

fn folded(cluster: &str) -> String {
    let mut plain = String::with_capacity(cluster.len());
    for c in cluster.nfkd().filter(|c| !is_dropped(*c)) {
        for c in c.to_lowercase() {
            match spelled_out(c) {
                Some(text) => plain.push_str(text),
                None => plain.push(variant(c)),
            }
        }
    }
    // Decomposition also split Hangul syllables and voicing marks, which are not accents. Compose
    // them again.
    plain.nfc().collect()
}

/// Returns true for accents, Hebrew and Arabic vowel points, and invisible characters.
fn is_dropped(c: char) -> bool {
    matches!(c,
        '\u{0300}'..='\u{036f}' | '\u{0483}'..='\u{0489}' | '\u{1ab0}'..='\u{1aff}'
        | '\u{1dc0}'..='\u{1dff}' | '\u{20d0}'..='\u{20ff}' | '\u{fe20}'..='\u{fe2f}'
        | '\u{0591}'..='\u{05bd}' | '\u{05bf}' | '\u{05c1}' | '\u{05c2}' | '\u{05c4}' | '\u{05c5}'
        | '\u{05c7}' | '\u{0610}'..='\u{061a}' | '\u{0640}' | '\u{064b}'..='\u{065f}' | '\u{0670}'
        | '\u{06d6}'..='\u{06dc}' | '\u{06df}'..='\u{06e8}' | '\u{06ea}'..='\u{06ed}'
        | '\u{00ad}' | '\u{061c}' | '\u{200d}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{e0100}'..='\u{e01ef}'
    )
}

/// Returns the two letters that people type if their keyboard lacks a letter.
fn spelled_out(c: char) -> Option<&'static str> {
    Some(match c {
        'ß' => "ss",
        'æ' => "ae",
        'œ' => "oe",
        'þ' => "th",
        _ => return None,
    })
}

/// Folds letters with a stroke, and letters and digits that differ only by language or position.
fn variant(c: char) -> char {
    match c {
        'ø' => 'o',
        'đ' | 'ð' => 'd',
        'ł' => 'l',
        'ħ' => 'h',
        'ŧ' => 't',
        'ı' => 'i',
        'ς' => 'σ',
        // Persian and Urdu use their own characters for Arabic's kaf, yeh and heh.
        'ک' => 'ك',
        'ی' | 'ى' => 'ي',
        'ة' | 'ہ' | 'ە' => 'ه',
        _ => digit(c),
    }
}

/// Zero digits of scripts with decimal digits; the other nine follow each zero.
const ZEROS: [char; 12] = ['٠', '۰', '߀', '०', '০', '੦', '૦', '๐', '໐', '༠', '၀', '០'];

fn digit(c: char) -> char {
    let value = ZEROS
        .into_iter()
        .find_map(|zero| u32::from(c).checked_sub(zero.into()).filter(|n| *n < 10));
    value
        .and_then(|value| char::from_digit(value, 10))
        .unwrap_or(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folded(text: &str) -> String {
        super::text(&letters(text))
    }

    fn words(text: &str) -> Vec<String> {
        let letters = letters(text);
        spans(&letters)
            .into_iter()
            .map(|span| super::text(&letters[span.letters]))
            .collect()
    }

    #[test]
    fn accents_case_and_width_make_no_difference() {
        for (written, plain) in [
            ("Gracián", "gracian"),
            ("Gracia\u{301}n", "gracian"),
            ("STRASSE Straße", "strasse strasse"),
            ("Ｒｕｓｔ", "rust"),
            ("İSTANBUL ısı", "istanbul isi"),
            ("Łódź Ørsted cœur", "lodz orsted coeur"),
            ("ΟΔΟΣ οδός", "οδοσ οδοσ"),
            ("ёлка", "елка"),
            ("ｶﾞ ガ が", "ガ ガ が"),
            ("كِتَاب کتاب", "كتاب كتاب"),
            ("שָׁלוֹם", "שלום"),
            ("۱۲٣", "123"),
            ("ﬁle x²", "file x2"),
            ("한국 한국", "한국 한국"),
            ("soft\u{ad}ware", "software"),
        ] {
            assert_eq!(folded(written), plain, "{written}");
        }
    }

    #[test]
    fn scripts_without_spaces_are_told_from_words() {
        assert_eq!(
            words("《Rust语言圣经》第3章"),
            ["rust", "语言圣经", "第", "3", "章"]
        );
        assert_eq!(
            words("Smart-Pointers: `Box<T>`, Ümlaut!"),
            ["smart", "pointers", "box", "t", "umlaut"]
        );
        assert_eq!(words("ภาษา\u{200b}ไทย ๑๒"), ["ภาษาไทย", "12"]);
        assert_eq!(words("हिन्दी भाषा"), ["हिन्दी", "भाषा"]);
        assert_eq!(words("می\u{200c}خواهم"), ["مي", "خواهم"]);
        assert_eq!(words(" :*&|!() \u{200b}").len(), 0);
    }

    #[test]
    fn letters_know_where_they_come_from() {
        let text = "Über ﬁn";
        let letters = letters(text);
        let span = &spans(&letters)[1];
        assert_eq!(&text[bytes(&letters[span.letters.clone()])], "ﬁn");
        assert_eq!(&text[bytes(&letters[..1])], "Ü");
    }
}
