//! Regular expressions of XML Schema that match only a few texts, which can be listed.

use std::collections::HashSet;

/// More texts than any question needs.
const MOST: usize = 256;
const DEPTH: usize = 16;
/// Most characters of a pattern.
const MOST_SIGNS: usize = 1_000;
/// Most bytes of all texts of a pattern.
const MOST_BYTES: usize = 32 * 1024;

pub struct Pattern {
    pub texts: Vec<String>,
    /// The texts in the form in which they are compared.
    plain: HashSet<String>,
    minds_case: bool,
}

impl Pattern {
    /// None if the pattern is long or matches more texts than can be listed.
    pub fn read(pattern: &str) -> Option<Self> {
        let pattern = pattern.trim();
        if pattern.chars().nth(MOST_SIGNS).is_some() {
            return None;
        }
        let (pattern, is_loose) = match pattern.strip_prefix("(?i)") {
            Some(rest) => (rest, true),
            None => (pattern, false),
        };
        let pattern = pattern.strip_prefix('^').unwrap_or(pattern);
        let pattern = match pattern.strip_suffix('$') {
            Some(rest) if !rest.ends_with('\\') => rest,
            _ => pattern,
        };
        let mut reader = PatternReader {
            signs: pattern.chars().collect(),
            at: 0,
            has_both_cases: false,
        };
        let texts = reader.either(DEPTH)?;
        let is_read = reader.at == reader.signs.len();
        let minds_case = !is_loose && !reader.has_both_cases;
        is_read.then(|| Self {
            plain: texts.iter().map(|text| plain(text, minds_case)).collect(),
            texts,
            minds_case,
        })
    }

    pub fn is_match(&self, text: &str) -> bool {
        self.plain.contains(&plain(text, self.minds_case))
    }
}

/// Returns the text without spaces, which make no difference in answers here either.
fn plain(text: &str, minds_case: bool) -> String {
    let text: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    match minds_case {
        true => text,
        false => text.to_lowercase(),
    }
}

/// True if a pattern may have these texts.
fn are_few(texts: &[String]) -> bool {
    texts.len() <= MOST && texts.iter().map(String::len).sum::<usize>() <= MOST_BYTES
}

struct PatternReader {
    signs: Vec<char>,
    at: usize,
    /// True if a class contains a letter in both cases. The whole pattern then ignores case.
    has_both_cases: bool,
}

impl PatternReader {
    fn next(&self) -> Option<char> {
        self.signs.get(self.at).copied()
    }

    fn is_next(&mut self, sign: char) -> bool {
        let is_next = self.next() == Some(sign);
        self.at += usize::from(is_next);
        is_next
    }

    fn either(&mut self, depth: usize) -> Option<Vec<String>> {
        let mut texts = self.sequence(depth.checked_sub(1)?)?;
        while self.is_next('|') {
            texts.extend(self.sequence(depth - 1)?);
            if texts.len() > MOST {
                return None;
            }
        }
        are_few(&texts).then_some(texts)
    }

    fn sequence(&mut self, depth: usize) -> Option<Vec<String>> {
        let mut texts = vec![String::new()];
        while let Some(sign) = self.next()
            && !matches!(sign, '|' | ')')
        {
            self.at += 1;
            let (piece, is_space) = self.piece(sign, depth)?;
            let piece = self.repeated(piece, is_space)?;
            if texts.len() * piece.len() > MOST {
                return None;
            }
            if let [end] = piece.as_slice() {
                texts.iter_mut().for_each(|text| text.push_str(end));
                continue;
            }
            if !are_few(&texts) {
                return None;
            }
            let ends = |text: &String| -> Vec<String> {
                piece.iter().map(|end| format!("{text}{end}")).collect()
            };
            texts = texts.iter().flat_map(ends).collect();
        }
        are_few(&texts).then_some(texts)
    }

    /// The texts that one piece matches, and whether it is white space.
    fn piece(&mut self, sign: char, depth: usize) -> Option<(Vec<String>, bool)> {
        Some(match sign {
            '(' => {
                if self.is_next('?') && !self.is_next(':') {
                    return None;
                }
                let texts = self.either(depth)?;
                if !self.is_next(')') {
                    return None;
                }
                (texts, false)
            }
            '[' => (self.class()?, false),
            '\\' => {
                let sign = self.next()?;
                self.at += 1;
                match sign {
                    's' => (vec![" ".to_owned()], true),
                    sign if sign.is_alphanumeric() => return None,
                    sign => (vec![sign.to_string()], false),
                }
            }
            '.' | '*' | '+' | '?' | '{' | '}' | ']' | '^' | '$' => return None,
            ' ' => (vec![" ".to_owned()], true),
            sign => (vec![sign.to_string()], false),
        })
    }

    fn class(&mut self) -> Option<Vec<String>> {
        let mut signs: Vec<char> = Vec::new();
        loop {
            let sign = self.next()?;
            self.at += 1;
            match sign {
                ']' => break,
                '^' if signs.is_empty() => return None,
                '\\' => {
                    let sign = self.next().filter(|sign| !sign.is_alphanumeric())?;
                    self.at += 1;
                    signs.push(sign);
                }
                '-' if !signs.is_empty() && self.next() != Some(']') => {
                    let (from, to) = (*signs.last()?, self.next()?);
                    self.at += 1;
                    if to == '\\' || to < from || (to as usize - from as usize) > MOST {
                        return None;
                    }
                    signs.extend((from..=to).skip(1));
                }
                sign => signs.push(sign),
            }
        }
        let mut texts: Vec<String> = Vec::new();
        for sign in signs {
            let text = sign.to_string();
            match texts
                .iter()
                .any(|known| known.to_lowercase() == text.to_lowercase())
            {
                true => self.has_both_cases = true,
                false => texts.push(text),
            }
        }
        (!texts.is_empty()).then_some(texts)
    }

    /// Answers here are compared without white space, so repeated white space is one space.
    fn repeated(&mut self, piece: Vec<String>, is_space: bool) -> Option<Vec<String>> {
        if is_space && (self.is_next('*') || self.is_next('+')) {
            return Some(vec![" ".to_owned()]);
        }
        if self.is_next('?') {
            let mut texts = piece;
            texts.push(String::new());
            return Some(texts);
        }
        match self.next() {
            Some('*' | '+' | '{') => None,
            _ => Some(piece),
        }
    }
}
